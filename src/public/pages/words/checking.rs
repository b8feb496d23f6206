//! The words of /verify, of the page that is saved from it, and of dossiers: every text in both languages side by side, so no
//! language can lack one.

use super::{Lang, Words};

macro_rules! checking_words {
    ($($name:ident: $id:literal, $en:literal;)*) => {
        /// The texts of one language.
        #[allow(missing_docs)] // The names say what each text is.
        pub(in crate::public) struct CheckingWords {
            $(pub(in crate::public) $name: &'static str,)*
        }

        const INDONESIAN: CheckingWords = CheckingWords { $($name: $id,)* };
        const ENGLISH: CheckingWords = CheckingWords { $($name: $en,)* };
    };
}

checking_words! {
    title: "Periksa", "Check";
    lead: "Punya resi, dokumen, atau nomor? Periksa di sini apakah itu tercatat, dan apakah catatannya utuh.",
        "Do you hold a receipt, a document or a number? Check here whether it is recorded, and whether its record is whole.";
    ask_heading: "Cari nomor atau sidik jari", "Look up a number or a fingerprint";
    ask_label: "Nomor entri, nomor hibah, nomor dokumen, hash daun, atau SHA-256 sebuah dokumen",
        "Entry number, grant, document number, leaf hash, or SHA-256 of a document";
    ask_hint: "Misalnya 8.112, case/1/1, 978/Kep.12/2026, atau 16 digit pertama hash daun pada halaman tercetak.",
        "For instance 8,112, case/1/1, 978/Kep.12/2026, or the first 16 digits of the leaf hash on a printed page.";
    ask_button: "Cari", "Look up";
    found_heading: "Yang ditemukan", "What was found";
    unknown_heading: "Tidak dikenal di sini", "Not known here";
    unknown_what: "Buku besar ini tidak memuat apa pun dengan", "This ledger holds nothing with";
    unknown_note: "Periksa ejaannya. Dokumen yang tidak dikenal mungkin tidak pernah dicatat, telah diubah walau satu byte, atau hanya dicatat tersegel.",
        "Check its spelling. A document that is not known may never have been recorded, may have been changed by as little as one byte, or is recorded sealed only.";
    unknown_search: "Cari kata ini di antara hibah", "Search for these words among the grants";
    by_server: "Ini diperiksa oleh peladen ini. Untuk memeriksanya tanpa percaya kepadanya, jalankan perintah ini di komputer Anda, dengan kunci dari tempat yang Anda percaya:",
        "This was checked by this server. To check it without trusting it, run this command on your computer, with a key from a place that you trust:";
    is_entry: "Entri", "Entry";
    is_grant: "Hibah", "Grant";
    is_leaf: "Hash daun entri", "Leaf hash of entry";
    is_statement: "Hash pernyataan pada entri", "Statement hash of entry";
    is_document: "Dokumen", "Document";
    is_root: "Akar pohon pada titik periksa terbaru", "Root of the tree of the newest checkpoint";
    is_decree: "Keputusan", "Decree";
    is_list: "Daftar nominatif", "Nominative list";
    is_budget: "Anggaran", "Budget";
    is_organisation: "Organisasi", "Organisation";
    licence: "izin atau akta", "licence or deed";
    named_in: "disebut dalam entri", "named in entry";
    kept_here: "unduh", "download";
    erased_here: "berkasnya telah dihapus menurut undang-undang", "its file was erased as the law demands";
    more_grants: "Lihat semua yang cocok", "See all that match";
    here_heading: "Periksa berkas di peramban ini", "Check files in this browser";
    here_lead: "Berkas Anda tidak dikirim ke mana pun: peramban Anda membaca dan menghitungnya sendiri. Yang diambil dari peladen ini hanyalah bukti yang belum Anda punya.",
        "Your files are sent nowhere: your browser reads them and computes by itself. Only proofs that you do not have yet are fetched from this server.";
    here_lead_saved: "Halaman ini bekerja tanpa jaringan, dan tidak dapat mengirim atau mengambil apa pun: peramban Anda sendiri yang menghitung.",
        "This page works without a network, and can neither send nor fetch anything: your own browser computes.";
    here_without: "Untuk memeriksa berkas di sini, peramban perlu JavaScript. Tanpa itu: hitung SHA-256 berkas Anda dengan sha256sum (atau certutil -hashfile BERKAS SHA256 di Windows), lalu cari di atas.",
        "To check files here, the browser needs JavaScript. Without it: compute the SHA-256 of your file with sha256sum (or certutil -hashfile FILE SHA256 on Windows), and look it up above.";
    files_label: "Pilih berkas, atau seret ke kotak ini", "Choose files, or drag them into this box";
    files_hint: "Resi (.tlog-proof), entri, berkas dossier.zip, atau dokumen apa pun; beberapa sekaligus boleh. Paling besar 50 MB sebuah.",
        "A receipt (.tlog-proof), an entry, a dossier.zip, or any document; several at once if you like. At most 50 MB each.";
    paste_label: "Atau tempelkan resi atau entri", "Or paste a receipt or an entry";
    button: "Periksa", "Check";
    trust_heading: "Kunci yang dipakai", "The keys to check with";
    trust_note: "Semua pemeriksaan bertumpu pada kunci buku besar. Bandingkan kunci ini dengan yang diterbitkan di tempat lain, atau ganti dengan kunci dari tempat yang Anda percaya.",
        "Every check rests on the ledger's key. Compare this one with what is published elsewhere, or replace it by one from a place that you trust.";
    trust_keys: "Kunci buku besar, satu per baris", "Keys of the ledger, one a line";
    trust_witnesses: "Kunci saksi, satu per baris (boleh kosong)", "Keys of witnesses, one a line (may be empty)";
    save_heading: "Tanpa jaringan", "Without a network";
    save_lead: "Simpan halaman pemeriksa ini sebagai satu berkas: ia bekerja di komputer atau ponsel Anda tanpa jaringan, dan tidak dapat mengirim apa pun.",
        "Keep this checker as one file: it works on your computer or phone without a network, and can send nothing.";
    save_link: "Unduh halaman pemeriksa", "Download the checker";
    save_origin: "Pemeriksa untuk buku besar", "Checker for the ledger";
    reading_check: "Halaman ini hanya untuk dibaca. Yang berlaku adalah entri-entri di dosir ini; README.txt menerangkan cara memeriksanya tanpa jaringan. Kode QR membuka entri terakhirnya; angka di belakang # adalah awal hash daunnya.",
        "This page is for reading only. What counts are the entries in this dossier; README.txt tells how to check them without a network. The QR code opens its latest entry; behind its # is the beginning of that entry's leaf hash.";
    paper_too_large: "terlalu besar untuk dosir ini", "too large for this dossier";
    paper_not_kept: "tidak tersimpan di peladen ini", "not kept on this server";
    dossier_link: "Unduh dosir untuk diperiksa tanpa jaringan (.zip)", "Download the dossier, to check without a network (.zip)";
    nav: "Periksa dokumen atau resi", "Check a document or receipt";
}

/// What the script says beyond `Words::check_sentences`: by step or code of a refusal, in both languages. A later sentence of a
/// name takes the place of an earlier one.
const SENTENCES: [(&str, &str, &str); 36] = [
    ("pasted", "Yang ditempelkan", "What was pasted"),
    (
        "nothing",
        "Belum ada yang diperiksa: pilih berkas atau tempelkan resi.",
        "Nothing to check yet: choose a file or paste a receipt.",
    ),
    ("record", "Entri {index}", "Entry {index}"),
    (
        "says",
        "Entri {index}: {kind}, tentang {about}, dicatat {when}",
        "Entry {index}: {kind}, about {about}, recorded {when}",
    ),
    (
        "signers-none",
        "Siapa yang menandatangani tidak diperiksa: entri yang membawa kunci mereka tidak diberikan.",
        "Who signed was not checked: the entries that bring their keys were not given.",
    ),
    (
        "whole",
        "Utuh: inilah yang ditandatangani dan dicatat, tanpa diubah. Apakah semua aturan diikuti terbukti hanya dengan memutar ulang seluruh buku besar (hibah verify).",
        "Whole: this is what was signed and recorded, unchanged. Whether all rules were kept is proved only by replaying the whole ledger (hibah verify).",
    ),
    (
        "placed",
        "Tempatnya terbukti: byte ini ada di pohon yang ditandatangani buku besar. Siapa yang menandatangani pernyataannya belum diperiksa.",
        "Its place is proved: these bytes are in the tree that the ledger signed. Who signed the statement was not checked.",
    ),
    (
        "broken",
        "JANGAN PERCAYA: ini tidak cocok dengan buktinya. Simpan berkasnya dan laporkan kepada Inspektorat.",
        "DO NOT TRUST THIS: it does not fit its proof. Keep the file and report it to the Inspectorate.",
    ),
    (
        "no-entry",
        "Belum diperiksa: tambahkan berkas entri {index}, yang dibuktikan resi ini.",
        "Not checked yet: add the file of entry {index}, which this receipt is for.",
    ),
    (
        "no-receipt",
        "Belum diperiksa: tambahkan resi (.tlog-proof) entri {index}.",
        "Not checked yet: add the receipt (.tlog-proof) of entry {index}.",
    ),
    ("digest", "SHA-256 berkas ini: {sha256}", "SHA-256 of this file: {sha256}"),
    (
        "named",
        "Entri {index} ({kind}, tentang {about}) menyebut berkas ini, dan entri itu ada di pohon yang ditandatangani.",
        "Entry {index} ({kind}, about {about}) names this file, and that entry is in the signed tree.",
    ),
    (
        "document",
        "Dikenal: inilah “{title}” dari {about}, entri {index}, tanpa diubah sebyte pun.",
        "Known: this is the “{title}” of {about}, entry {index}, not a byte changed.",
    ),
    (
        "document-none",
        "Tidak dikenal di sini: tidak ada entri yang menyebut berkas ini. Mungkin berkas ini telah diubah, tidak pernah dicatat, atau hanya dicatat tersegel.",
        "Not known here: no entry names this file. It may have been changed, never recorded, or recorded sealed only.",
    ),
    (
        "document-none-given",
        "Tidak dikenal: entri yang diberikan tidak menyebut berkas ini. Entri lain dari buku besar tidak dapat ditanya tanpa jaringan.",
        "Not known: no entry that was given names this file. Other entries of the ledger cannot be asked without a network.",
    ),
    ("all-good", "Semua cocok: {good} diperiksa.", "All holds: {good} checked."),
    (
        "all-none",
        "Tidak semuanya dapat diperiksa: {good} cocok, {open} tidak dikenal atau tidak lengkap. Lihat di bawah.",
        "Not all could be checked: {good} hold, {open} are not known or not complete. See below.",
    ),
    (
        "all-bad",
        "ADA YANG SALAH: {bad} tidak cocok. Lihat di bawah.",
        "SOMETHING IS WRONG: {bad} do not hold. See below.",
    ),
    (
        "too-large",
        "Terlalu besar: lebih dari 50 MB. Hitung SHA-256-nya dengan sha256sum, lalu cari angka itu.",
        "Too large: more than 50 MB. Compute its SHA-256 with sha256sum, and look that up.",
    ),
    (
        "two-entries",
        "Dua berkas berbeda mengaku sebagai entri yang sama: periksa satu per satu.",
        "Two different files call themselves the same entry: check them one by one.",
    ),
    (
        "not-a-receipt",
        "Ini tidak dapat dibaca sebagai resi: ambil lagi resinya.",
        "This cannot be read as a receipt: get the receipt again.",
    ),
    (
        "not-a-note",
        "Titik periksa di dalamnya tidak dapat dibaca: ambil lagi resinya.",
        "The checkpoint in it cannot be read: get the receipt again.",
    ),
    (
        "not-a-checkpoint",
        "Titik periksa di dalamnya tidak dapat dibaca: ambil lagi resinya.",
        "The checkpoint in it cannot be read: get the receipt again.",
    ),
    ("not-utf8", "Ini bukan teks.", "This is not text."),
    (
        "bad-header",
        "Kepala entri ini tidak dapat dibaca: ambil lagi entrinya.",
        "The head of this entry cannot be read: get the entry again.",
    ),
    ("bad-json", "Pernyataan di dalamnya tidak dapat dibaca.", "The statement in it cannot be read."),
    ("wrong-index", "Resi dan entri menyebut nomor yang berbeda.", "The receipt and the entry name different numbers."),
    ("wrong-origin", "Ini dari buku besar lain.", "This is from another ledger."),
    ("bad-proof", "Buktinya tidak membawa ke sebuah akar.", "Its proof leads to no root."),
    (
        "checkpoint-not-signed",
        "Tidak satu pun kunci yang dipakai menandatanganinya. Resi lama mungkin ditandatangani kunci yang sudah diganti: ambil yang baru.",
        "None of the keys in use signed it. An older receipt may be signed by a key that was retired since: get a newer one.",
    ),
    ("equation", "Tanda tangannya tidak berlaku.", "The signature does not hold."),
    (
        "bad-vkey",
        "Sebuah kunci tidak dapat dibaca: salin lagi seluruhnya, <nama>+<8 heksadesimal>+<base64>.",
        "A key cannot be read: copy it again in full, <name>+<8 hex>+<base64>.",
    ),
    (
        "no-ledger-key",
        "Isi dahulu kunci buku besar, di bawah “Kunci yang dipakai”.",
        "Give the ledger's key first, under “The keys to check with”.",
    ),
    ("not-a-witness-key", "Sebuah kunci saksi bukan kunci saksi.", "A witness's key is no key of a witness."),
    (
        "not-served",
        "Peladen tidak memberikannya: mungkin nomornya lebih baru dari titik periksa terbaru.",
        "The server does not give it: its number may be beyond the newest checkpoint.",
    ),
    (
        "unreachable",
        "Bukti tidak dapat diambil dari peladen, jadi tidak ada yang terbukti. Coba lagi, atau tambahkan berkas yang kurang.",
        "The proofs could not be fetched from the server, so nothing is proved. Try again, or add the files that are lacking.",
    ),
];

impl Lang {
    /// The words of /verify in this language.
    pub(in crate::public) const fn checking(self) -> &'static CheckingWords {
        match self {
            Self::Indonesian => &INDONESIAN,
            Self::English => &ENGLISH,
        }
    }
}

impl Words {
    /// Everything that the script of /verify says: each name with its sentence.
    pub(in crate::public) fn verify_sentences(&self) -> Vec<(String, &'static str)> {
        let steps = self.check_sentences.iter().map(|(name, sentence)| ((*name).to_owned(), *sentence));
        let more = SENTENCES.iter().map(|(name, id, en)| ((*name).to_owned(), self.lang.pick(id, en)));
        let kinds = crate::grants::kinds::Kind::ALL.iter();
        let kinds =
            kinds.map(|kind| (format!("kind-{}", kind.name()), self.lang.pick(kind.title_id(), kind.title_en())));
        // The last of a name counts.
        let mut all: Vec<(String, &'static str)> = Vec::new();
        for (name, sentence) in steps.chain(more).chain(kinds) {
            all.retain(|(known, _)| *known != name);
            all.push((name, sentence));
        }
        all
    }
}
