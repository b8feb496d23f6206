//! What the questions of forms are called where a page for readers would say it otherwise, and what helps to answer them.

use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::public::pages::labels::label;
use crate::public::pages::words::Lang;

/// Of which kind (empty: any), the field's way through the body, its label and its hint in Indonesian, the same in English.
const QUESTIONS: &[(&str, &str, &str, &str, &str, &str)] = &[
    (
        "application.submitted",
        "title",
        "Judul kegiatan",
        "Singkat, misalnya: Perbaikan atap madrasah.",
        "Name of the undertaking",
        "Short, such as: Mending the roof of the school.",
    ),
    (
        "application.submitted",
        "purpose",
        "Untuk apa",
        "Apa yang akan dikerjakan dan siapa yang mendapat manfaat. Jangan tulis nomor KTP, telepon, atau rekening: keterangan ini dibaca semua orang.",
        "What for",
        "What will be done, and who gains. Write no identity, phone or account numbers: everybody reads this.",
    ),
    (
        "application.submitted",
        "amount",
        "Jumlah yang diminta",
        "Sama dengan jumlah rincian anggaran.",
        "Amount asked for",
        "The same as the budget lines add up to.",
    ),
    (
        "application.submitted",
        "field",
        "Bidang",
        "Menentukan SKPD yang menilai.",
        "Field",
        "It decides which agency looks at it.",
    ),
    (
        "application.submitted",
        "documents",
        "Dokumen",
        "Proposal bertanda tangan, lalu lampirannya. Boleh foto yang terbaca.",
        "Documents",
        "The signed proposal, then its annexes. A photograph that can be read will do.",
    ),
    (
        "application.submitted",
        "budget_lines",
        "Rincian anggaran (RAB)",
        "Satu baris satu kebutuhan.",
        "Budget lines",
        "One line for each need.",
    ),
    ("application.submitted", "place", "Tempat kegiatan", "", "Where it is to happen", ""),
    (
        "application.submitted",
        "proposer",
        "Anggota DPRD pengusul (pokir)",
        "Hanya bila diusulkan anggota DPRD.",
        "Council member who proposes it (pokir)",
        "Only where a council member does.",
    ),
    (
        "application.revised",
        "reason",
        "Apa yang diperbaiki",
        "Jawab alasan pengembaliannya, misalnya: Proposal sudah ditandatangani ketua. Dibaca semua orang.",
        "What was mended",
        "Answer the reason why it was sent back, such as: The chair has signed the proposal. Everybody reads it.",
    ),
    (
        "case.returned",
        "to",
        "Kembali ke langkah",
        "Kosongkan untuk mengembalikannya kepada pemohon.",
        "Back to the step",
        "Leave it empty to send it back to the applicant.",
    ),
    (
        "case.returned",
        "reason",
        "Alasan",
        "Sebutkan apa yang harus diperbaiki: pemohon membacanya dan menjawabnya. Dibaca semua orang.",
        "Reason",
        "Say what is to be mended: the applicant reads it and answers it. Everybody reads it.",
    ),
    (
        "",
        "decided_by",
        "Diputuskan oleh",
        "Pejabat yang memutuskan pada tanggal kejadian; biasanya Anda sendiri.",
        "Decided by",
        "Who decided on the day of the event; mostly you yourself.",
    ),
    ("", "decided_by.person", "Nomor pejabat", "", "Public number of the person", ""),
    ("", "reason", "Alasan", "Dibaca semua orang.", "Reason", "Everybody reads it."),
    ("", "documents", "Dokumen", "", "Documents", ""),
    (
        "",
        "counter",
        "Naskah yang ditandatangani di loket",
        "Pindaian naskah bertanda tangan basah.",
        "The paper signed at the counter",
        "A scan of the paper signed by hand.",
    ),
    (
        "organisation.registered",
        "name",
        "Nama lembaga",
        "Seperti pada akta.",
        "Name of the organisation",
        "As in its deed.",
    ),
    ("organisation.registered", "recipient_type", "Jenis lembaga", "", "Type of organisation", ""),
    (
        "organisation.registered",
        "sealed",
        "Disimpan tersegel",
        "Tidak pernah dibuka untuk umum: hanya pejabat yang ditunjuk dapat membacanya, dan setiap pembacaan dicatat.",
        "Kept sealed",
        "Never public: only named offices can read it, and each reading is noted.",
    ),
    ("organisation.registered", "registration", "Izin atau akta", "", "Licence or deed", ""),
    ("agreement.signed", "report_due", "Batas laporan penggunaan", "", "Use to be reported by", ""),
    (
        "use.reported",
        "lines",
        "Penggunaan",
        "Satu baris satu pengeluaran, seperti pada rincian anggaran.",
        "What it was used for",
        "One line for each expense, as in the budget.",
    ),
    ("use.reported", "final", "Ini laporan terakhir", "", "This is the last report", ""),
    (
        "",
        "key",
        "Berkas baru",
        "Teks pada lembar loket pemegangnya, atau hasil pindai kodenya: nama buku besar, tanda +, lalu huruf dan angka.",
        "The new file",
        "The text on its holder's slip for the counter, or what scanning its code gave: the ledger's name, a +, then letters and digits.",
    ),
    (
        "key.revoked",
        "key",
        "Berkas yang dicabut",
        "Sudah terisi menurut buku besar.",
        "The file that is revoked",
        "Filled in as the ledger has it.",
    ),
    (
        "key.revoked",
        "suspect_since",
        "Diragukan sejak",
        "Yang ditandatangani berkas itu sejak saat ini ditampilkan sebagai disengketakan dan tidak dibayar sampai ditegaskan.",
        "In doubt since",
        "What the file signed from then on is shown as disputed, and is not paid until it is confirmed.",
    ),
    (
        "key.replaced",
        "reason",
        "Mengapa diganti",
        "Misalnya: telepon pengurus hilang dan tidak ada salinan. Dibaca semua orang; jangan tulis nama.",
        "Why it is replaced",
        "Such as: the officer's phone was lost and there is no copy. Everybody reads it; write no names.",
    ),
    (
        "official.appointed",
        "person",
        "Nomor publik orangnya",
        "Misalnya pejabat/0042: nomor seumur hidup, bukan nama.",
        "The person's public number",
        "Such as pejabat/0042: a number for life, not a name.",
    ),
    ("official.appointed", "acting", "Pelaksana tugas (Plt.)", "", "Acting for a holder who is away (Plt.)", ""),
    ("root.replaced", "root", "Nomor kunci akar", "", "Number of the root key", ""),
    ("replacement.objected", "replacement", "Entri penggantian", "", "Entry of the replacement", ""),
];

/// Label and hint of the field at this place.
pub(super) fn of(kind: Kind, path: &str, lang: Lang) -> (String, String) {
    let name = path.rsplit('.').next().unwrap_or(path);
    // What is filed at the counter, or mended, is the same application.
    let application = matches!(kind, Kind::ApplicationFiledAtCounter | Kind::ApplicationRevised);
    let own = QUESTIONS.iter().find(|(of, at, ..)| *of == kind.name() && *at == path);
    let asked = Kind::ApplicationSubmitted.name();
    let found = own.or_else(|| QUESTIONS.iter().find(|(of, at, ..)| application && *of == asked && *at == path));
    let found = found.or_else(|| QUESTIONS.iter().find(|(of, at, ..)| of.is_empty() && *at == path));
    if let Some((_, _, id, id_hint, en, en_hint)) = found {
        return (lang.pick(id, en).to_owned(), lang.pick(id_hint, en_hint).to_owned());
    }
    let figure = || Figure::NAMES.iter().position(|known| *known == name).map(|at| lang.words().amounts[at].to_owned());
    let plain = label(name, lang).map(str::to_owned).or_else(figure).unwrap_or_else(|| name.to_owned());
    (plain, String::new())
}
