//! What stands in a dossier for people, beside the pages.

use crate::ledger::dossier::Manifest;

/// The text that says how a dossier is checked with the network off, in both languages.
pub(in crate::public) fn readme(origin: &str, vkey: &str, manifest: &Manifest) -> String {
    let grant = &manifest.grant;
    let file = format!("dossier-{}.zip", grant.replace('/', "-"));
    let (mut erased_id, mut erased_en) = (String::new(), String::new());
    let erased: Vec<String> = manifest
        .entries
        .iter()
        .chain(&manifest.keys)
        .filter(|item| item.erased)
        .map(|item| item.index.to_string())
        .collect();
    if !erased.is_empty() {
        let list = erased.join(", ");
        erased_id = format!(
            "\nSebagian teks entri berikut telah dihapus menurut undang-undang, jadi bytenya tidak ada di sini;\nhash daun dan resinya ada: {list}\n"
        );
        erased_en = format!(
            "\nTexts of these entries were erased as the law demands, so their bytes are not here; their leaf\nhashes and receipts are: {list}\n"
        );
    }
    if manifest.left_out > 0 {
        let count = manifest.left_out;
        erased_id.push_str(&format!(
            "\n{count} entri terakhir tidak dimuat karena terlalu banyak: lihat halaman hibahnya.\n"
        ));
        erased_en.push_str(&format!(
            "\nThe last {count} entries are left out, for there are too many: see the grant's page.\n"
        ));
    }
    format!(
        "DOSIR HIBAH {grant}
Buku besar: {origin}
{erased_id}
Periksa tanpa jaringan, dengan salah satu cara:

1. Matikan jaringan, buka periksa.html di peramban, lalu pilih berkas {file}.
   Bandingkan dahulu kunci buku besar di halaman itu dengan kunci dari tempat yang Anda percaya.
2. hibah verify {file} --vkey '{vkey}'
3. Dengan alat yang ada di setiap komputer: (printf '\\0'; cat entries/N.txt) | sha256sum
   mencetak hash daun entri N; receipts/N.tlog-proof membuktikan tempatnya (C2SP tlog-proof);
   sha256sum -c SHA256SUMS memeriksa apakah ada berkas yang rusak.

Yang terbukti: entri-entri ini ditandatangani dan dicatat persis seperti ini, tidak ada langkah di antaranya
yang hilang, dan dokumen di folder documents adalah dokumen yang disebut di dalamnya.
Yang tidak terbukti: bahwa semua aturan diikuti, dan bahwa tidak ada langkah sesudahnya. Untuk itu periksa
seluruh buku besar: hibah verify https://{origin}
baca.html hanya untuk dibaca; yang berlaku adalah entri-entrinya.


DOSSIER OF GRANT {grant}
Ledger: {origin}
{erased_en}
Check it without a network, in one of these ways:

1. Switch the network off, open check.html in a browser, and choose the file {file}.
   First compare the ledger's key on that page with one from a place that you trust.
2. hibah verify {file} --vkey '{vkey}'
3. With tools that every computer has: (printf '\\0'; cat entries/N.txt) | sha256sum
   prints the leaf hash of entry N; receipts/N.tlog-proof proves its place (C2SP tlog-proof);
   sha256sum -c SHA256SUMS tells whether a file was damaged.

What is proved: these entries were signed and recorded exactly so, no step between them is missing, and the
documents in the folder documents are those that they name.
What is not: that all rules were kept, and that no step came after. For that check the whole ledger:
hibah verify https://{origin}
baca.html is for reading only (in Indonesian); what counts are the entries.
"
    )
}
