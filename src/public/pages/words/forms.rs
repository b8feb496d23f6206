//! The words of feeds, calendars, data files and the pages about them: every text in both languages on one line, so no
//! language can lack one.

use super::{Lang, Words};

macro_rules! form_words {
    ($($name:ident: $id:literal, $en:literal;)*) => {
        /// The texts of one language.
        #[allow(missing_docs)] // The names say what each text is.
        pub(in crate::public) struct FormWords {
            $(pub(in crate::public) $name: &'static str,)*
            lang: Lang,
        }

        const INDONESIAN: FormWords = FormWords { $($name: $id,)* lang: Lang::Indonesian };
        const ENGLISH: FormWords = FormWords { $($name: $en,)* lang: Lang::English };
    };
}

form_words! {
    happened: "terjadi", "happened";
    seen_by_witnesses: "Terakhir dilihat saksi", "Last seen by witnesses";
    witness: "Saksi dan kuncinya", "Witness and its key";
    witnesses: "Saksi", "Witnesses";
    witnesses_lead: "Setiap beberapa detik mereka diperlihatkan titik periksa terbaru, menuntut bukti bahwa buku besar hanya bertambah, dan ikut menandatanganinya. Dua sejarah dapat sama-sama ditandatangani hanya bila cukup banyak saksi bersekongkol.",
        "Every few seconds they are shown the newest checkpoint, demand a proof that the ledger has only grown, and cosign it. Two histories can both be cosigned only if enough of them collude.";
    witnesses_caption: "Yang terakhir ditandatangani tiap saksi", "What each witness cosigned last";
    witnesses_note: "Daftar ini dari operator. Siapa yang Anda percayai, Anda yang menentukan: hibah verify --policy memeriksa dengan kunci saksi pilihan Anda.",
        "This list is the operator’s. Whom you trust is yours to say: hibah verify --policy checks with the keys of the witnesses that you choose.";
    waits_for_witnesses: "Entri yang menunggu saksi", "Entries that wait for witnesses";
    recorded: "dicatat", "recorded";
    organisations: "Organisasi", "Organisations";
    newest_entries: "Entri terbaru", "Newest entries";
    deadline: "Batas waktu", "Deadline";
    report_due: "Batas laporan penggunaan", "Report on use due";
    this_list: "Daftar ini sebagai", "This list as";
    this_grant: "Ikuti hibah ini", "Follow this grant";
    data_title: "Data", "Data";
    data_lead: "Seluruh data buku besar ini sebagai berkas: untuk lembar sebar, untuk peneliti, untuk program. Termasuk permohonan yang ditolak.",
        "All data of this ledger as files: for spreadsheets, for researchers, for programs. Refused applications included.";
    data_made_from: "Dibuat dari", "Made from";
    data_none: "Berkas data belum dibuat di server ini. Setiap daftar tetap dapat diunduh dari halamannya, dan buku besar lengkap dari hibah verify.",
        "No data files are made on this server yet. Every list can still be had from its page, and the whole ledger by hibah verify.";
    data_caption: "Berkas data, ukuran dan SHA-256-nya", "The data files, their sizes and SHA-256";
    data_file: "Berkas", "File";
    data_size: "Ukuran", "Size";
    licence: "Lisensi", "Licence";
    licence_note: "Sebutkan sumber dan titik periksanya.", "Name the source and its checkpoint.";
    file_xlsx: "Lembar sebar untuk dibaca dan dihitung: hibah, organisasi, penolakan, tanda", "A spreadsheet to read and reckon with: grants, organisations, refusals, flags";
    file_package: "Keterangan semua tabel CSV (Data Package 2.0)", "What all CSV tables say (Data Package 2.0)";
    file_csv: "Tabel CSV", "A CSV table";
    file_jsonl: "Semua entri dengan bita yang persis, satu baris satu entri (JSON Lines)", "All entries with their exact bytes, a line each (JSON Lines)";
    file_360: "Hibah yang ditetapkan, menurut standar 360Giving 1.4", "Awards, by the standard 360Giving 1.4";
    file_sums: "SHA-256 semua berkas, untuk sha256sum -c", "SHA-256 of all files, for sha256sum -c";
    check_data: "Periksa sendiri", "Check it yourself";
    check_data_lead: "Siapa pun dapat membuat berkas yang sama, bita demi bita, dari salinan buku besar yang berakhir pada titik periksa ini.",
        "Anybody can make the same files, byte for byte, from a copy of the ledger that ends at this checkpoint.";
    csv_heading: "Membuka CSV di lembar sebar", "Opening CSV in a spreadsheet";
    csv_note: "Tidak ada sel yang menjadi rumus: di depan =, +, -, atau @ pada awal teks, dan setelah titik koma, tab, atau ganti baris, kami menaruh satu tanda petik tunggal ('). Hapus satu tanda itu untuk memperoleh teks yang persis. JSON dan XLSX memuat teks apa adanya.",
        "No cell becomes a formula: before =, +, - or @ at the beginning of a text, and after a semicolon, a tab or a line end, we put one apostrophe ('). Take that one away to have the exact text. JSON and XLSX have texts as they are.";
    lists_heading: "Daftar, sebagian demi sebagian", "Lists, part by part";
    lists_note: "Setiap daftar, juga hasil pencarian, tersedia sebagai CSV, JSON, dan Atom: tambahkan .csv, .json, atau .atom pada alamatnya.",
        "Every list, search results too, is there as CSV, JSON and Atom: add .csv, .json or .atom to its address.";
    api_title: "API", "API";
    api_lead: "Semua yang ada di halaman, untuk program: hanya baca, tanpa kunci, dari mana saja (CORS). Setiap jawaban dapat diperiksa terhadap buku besar.",
        "All that pages show, for programs: read-only, without a key, from anywhere (CORS). Every answer can be checked against the ledger.";
    api_document: "Dokumen OpenAPI 3.1", "The OpenAPI 3.1 document";
    api_examples: "Contoh yang berjalan", "Examples that work";
    api_rules: "Aturan", "Rules";
    api_paging: "Untuk mengikuti buku besar tanpa melewatkan apa pun, teruskan nilai after dari jawaban sebelumnya; next kosong berarti belum ada yang baru.",
        "To follow the ledger without missing anything, go on with after of the answer before; no next means that nothing is new yet.";
    api_caching: "Jawaban membawa ETag; kirim kembali sebagai If-None-Match, dan yang tidak berubah dijawab 304 tanpa isi.",
        "Answers bear an ETag; send it back as If-None-Match, and what did not change is answered 304 without content.";
    api_problems: "Yang tidak dapat dijawab adalah problem+json (RFC 9457) dengan kalimat yang mengatakan apa yang salah. 503 berarti coba lagi sebentar lagi.",
        "What cannot be answered is problem+json (RFC 9457) with a sentence that says what is wrong. 503 means try again in a moment.";
    api_amounts: "Jumlah adalah bilangan bulat satuan terkecil mata uang; null berarti tidak ada, bukan nol.",
        "Amounts are whole minor units of the currency; null is not there, and never nought.";
    api_status: "Buku besar apa ini, dan sampai mana", "What ledger this is, and how far it has come";
    api_entries: "Entri menurut urutan", "Entries in order";
    api_entry: "Satu entri", "One entry";
    api_receipt: "Tanda terimanya (C2SP tlog-proof)", "Its receipt (C2SP tlog-proof)";
    api_grants: "Hibah, dengan pencarian", "Grants, with a search";
    api_changed: "Hibah yang berubah sejak suatu entri", "Grants that changed since an entry";
    api_grant: "Satu hibah dengan jalannya", "One grant with its way";
    api_flags: "Tanda", "Flags";
    api_checkpoint: "Titik periksa terbaru", "The newest checkpoint";
    api_list: "Daftar sebagai CSV", "A list as CSV";
    embed_open: "Buka dan periksa catatan ini", "Open and check this record";
}

impl Lang {
    /// The words of forms in this language.
    pub(in crate::public) const fn forms(self) -> &'static FormWords {
        match self {
            Self::Indonesian => &INDONESIAN,
            Self::English => &ENGLISH,
        }
    }
}

impl FormWords {
    /// What something was made from.
    pub(in crate::public) fn made_from(&self, words: &Words, size: u64, root: &str) -> String {
        let size = words.count(size);
        match self.lang {
            Lang::Indonesian => format!("Dibuat dari {size} entri; akar pohon Merkle {root}."),
            Lang::English => format!("Made from {size} entries; Merkle root {root}."),
        }
    }

    /// What is in a data file.
    pub(in crate::public) fn file(&self, name: &str) -> &'static str {
        match name.rsplit('/').next().unwrap_or(name) {
            "datapackage.json" => self.file_package,
            "360giving.json" => self.file_360,
            "SHA256SUMS" => self.file_sums,
            name if name.ends_with(".xlsx") => self.file_xlsx,
            name if name.ends_with(".jsonl") => self.file_jsonl,
            _ => self.file_csv,
        }
    }

    /// A size for people: `52,3 MB`, `52.3 MB`.
    pub(in crate::public) fn size(&self, bytes: u64) -> String {
        let (unit, name) = match bytes {
            0..1_000_000 => (1_000, "kB"),
            1_000_000..1_000_000_000 => (1_000_000, "MB"),
            _ => (1_000_000_000, "GB"),
        };
        // Rounded up in tenths: no file has nothing.
        let tenths = bytes.div_ceil(unit / 10);
        format!("{}{}{}\u{a0}{name}", tenths / 10, self.lang.pick(",", "."), tenths % 10)
    }
}
