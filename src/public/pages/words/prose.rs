//! The longer texts: each stands in both languages, side by side.

use super::Lang;

/// A page of text.
pub(in crate::public) struct Prose {
    pub(in crate::public) title: &'static str,
    pub(in crate::public) lead: &'static str,
    pub(in crate::public) sections: &'static [Section],
}

/// A part of it.
pub(in crate::public) struct Section {
    pub(in crate::public) heading: &'static str,
    pub(in crate::public) paragraphs: &'static [&'static str],
    /// Where to go on: the words, and the address without its language.
    pub(in crate::public) links: &'static [(&'static str, &'static str)],
}

impl Lang {
    /// What this site is.
    pub(in crate::public) const fn about(self) -> &'static Prose {
        match self {
            Self::Indonesian => &ABOUT_ID,
            Self::English => &ABOUT_EN,
        }
    }

    /// What is kept of readers and of people.
    pub(in crate::public) const fn privacy(self) -> &'static Prose {
        match self {
            Self::Indonesian => &PRIVACY_ID,
            Self::English => &PRIVACY_EN,
        }
    }

    /// How to use it.
    pub(in crate::public) const fn help(self) -> &'static Prose {
        match self {
            Self::Indonesian => &HELP_ID,
            Self::English => &HELP_EN,
        }
    }
}

const ABOUT_ID: Prose = Prose {
    title: "Tentang situs ini",
    lead: "Di sini setiap hibah dapat diikuti dari permohonan sampai laporan, dan setiap catatannya dapat diperiksa sendiri.",
    sections: &[
        Section {
            heading: "Apa yang ada di sini",
            paragraphs: &[
                "Setiap langkah sebuah hibah adalah pernyataan yang ditandatangani oleh yang membuatnya: pemohon, SKPD, tim, wali kota, bendahara. Pernyataan itu dicatat dalam satu buku besar yang hanya dapat bertambah.",
                "Yang tercatat tidak dapat diubah tanpa ketahuan: setiap entri menyebut sidik entri sebelumnya, dan seluruhnya ditandatangani dengan kunci buku besar.",
            ],
            links: &[
                ("Cari hibah", "/grants"),
                ("Lembaga", "/orgs"),
                ("SKPD", "/agencies"),
                ("Tahun anggaran", "/years"),
            ],
        },
        Section {
            heading: "Apa yang dibuktikannya, dan apa yang tidak",
            paragraphs: &[
                "Yang dibuktikan: siapa menyatakan apa, kapan dicatat, bahwa catatannya utuh dan urut, dan bahwa tidak ada aturan yang menolaknya.",
                "Yang tidak dibuktikan: bahwa sebuah pernyataan benar, bahwa semua yang terjadi telah dicatat, dan bahwa jam pengelola tepat. Bagian kas daerah yang tercatat di sini dikatakan di halaman setiap tahun.",
            ],
            links: &[("Buku besar dan cara memeriksanya", "/log"), ("Siapa boleh menandatangani apa", "/officials")],
        },
        Section {
            heading: "Tanda untuk ditanyakan",
            paragraphs: &[
                "Hal yang sah tetapi patut ditanyakan diberi tanda, beserta cara menemukannya. Tanda bukan putusan dan tidak pernah dijumlahkan menjadi nilai.",
            ],
            links: &[("Semua tanda", "/flags"), ("Laporan yang terlambat", "/overdue")],
        },
    ],
};

const ABOUT_EN: Prose = Prose {
    title: "About this site",
    lead: "Here every grant can be followed from application to report, and every record of it can be checked by yourself.",
    sections: &[
        Section {
            heading: "What is here",
            paragraphs: &[
                "Every step of a grant is a statement signed by whoever made it: applicant, agency, team, mayor, treasurer. It is recorded in one ledger that can only grow.",
                "What is recorded cannot be changed unseen: every entry names the fingerprint of the one before it, and the ledger's key signs all of them.",
            ],
            links: &[
                ("Find a grant", "/grants"),
                ("Organisations", "/orgs"),
                ("Agencies", "/agencies"),
                ("Fiscal years", "/years"),
            ],
        },
        Section {
            heading: "What it proves, and what it does not",
            paragraphs: &[
                "Proved: who stated what, when it was recorded, that the records are whole and in order, and that no rule refuses them.",
                "Not proved: that a statement is true, that everything was recorded, and that the operator's clock was right. The page of each year says how much of what the treasury paid is on the ledger.",
            ],
            links: &[("The ledger, and how to check it", "/log"), ("Who may sign what", "/officials")],
        },
        Section {
            heading: "Flags",
            paragraphs: &[
                "What is allowed and still worth a question has a flag, with the way in which it was found. A flag is no verdict, and flags are never added up to a score.",
            ],
            links: &[("All flags", "/flags"), ("Reports that are late", "/overdue")],
        },
    ],
};

const PRIVACY_ID: Prose = Prose {
    title: "Privasi",
    lead: "Situs ini tidak mengenal pembacanya, dan buku besarnya tidak memuat data pribadi.",
    sections: &[
        Section {
            heading: "Pembaca",
            paragraphs: &[
                "Tidak ada kuki, tidak ada pelacak, tidak ada berkas dari situs lain. Tidak ada akun dan tidak ada yang perlu diisi.",
                "Pemeriksaan di peramban berjalan pada gawai Anda sendiri: tidak ada yang dikirim selain permintaan akan bukti.",
                "Program ini tidak menyimpan alamat pembaca. Apa yang dicatat oleh mesin atau penyedia di depannya adalah urusan pengelola.",
            ],
            links: &[],
        },
        Section {
            heading: "Orang yang disebut",
            paragraphs: &[
                "Rekening dan identitas tidak ada di buku besar; di tempatnya ada sidik yang disegel. Pejabat disebut dengan jabatan dan nomor publik, bukan dengan nama.",
                "Teks yang ternyata memuat data pribadi dihapus menurut UU 27/2022: tidak ditampilkan lagi di halaman, pencarian, dan ekspor. Bita di buku besar tetap, agar buktinya tetap utuh.",
            ],
            links: &[("Pejabat dan kunci", "/officials")],
        },
        Section {
            heading: "Lembaga",
            paragraphs: &[
                "Nama lembaga penerima hibah adalah informasi publik. Nama lama tetap terbaca di halaman lembaga itu.",
                "Alamat surel yang diberikan lembaga di loket daring hanya dipakai untuk surat kepadanya. Alamat itu tidak ada di buku besar dan tidak ada di situs ini, dan dihapus bila lembaga menghentikan surat itu.",
            ],
            links: &[("Lembaga", "/orgs")],
        },
    ],
};

const PRIVACY_EN: Prose = Prose {
    title: "Privacy",
    lead: "This site does not know its readers, and its ledger holds no personal data.",
    sections: &[
        Section {
            heading: "Readers",
            paragraphs: &[
                "No cookies, no trackers, no files from other sites. No account, and nothing to fill in.",
                "A check in the browser runs on your own device: nothing is sent but requests for proofs.",
                "This program keeps no addresses of readers. What a machine or provider in front of it writes down is the operator's matter.",
            ],
            links: &[],
        },
        Section {
            heading: "People who are told of",
            paragraphs: &[
                "Accounts and identities are not on the ledger; a sealed fingerprint stands in their place. Officials are named by office and public number, not by name.",
                "A text that turns out to hold personal data is erased under UU 27/2022: pages, search and exports show it no more. The ledger's bytes stay, so that its proofs stay whole.",
            ],
            links: &[("Officials and keys", "/officials")],
        },
        Section {
            heading: "Organisations",
            paragraphs: &[
                "The names of organisations that receive grants are public. Earlier names stay readable on the page of the organisation.",
                "An e-mail address that an organisation gives at the online desk is used for its letters only. It is not on the ledger and not on this site, and it is deleted when the organisation ends them.",
            ],
            links: &[("Organisations", "/orgs")],
        },
    ],
};

const HELP_ID: Prose = Prose {
    title: "Bantuan",
    lead: "Cara mencari, membaca, dan memeriksa.",
    sections: &[
        Section {
            heading: "Mencari hibah",
            paragraphs: &[
                "Ketik nama lembaga, kegiatan, atau nomor dokumen seperti tercetak: SK, NPHD, SPP, SPM, SP2D, nomor kendali. Spasi dan tanda baca tidak perlu sama.",
                "Setiap kata boleh hanya awalnya. Saring dengan tahun, status, bidang, atau SKPD; setiap saringan dapat dihapus satu per satu, dan alamat halaman dapat dibagikan.",
            ],
            links: &[("Cari hibah", "/grants")],
        },
        Section {
            heading: "Membaca satu hibah",
            paragraphs: &[
                "Baris pertama mengatakan di mana hibah itu sekarang dan apa berikutnya. Lalu sebelas jumlah, dari yang diminta sampai yang dikembalikan; “belum ada” berarti tahapnya belum terjadi, “tidak berlaku” berarti tahap itu tidak ada, “tidak tercatat” berarti sumber lama tidak menyebutnya.",
                "Setiap langkah menyebut tanggal kejadian menurut pembuatnya, tanggal pencatatan, dan selisihnya; serta kantor dan kunci yang menandatangani.",
            ],
            links: &[("Catatan terbaru", "/changes")],
        },
        Section {
            heading: "Memeriksa sendiri",
            paragraphs: &[
                "Di setiap hibah dan entri ada “Periksa di peramban ini”. Untuk memeriksa seluruh buku besar, jalankan satu perintah pada komputer sendiri; perintahnya ada di halaman buku besar.",
                "Simpan titik periksa hari ini. Bulan depan Anda dapat membuktikan bahwa tidak ada yang berubah.",
            ],
            links: &[("Buku besar", "/log")],
        },
        Section {
            heading: "Ada yang keliru?",
            paragraphs: &[
                "Catatan yang keliru tidak dihapus, tetapi dikoreksi oleh kantor yang membuatnya; kedua versi tetap terbaca. Sebutkan nomor entrinya kepada kantor itu atau Inspektorat.",
            ],
            links: &[("Pejabat", "/officials")],
        },
    ],
};

const HELP_EN: Prose = Prose {
    title: "Help",
    lead: "How to search, to read, and to check.",
    sections: &[
        Section {
            heading: "Find a grant",
            paragraphs: &[
                "Type an organisation's name, an undertaking, or a document's number as it is printed: decree, agreement, payment request, payment order, warrant, control number. Spaces and punctuation need not be the same.",
                "Of each word the beginning is enough. Narrow down by year, status, field or agency; each filter can be removed by itself, and the address of the page can be shared.",
            ],
            links: &[("Find a grant", "/grants")],
        },
        Section {
            heading: "Read a grant",
            paragraphs: &[
                "The first line says where the grant is now and what comes next. Then eleven amounts, from asked to refunded. “Not yet” means that the step has not happened, “not applicable” that there is no such step, “not recorded” that the old source does not say.",
                "Every step names the day on which it happened as claimed, the day on which it was recorded, and what lies between; and the office and key that signed.",
            ],
            links: &[("Newest records", "/changes")],
        },
        Section {
            heading: "Check it yourself",
            paragraphs: &[
                "Every grant and entry has “Check in this browser”. To check the whole ledger, run one command on your own computer; the page of the ledger has it.",
                "Keep today's checkpoint. Next month you can prove that nothing has changed.",
            ],
            links: &[("The ledger", "/log")],
        },
        Section {
            heading: "Something wrong?",
            paragraphs: &[
                "A record that is wrong is not removed but corrected by the office that made it; both versions stay readable. Name the entry's number to that office or to the inspectorate.",
            ],
            links: &[("Officials", "/officials")],
        },
    ],
};
