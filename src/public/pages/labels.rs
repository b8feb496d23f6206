//! What the fields of statements and the facts of flags are called. A field that is not here is told by its own name.

use super::words::Lang;

/// As signed, in Indonesian, in English.
const LABELS: &[(&str, &str, &str)] = &[
    ("about", "Tentang", "About"),
    ("account", "Rekening", "Account"),
    ("acting", "Pelaksana tugas (Plt.)", "Acting (Plt.)"),
    ("address", "Alamat", "Address"),
    ("after", "Mengikuti entri", "Follows the entry"),
    ("agency", "SKPD", "Agency"),
    ("amends", "Mengubah keputusan", "Amends the decree"),
    ("amount", "Nilai", "Value"),
    ("amounts", "Jumlah", "Amounts"),
    ("answer", "Jawaban", "Answer"),
    ("assistance", "Bantuan sosial", "Social assistance"),
    ("award", "Hibah terdahulu", "Past award"),
    ("basis", "Dasar hukum", "Legal basis"),
    ("body", "Isi yang benar", "What is right"),
    ("budget_code", "Kode rekening", "Budget code"),
    ("budget_lines", "Rincian anggaran", "Budget lines"),
    ("case", "Kasus", "Case"),
    ("ceilings", "Pagu", "Ceilings"),
    ("chair", "Ketua", "Chair"),
    ("checked_at", "Diperiksa tanggal", "Checked on"),
    ("checklist", "Daftar periksa", "Checklist"),
    ("city", "Kota", "City"),
    ("code", "Kode", "Code"),
    ("commitment", "Komitmen", "Commitment"),
    ("conduit", "Lembaga perantara", "Conduit"),
    ("control_number", "Nomor kendali", "Control number"),
    ("count", "Banyaknya", "Count"),
    ("counter", "Cara penyampaian", "How it was handed in"),
    ("counts", "Penolakan", "Refusals"),
    ("currency", "Mata uang", "Currency"),
    ("cut", "Bagian yang dipendekkan", "Shortened fields"),
    ("date", "Tanggal", "Date"),
    ("dated", "Tanggal kejadian", "Dated"),
    ("dates", "Tanggal tahap", "Dates of stages"),
    ("day", "Hari", "Day"),
    ("days", "Selisih hari", "Days"),
    ("decided_by", "Diputuskan oleh", "Decided by"),
    ("decimals", "Angka desimal", "Decimals"),
    ("decree_number", "Nomor keputusan", "Number of the decree"),
    ("deed", "Akta", "Deed"),
    ("disallowed", "Tidak diakui", "Not accepted"),
    ("district", "Kecamatan", "District"),
    ("document", "Dokumen", "Document"),
    ("documents", "Dokumen", "Documents"),
    ("due", "Batas waktu", "Due"),
    ("entry", "Entri", "Entry"),
    ("event_date", "Tanggal kejadian", "Date of the event"),
    ("fact", "Fakta", "Fact"),
    ("field", "Bidang", "Field"),
    ("file_sha256", "SHA-256 berkas", "SHA-256 of the file"),
    ("final", "Laporan terakhir", "Last report"),
    ("finding", "Hasil pemeriksaan", "Finding"),
    ("fiscal_year", "Tahun anggaran", "Fiscal year"),
    ("flag", "Temuan", "Flag"),
    ("form", "Bentuk", "Form"),
    ("from", "Dari", "From"),
    ("fund", "Sumber dana", "Fund"),
    ("government", "Pemerintah", "Government"),
    ("grants", "Hibah", "Grants"),
    ("happened", "Terjadi", "Happened"),
    ("holder", "Pemegang", "Holder"),
    ("identity", "Identitas", "Identity"),
    ("instalments", "Rencana pencairan", "Instalments"),
    ("interest", "Bunga", "Interest"),
    ("issuer", "Penerbit", "Issuer"),
    ("key", "Kunci", "Key"),
    ("keys", "Kunci", "Keys"),
    ("kind", "Jenis", "Kind"),
    ("label", "Tanda dalam daftar", "Mark in the register"),
    ("last_day", "Hari terakhir", "Last day"),
    ("ledger", "Buku besar", "Ledger"),
    ("ledger_key", "Kunci buku besar", "Key of the ledger"),
    ("licence", "Izin", "Licence"),
    ("line", "Uraian", "Line"),
    ("lines", "Rincian", "Lines"),
    ("map_sha256", "SHA-256 peta kolom", "SHA-256 of the column map"),
    ("media_type", "Jenis berkas", "Media type"),
    ("month", "Bulan", "Month"),
    ("name", "Nama", "Name"),
    ("note", "Catatan", "Remark"),
    ("number", "Nomor", "Number"),
    ("numbers", "Nomor dokumen", "Document numbers"),
    ("office", "Jabatan", "Office"),
    ("ordered", "Tanggal SP2D", "Date of the warrant"),
    ("org", "Lembaga", "Organisation"),
    ("outcome", "Hasil", "Outcome"),
    ("paper", "Naskah", "Paper"),
    ("payee", "Penerima pembayaran", "Payee"),
    ("period", "Masa jabatan", "Period"),
    ("person", "Orang", "Person"),
    ("place", "Tempat", "Place"),
    ("pointer", "Letak", "Place in the statement"),
    ("pointers", "Letak", "Places"),
    ("post", "Jabatan", "Post"),
    ("postcode", "Kode pos", "Postcode"),
    ("predecessor", "Tahap sebelumnya", "Step before"),
    ("predecessor_dated", "Tanggal tahap sebelumnya", "Date of the step before"),
    ("predecessor_entry", "Entri tahap sebelumnya", "Entry of the step before"),
    ("profile", "Profil", "Profile"),
    ("programme", "Program", "Programme"),
    ("proposer", "Pengusul (pokir)", "Proposer (pokir)"),
    ("purpose", "Tujuan", "Purpose"),
    ("rating", "Penilaian", "Rating"),
    ("reason", "Alasan", "Reason"),
    ("receipt", "Kode tanda terima", "Receipt code"),
    ("recipient", "Penerima", "Recipient"),
    ("recipient_type", "Jenis penerima", "Type of recipient"),
    ("recorded", "Dicatat", "Recorded"),
    ("region", "Provinsi", "Region"),
    ("register", "Register", "Register"),
    ("registration", "Izin atau akta", "Licence or deed"),
    ("replacement", "Penggantian pada entri", "Replacement in entry"),
    ("report", "Laporan", "Report"),
    ("report_due", "Batas laporan", "Report due"),
    ("reported", "Tanggal laporan", "Reported"),
    ("retires", "Kunci yang diganti", "Key it retires"),
    ("root", "Kunci akar", "Root key"),
    ("roots", "Kunci akar", "Root keys"),
    ("row", "Baris", "Row"),
    ("rows", "Baris", "Rows"),
    ("rule", "Aturan", "Rule"),
    ("rules", "Perangkat aturan", "Rule set"),
    ("sealed", "Tersegel", "Sealed"),
    ("sha256", "SHA-256", "SHA-256"),
    ("size", "Ukuran", "Size"),
    ("source", "Sumber", "Source"),
    ("sponsor", "Pengusul", "Sponsor"),
    ("stage", "Tahap", "Stage"),
    ("statement", "Sidik pernyataan", "Statement hash"),
    ("street", "Jalan", "Street"),
    ("street2", "Alamat, lanjutan", "Address, continued"),
    ("sum", "Jumlah", "Sum"),
    ("suspect_since", "Diragukan sejak", "Suspect since"),
    ("text", "Teks", "Text"),
    ("threshold", "Tanda tangan yang diperlukan", "Signatures required"),
    ("title", "Judul", "Title"),
    ("to", "Kembali ke", "Back to"),
    ("tolerated", "Toleransi hari", "Days tolerated"),
    ("total", "Jumlah seluruhnya", "Total"),
    ("trial", "Percobaan", "Trial"),
    ("type", "Jenis", "Type"),
    ("until", "Sampai", "Until"),
    ("valid_until", "Berlaku sampai", "Valid until"),
    ("ward", "Kelurahan", "Ward"),
    ("way", "Jalur", "Way"),
    ("what", "Yang dihapus", "What was erased"),
];

/// Every field that has a name here: as signed, in Indonesian, in English.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    LABELS.iter().copied()
}

/// Every word of a closed vocabulary that reads otherwise than it is signed: its field, and as [`all`].
pub(crate) fn terms() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    TERMS.iter().copied()
}

/// What a field is called, if it has a name here.
pub(crate) fn label(name: &str, lang: Lang) -> Option<&'static str> {
    let at = LABELS.binary_search_by(|(known, ..)| (*known).cmp(name)).ok()?;
    let (_, id, en) = LABELS[at];
    Some(lang.pick(id, en))
}

/// Words of closed vocabularies: the field they stand in, as signed, in Indonesian, in English.
const TERMS: &[(&str, &str, &str, &str)] = &[
    ("form", "money", "uang", "money"),
    ("form", "goods", "barang", "goods"),
    ("form", "services", "jasa", "services"),
    ("way", "grant", "hibah", "grant"),
    ("way", "assistance_planned", "bansos terencana", "planned assistance"),
    ("way", "assistance_unplanned", "bansos tidak terencana", "unplanned assistance"),
    ("outcome", "accepted", "diterima", "accepted"),
    ("outcome", "returned", "dikembalikan", "returned"),
    ("outcome", "confirmed", "terbukti", "confirmed"),
    ("outcome", "cleared", "tidak terbukti", "cleared"),
    ("what", "sealed", "nilai tersegel", "a sealed value"),
    ("what", "text", "teks", "a text"),
    ("rule", "form", "bentuk pernyataan", "form of the statement"),
    ("office", "org", "lembaga", "organisations"),
];

/// How a word of a closed vocabulary reads in this field.
pub(crate) fn term(field: &str, word: &str, lang: Lang) -> Option<&'static str> {
    let found = TERMS.iter().find(|(of, known, ..)| *of == field && *known == word)?;
    Some(lang.pick(found.2, found.3))
}

#[cfg(test)]
mod tests {
    use super::{LABELS, label};
    use crate::grants::figures::Figure;
    use crate::grants::one::bodies::{Body, KINDS};
    use crate::public::pages::words::Lang;

    /// A kind of a later rule set needs nothing here: a field without a name is told by its own.
    #[test]
    fn every_field_of_every_kind_of_rule_set_1_has_a_name() {
        assert!(LABELS.windows(2).all(|two| two[0].0 < two[1].0), "the labels are in the order of their names");
        let mut missing = Vec::new();
        for &kind in KINDS {
            for field in Body::fields(kind) {
                let name = field.name.rsplit('.').next().unwrap_or_default().trim_end_matches("[]").to_owned();
                let figure = Figure::NAMES.contains(&name.as_str());
                if !figure && label(&name, Lang::English).is_none() {
                    missing.push(format!("{kind} {}", field.name));
                }
            }
        }
        assert!(missing.is_empty(), "no name in both languages for {missing:#?}");
    }
}
