//! The words of a receipt on paper, each in both languages side by side.

use super::Lang;

macro_rules! receipt_words {
    ($($name:ident: $id:literal, $en:literal;)*) => {
        /// The texts of one language.
        #[allow(missing_docs)] // The names say what each text is.
        pub(in crate::public) struct ReceiptWords {
            $(pub(in crate::public) $name: &'static str,)*
            /// How many more there are.
            pub(in crate::public) more: fn(usize) -> String,
        }

        const INDONESIAN: ReceiptWords = ReceiptWords { $($name: $id,)* more: |n| format!("dan {n} lagi") };
        const ENGLISH: ReceiptWords = ReceiptWords { $($name: $en,)* more: |n| format!("and {n} more") };
    };
}

receipt_words! {
    title: "Tanda terima", "Receipt";
    lead: "Pernyataan di bawah ini sudah dicatat di buku besar hibah. Sejak saat itu tidak seorang pun dapat mengubah atau menghilangkannya tanpa ketahuan.",
        "The statement below is recorded on the ledger of grants. From then on nobody can change it or make it disappear without its being noticed.";
    lead_alone: "Pernyataan di bawah ini sudah dicatat di buku besar hibah. Dengan berkas .tlog-proof tanda terima ini siapa pun dapat menunjukkan bila catatannya kelak diubah atau hilang. Belum ada saksi yang melihat titik periksanya.",
        "The statement below is recorded on the ledger of grants. With this receipt's .tlog-proof file anyone can show it if the record is later changed or disappears. No witness has seen its checkpoint.";
    what: "Pernyataan", "Statement";
    case: "Kasus", "Case";
    title_now: "Judul menurut titik periksa ini", "Title as of this checkpoint";
    recipient_now: "Penerima menurut titik periksa ini", "Recipient as of this checkpoint";
    proof: "Bukti", "Proof";
    checkpoint: "Titik periksa", "Checkpoint";
    entries: "entri", "entries";
    key: "Kunci buku besar", "The ledger's key";
    witnesses: "Saksi", "Witnesses";
    no_witness: "tidak ada", "none";
    check: "Cara memeriksa", "How to check it";
    scan: "Pindai kode ini, atau buka", "Scan this code, or open";
    compare: "Bandingkan nomor entri dan sidik daunnya dengan lembar ini.", "Compare the entry's number and its leaf hash with this sheet.";
    files: "Untuk bukti yang tidak bergantung pada situs itu, simpan berkas .tlog-proof tanda terima ini bersama entrinya, dari",
        "For a proof that does not depend on that site, keep this receipt's .tlog-proof file together with the entry, from";
    choose: "Pilih keduanya di", "Choose both at";
    key_here: "KUNCI", "KEY";
    run: "atau jalankan", "or run";
    compare_key: "KUNCI adalah kunci buku besar di atas; bandingkan dahulu dengan kunci dari tempat yang Anda percaya.",
        "KEY is the ledger's key above; compare it with one from a place that you trust first.";
    note: "Lembar ini untuk dibaca, dan siapa pun dapat mencetak lembar seperti ini. Yang membuktikan adalah berkas .tlog-proof bersama entrinya. Tercatat tidak berarti disetujui.",
        "This sheet is for reading, and anyone can print one like it. What proves is the .tlog-proof file together with the entry. Recorded does not mean approved.";
    print: "Cetak tanda terima (PDF)", "Print the receipt (PDF)";
}

impl Lang {
    /// The words of receipts in this language.
    pub(in crate::public) const fn receipt(self) -> &'static ReceiptWords {
        match self {
            Self::Indonesian => &INDONESIAN,
            Self::English => &ENGLISH,
        }
    }
}
