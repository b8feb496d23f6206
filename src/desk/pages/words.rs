//! The words of the desk's pages, each in both languages side by side, so that neither can lack one.

use crate::desk::challenge::LoginError;
use crate::desk::scanner::Unfit;
use crate::grants::kinds::Kind;
use crate::grants::sentence::Sentence;
use crate::public::pages::words::Lang;

/// A struct of texts, `INDONESIAN` and `ENGLISH`.
macro_rules! catalogue {
    ($(#[$doc:meta])* $words:ident: $($name:ident: $id:literal, $en:literal;)*) => {
        $(#[$doc])*
        #[allow(missing_docs)] // The names say what each text is; the texts stand below.
        pub struct $words {
            pub lang: Lang,
            $(pub $name: &'static str,)*
        }

        static INDONESIAN: $words = $words { lang: Lang::Indonesian, $($name: $id,)* };
        static ENGLISH: $words = $words { lang: Lang::English, $($name: $en,)* };
    };
}
pub(super) use catalogue;

catalogue! {
    /// The texts of the desk in one language.
    Words:
    // Every page.
    site: "Meja hibah", "Grants desk";
    skip: "Langsung ke isi", "Skip to the content";
    nav: "Bagian", "Sections";
    nav_home: "Pekerjaan saya", "My work";
    nav_key: "Berkas penandatanganan", "Signing file";
    nav_public: "Halaman publik", "Public pages";
    sign_in: "Masuk", "Sign in";
    sign_out: "Keluar", "Sign out";
    signed_in_as: "Masuk sebagai", "Signed in as";
    foot: "Semua pernyataan yang Anda tandatangani di sini dicatat untuk selamanya dan dibaca semua orang. Konsep dan nilai tersegel tidak.",
        "All statements that you sign here are recorded for ever and read by everyone. Drafts and what is sealed are not.";
    script_needed: "Menandatangani memerlukan JavaScript, sebab berkas penandatanganan tidak pernah meninggalkan peramban Anda. Tanpa JavaScript: unduh pernyataan, lalu tandatangani dengan program hibah.",
        "Signing needs JavaScript, for the signing file never leaves your browser. Without it: download the statement and sign it with the program hibah.";
    // Start.
    start_title: "Ajukan, putuskan, dan pertanggungjawabkan hibah", "Apply for grants, decide on them and account for them";
    start_lead: "Di sini lembaga mengajukan permohonan hibah dan pejabat memutuskannya. Anda menandatangani dengan berkas milik Anda sendiri; tanda terimanya membuktikan apa yang Anda serahkan, dan kapan.",
        "Here organisations apply for grants and offices decide on them. You sign with a file of your own; the receipt proves what you handed in, and when.";
    start_have: "Saya punya berkas penandatanganan", "I have a signing file";
    start_have_text: "Lembaga terdaftar dan pejabat.", "Registered organisations and officials.";
    start_new: "Lembaga saya belum terdaftar", "My organisation is not registered";
    start_new_text: "Buat berkas penandatanganan, lalu minta pendaftaran. Siapkan akta atau surat keterangan terdaftar dan nomor rekening lembaga.",
        "Make a signing file, then ask to be registered. Have the deed or the certificate of registration and the organisation's account number at hand.";
    start_make: "Buat berkas dan daftarkan", "Make a file and register";
    start_how: "Begini caranya", "How it works";
    start_step_1: "Isi permohonan. Konsep tersimpan sendiri, dan dapat dilanjutkan kapan saja.", "Fill in the application. The draft is saved as you go, and can be continued at any time.";
    start_step_2: "Periksa apa yang akan ditandatangani, lalu tandatangani dengan frasa sandi Anda.", "Check what you will sign, then sign it with your passphrase.";
    start_step_3: "Simpan tanda terimanya. Sejak saat itu tidak seorang pun dapat mengubah atau menghilangkannya.", "Keep the receipt. From then on nobody can change it or make it disappear.";
    start_paper: "Tanpa telepon atau komputer: bawa berkas bertanda tangan ke loket; petugas mencatatnya untuk Anda.",
        "Without phone or computer: bring the signed papers to the counter, where they are recorded for you.";
    start_report: "Untuk warga", "For citizens";
    start_report_text: "Ada yang tidak sesuai pada suatu hibah? Tanpa berkas dan tanpa nama:", "Is something wrong with a grant? Without a file and without a name:";
    start_programs: "Program menyerahkan pernyataan bertanda tangan dengan POST /statements.", "Programs hand in signed statements with POST /statements.";
    // Signing file.
    key_title: "Berkas penandatanganan", "Your signing file";
    key_lead: "Berkas ini seperti stempel lembaga: siapa yang memegangnya dan tahu frasa sandinya dapat menandatangani. Berkas ini tinggal di peramban ini, dan tidak pernah dikirim ke mana pun. Simpan salinannya di tempat lain.",
        "This file is like your organisation's stamp: whoever has it and knows its passphrase can sign. It stays in this browser and is never sent anywhere. Keep a copy of it elsewhere.";
    key_next: "Sudah ada berkasnya? Masuk dengan berkas itu.", "You have the file? Sign in with it.";
    // Sign in.
    login_title: "Masuk", "Sign in";
    login_lead: "Pilih berkas penandatanganan dan isi frasa sandinya. Keduanya tidak dikirim: peramban Anda hanya membuktikan bahwa Anda memegangnya.",
        "Choose your signing file and fill in its passphrase. Neither is sent: your browser only proves that you have them.";
    login_none: "Belum punya berkas penandatanganan?", "No signing file yet?";
    login_again: "Masuk untuk melanjutkan. Setelah 30 menit tanpa kegiatan Anda dikeluarkan; konsep Anda tetap ada.",
        "Sign in to go on. You are signed out after 30 minutes without activity; your drafts are kept.";
    // My work.
    home_title: "Pekerjaan saya", "My work";
    new_application: "Ajukan permohonan hibah", "Apply for a grant";
    register: "Minta pendaftaran lembaga", "Ask to register your organisation";
    not_registered: "Lembaga Anda belum terdaftar. Isi permintaan pendaftaran dan tandatangani, lalu bawa lembar loket berkas ini (di “Berkas penandatanganan”) dan akta lembaga ke pendaftar, yang mencocokkan kodenya dan ikut menandatangani. Setelah itu Anda dapat mengajukan permohonan.",
        "Your organisation is not registered yet. Fill in the request and sign it, then bring the slip of this file (at “Signing file”) and the deed to the registrar, who compares the code and signs too. Then you can apply.";
    to_sign_heading: "Menunggu tanda tangan Anda", "Waiting for your signature";
    to_sign_lead: "Orang lain sudah menandatangani. Dicatat bila semua sudah menandatangani.", "Others have signed already. It is recorded once all have signed.";
    queue_heading: "Menunggu tindakan Anda", "Waiting for you to act";
    queue_none: "Tidak ada kasus yang menunggu Anda.", "No case is waiting for you.";
    queue_caption: "Kasus yang menunggu Anda, yang paling mendesak di atas", "Cases that wait for you, the most urgent first";
    queue_choose: "Pilih", "Choose";
    queue_all: "Pilih beberapa kasus untuk diputuskan sekaligus dengan alasan yang sama.", "Choose several cases to decide them at once for the same reason.";
    cases_heading: "Kasus saya", "My cases";
    cases_caption: "Kasus lembaga Anda dan apa berikutnya", "Your organisation's cases and what comes next";
    drafts_heading: "Konsep", "Drafts";
    waiting_heading: "Menunggu tanda tangan orang lain", "Waiting for others to sign";
    sent_heading: "Yang sudah dicatat", "Recorded";
    reports_heading: "Laporan warga yang belum dijawab", "Citizens' reports without an answer";
    reports_lead: "Isinya tersegel: jabatan yang disebut profil membukanya di sini, dan setiap pembacaan dicatat. Jawaban dibaca semua orang.", "Their text is sealed: offices that the profile names open it here, and each reading is noted. The answer is read by everyone.";
    flags_heading: "Temuan yang menunggu jawaban Anda", "Flags that wait for your answer";
    flags_lead: "Temuan bukan putusan bersalah. Jawaban Anda dibaca semua orang di sampingnya.", "A flag is no verdict. Your answer is read by everyone beside it.";
    flag_title: "Temuan", "Flag";
    report_answer: "Jawab", "Answer";
    papers_heading: "Daftar, anggaran, dan keputusan", "Lists, budgets and decrees";
    counter_heading: "Loket", "Counter";
    counter_lead: "Untuk lembaga yang datang dengan berkas bertanda tangan: Anda mencatatnya, dengan pindaian berkasnya.",
        "For organisations that come with signed papers: you record them, with a scan of the papers.";
    counter_org: "Nomor lembaga", "Number of the organisation";
    counter_org_hint: "Ada pada tanda terima pendaftarannya dan di halaman publik lembaga itu: org/12 bernomor 12.",
        "It is on the receipt of its registration and on its public page: org/12 has the number 12.";
    counter_unknown: "Tidak ada lembaga terdaftar dengan nomor itu. Periksa nomornya pada tanda terima pendaftaran atau di halaman publik lembaga; lembaga yang belum terdaftar mendaftar dulu.",
        "No registered organisation has that number. Look it up on the receipt of its registration or on its public page; one that is not registered asks to be registered first.";
    counter_button: "Catat permohonan di loket", "Record an application at the counter";
    column_case: "Kasus", "Case";
    column_asked: "Diminta", "Asked";
    column_next: "Berikutnya", "Next";
    column_due: "Batas waktu", "Due";
    column_changed: "Diubah", "Changed";
    column_status: "Keadaan", "Status";
    no_due: "tanpa batas", "none";
    late: "lewat batas", "late";
    // How somebody hears of it.
    notices_title: "Pemberitahuan", "Notices";
    notices_lead: "Surel, umpan, dan kalender tentang yang menunggu Anda", "E-mail, feeds and a calendar of what waits for you";
    mail_heading: "Surel", "E-mail";
    mail_lead: "Kami memberi tahu lembaga Anda bila permohonan dikembalikan, ditolak, atau diputuskan, bila uang dibayarkan, bila laporan segera jatuh tempo, dan bila ada yang menunggu tanda tangan atau jawaban Anda. Alamat tidak dicatat di buku besar, dan tautan di setiap pemberitahuan menghentikan surat.",
        "We tell your organisation when an application is sent back, refused or decided, when money is paid, when a report is due soon, and when something waits for your signature or answer. The address is not on the ledger, and a link in each piece of news ends the letters.";
    mail_none: "Surel belum diatur di sini. Gunakan umpan atau kalender di bawah.", "E-mail is not set up here. Use the feed or the calendar below.";
    mail_offices: "Surel hanya untuk lembaga. Gunakan umpan atau kalender di bawah.", "E-mail is for organisations only. Use the feed or the calendar below.";
    mail_goes: "Surat dikirim ke", "Letters go to";
    mail_waits: "Menunggu konfirmasi: buka surat yang kami kirim ke", "Waiting to be confirmed: open the letter that we sent to";
    mail_drop: "Jangan kirim ke sini lagi", "Do not write there any more";
    mail_address: "Alamat surel lembaga", "The organisation's e-mail address";
    mail_other: "Alamat surel lain", "Another e-mail address";
    mail_hint: "Kami kirim satu surat konfirmasi; sebelum dikonfirmasi tidak ada surat lain.", "We send one letter to confirm it; nothing else comes before that.";
    mail_lang: "Bahasa surat", "Language of the letters";
    mail_ask: "Kirim surat konfirmasi", "Send the confirming letter";
    mail_bad: "Tulis alamat surel seperti nama@lembaga.or.id.", "Write an e-mail address such as name@organisation.or.id.";
    mail_often: "Sudah lima surat konfirmasi hari ini: coba lagi besok.", "Five confirming letters were sent today: try again tomorrow.";
    mail_lately: "Alamat ini sudah kami tanya, atau menghentikan surat, dalam tujuh hari terakhir: buka surat konfirmasinya, atau coba lagi sesudah tujuh hari.",
        "We asked at this address, or it ended letters, within the last seven days: open its confirming letter, or try again after seven days.";
    mail_old: "Tautan ini sudah dipakai atau lebih dari tujuh hari: minta surat konfirmasi lagi di meja.", "This link was used already or is older than seven days: ask for another confirming letter at the desk.";
    confirm_title: "Konfirmasi alamat surel", "Confirm your e-mail address";
    confirm_lead: "Pemberitahuan hibah akan dikirim ke", "News of grants will be sent to";
    confirm_button: "Ya, kirim ke alamat ini", "Yes, send it to this address";
    confirm_done: "Mulai sekarang surat dikirim ke", "From now on letters go to";
    stop_title: "Berhenti menerima surat", "Get no more letters";
    stop_lead: "Alamat Anda dihapus dari sini, dan tidak ada surat lagi.", "Your address is deleted here, and no more letters come.";
    stop_button: "Hentikan", "Stop them";
    stop_done: "Selesai: tidak ada surat lagi.", "Done: no more letters come.";
    feeds_heading: "Umpan dan kalender", "Feed and calendar";
    feeds_lead: "Alamat rahasia untuk pembaca umpan dan kalender: yang menunggu Anda, dan batas waktunya. Siapa pun yang tahu alamatnya dapat membacanya, tetapi tidak dapat menandatangani apa pun.",
        "Secret addresses for a feed reader and a calendar: what waits for you, and by when. Whoever knows them can read it, and can sign nothing.";
    feeds_once: "Salin sekarang: alamat ini hanya ditampilkan sekali.", "Copy them now: these addresses are shown only once.";
    feeds_atom: "Umpan (Atom)", "Feed (Atom)";
    feeds_ics: "Kalender (iCalendar)", "Calendar (iCalendar)";
    feeds_since: "Anda punya alamat rahasia sejak", "You have secret addresses since";
    feeds_make: "Buat alamat", "Make the addresses";
    feeds_renew: "Ganti alamat; yang lama tidak berlaku lagi", "Replace them; the old ones end";
    feeds_end: "Hapus alamat", "Remove the addresses";
    feeds_report: "Batas laporan penggunaan", "Report on use due";
    feeds_secret: "Jangan bagikan alamat umpan ini.", "Do not share this feed's address.";
    // One case.
    case_next_heading: "Yang dapat Anda lakukan sekarang", "What you can do now";
    case_next_none: "Sekarang giliran pihak lain. Anda tidak perlu melakukan apa-apa.", "It is somebody else's turn. There is nothing for you to do.";
    case_next_closed: "Kasus ini sudah selesai. Tidak ada langkah berikutnya.", "This case is closed. No step comes next.";
    case_returned: "Permohonan dikembalikan kepada Anda", "The application was sent back to you";
    case_returned_now: "Perbaiki yang disebut di atas: isian Anda yang terakhir sudah terisi kembali. Setelah Anda serahkan lagi, permohonan dinilai kembali dari pemeriksaan kelengkapan.",
        "Mend what is said above: what you handed in last is filled in again. Once you hand it in, it is looked at again from the check of completeness on.";
    case_refused: "Permohonan ini ditolak", "This application was refused";
    case_refused_now: "Keputusan ini dan alasannya dibaca semua orang dan tidak dapat diubah. Anda boleh mengajukan permohonan lain; bila menurut Anda keputusan ini keliru, sampaikan kepada Inspektorat.",
        "This decision and its reason are read by everyone and cannot be changed. You may apply for another grant; if you think that the decision is wrong, bring it to the inspectorate.";
    case_cancelled: "Kasus ini dibatalkan", "This case was cancelled";
    case_why: "Alasan:", "Reason:";
    case_other: "Tindakan lain", "Other acts";
    case_steps: "Yang sudah terjadi", "What happened so far";
    case_public: "Lihat halaman publiknya", "See its public page";
    nphd_heading: "Naskah perjanjian (NPHD)", "Grant agreement (NPHD)";
    nphd_lead: "Konsepnya terisi dari buku besar. Cetak, tanda tangani dengan tangan kedua pihak, pindai, lalu unggah pindaiannya saat mencatat perjanjian.",
        "The draft is filled in from the ledger, in Indonesian. Print it, have both parties sign it by hand, scan it, and upload the scan when the agreement is recorded.";
    nphd_print: "Unduh konsep NPHD (PDF)", "Download the draft of the NPHD (PDF)";
    nphd_of_draft: "Simpan konsep ini dulu; nomor, jumlah, tahapan, dan batas laporannya masuk ke naskah.", "Save this draft first; its number, amount, instalments and report day go into the agreement.";
    // A draft.
    optional: "tidak wajib", "optional";
    choose: "Pilih …", "Choose …";
    row: "Nomor", "Number";
    add_row: "Tambah baris", "Add a row";
    remove: "Hapus nomor", "Remove number";
    document_title: "Nama dokumen", "Title of the document";
    document_file: "Berkas", "File";
    uploaded: "Sudah diunggah", "Uploaded";
    sealed_there: "Sudah diisi; tersegel", "Filled in; sealed";
    event_date: "Tanggal kejadian", "Date of the event";
    event_date_hint: "Kosongkan bila hari ini.", "Leave it empty if it is today.";
    with_whom: "Ikut menandatangani", "Signs too";
    save: "Simpan konsep", "Save the draft";
    check: "Periksa sebelum menandatangani", "Check before you sign";
    throw_away: "Buang konsep", "Throw the draft away";
    saved: "Konsep tersimpan.", "The draft is saved.";
    faults_heading: "Ada yang perlu dibetulkan", "Something needs to be mended";
    changed_heading: "Konsep ini sudah diubah di tempat lain", "This draft was changed elsewhere";
    changed_text: "Konsep ini disimpan dari tempat lain sementara Anda mengisinya, jadi isian Anda belum disimpan. Semua isian Anda ada di formulir di bawah ini. Yang berbeda dari yang tersimpan:",
        "This draft was saved elsewhere while you were filling it in, so yours is not saved yet. All of what you typed stands in the form below. Where it differs from what is saved:";
    changed_same: "Konsep ini disimpan dari tempat lain sementara Anda mengisinya; tidak ada isian yang berbeda. Simpan sekali lagi.",
        "This draft was saved elsewhere while you were filling it in; nothing differs. Save once more.";
    changed_then: "Salin dulu yang masih diperlukan, lalu simpan lagi: isian di formulir yang dipakai.",
        "Copy what is still needed, then save again: what stands in the form is used.";
    changed_there: "tersimpan:", "saved:";
    changed_empty: "(kosong)", "(empty)";
    changed_ticked: "dicentang", "ticked";
    batch_heading: "Kasus dalam keputusan ini", "Cases in this decision";
    batch_lead: "Alasan dan isian di bawah berlaku untuk semua; jumlah diisi per kasus.", "The reason and the fields below are the same for all; the amount is set for each case.";
    // Rows from a spreadsheet.
    sheet_title: "Baris dari lembar sebar", "Rows from a spreadsheet";
    sheet_lead: "Simpan konsep ini dulu, lalu unggah daftarnya. Setiap baris dicocokkan dengan kasus yang menunggu; tidak ada yang diambil sebelum Anda menyetujuinya.",
        "Save this draft first, then upload the list. Each row is compared with the cases that wait; nothing is taken before you agree.";
    sheet_file: "Berkas CSV atau XLSX", "A CSV or XLSX file";
    sheet_hint: "Satu baris judul dengan kolom \"Kasus\" dan \"Jumlah\"; lembar pertama; paling banyak 5.000 baris dan 4 MB.", "One row with the columns \"Case\" and \"Amount\"; the first sheet; at most 5,000 rows and 4 MB.";
    sheet_look: "Cocokkan", "Compare";
    sheet_caption: "Setiap baris berkas dan hasil pencocokannya", "Each row of the file, and whether it fits";
    sheet_row: "Baris", "Row";
    sheet_rows: "Banyak baris", "Rows";
    sheet_amount: "Jumlah", "Amount";
    sheet_sum: "Jumlah seluruhnya", "In all";
    sheet_wrong: "Yang salah", "Wrong";
    sheet_differ: "Jumlah lain dari sebelumnya", "Another amount than before";
    sheet_missing: "Tidak ada di berkas", "Not in the file";
    sheet_missing_lead: "Kasus yang menunggu tetapi tidak ada di berkas", "Cases that wait and are not in the file";
    sheet_matched: "Cocok", "Fits";
    sheet_fits: "Semua baris dapat diambil. Periksa jumlah yang berbeda dan kasus yang tidak ada di berkas.", "All rows can be taken. Look at amounts that differ and at cases that the file leaves out.";
    sheet_take: "Ambil baris ini", "Take these rows";
    sheet_leave: "Jangan ambil", "Do not take them";
    sheet_stops: "Berkas ini belum dapat diambil", "This file cannot be taken yet";
    sheet_again: "Betulkan berkasnya, lalu unggah lagi", "Mend the file and upload it again";
    // Checking and signing.
    check_title: "Periksa dan tandatangani", "Check and sign";
    check_lead: "Inilah yang akan Anda tandatangani, dibaca dari isinya sendiri. Setelah dicatat tidak dapat dihapus.",
        "This is what you will sign, read from its very words. Once recorded it cannot be deleted.";
    check_refused: "Ini akan ditolak", "This would be refused";
    check_change: "Ubah isian", "Change what you filled in";
    sign_button: "Tandatangani dan kirim", "Sign and send";
    sign_all: "Tandatangani semua dan kirim", "Sign all and send";
    by_hand: "Tandatangani dengan program hibah", "Sign with the program hibah";
    by_hand_text: "Simpan teks ini sebagai berkas, jalankan hibah sign BERKAS --key KUNCI, lalu tempelkan hasilnya di sini dan kirim.",
        "Save this text as a file, run hibah sign FILE --key KEY, then paste the result here and send it.";
    statement_text: "Teks pernyataan", "Text of the statement";
    // Several together.
    together_lead: "Centang konsep yang sudah selesai dan pernyataan yang menunggu Anda, paling banyak 200, untuk ditandatangani sekaligus dengan satu frasa sandi.",
        "Tick finished drafts and statements that wait for you, 200 at most, to sign them all with one passphrase.";
    together_button: "Periksa yang dicentang", "Check what is ticked";
    together_none: "Centang dulu yang akan ditandatangani.", "Tick what you want to sign first.";
    together_left: "Tidak ikut ditandatangani", "Left out";
    together_refused: "Ini akan ditolak, jadi tidak ikut ditandatangani", "This would be refused, so it is left out";
    together_unfinished: "Konsepnya belum lengkap: isi dulu, jadi tidak ikut ditandatangani.", "The draft is not complete: fill it in first. It is left out.";
    together_alone: "Kode berkasnya dicocokkan dulu: tanda tangani tersendiri.", "The code of its file is compared first: sign it by itself.";
    together_same: "Yang lain di sini tentang hal yang sama, dan setiap pernyataan mengikuti yang sebelumnya: tandatangani sesudahnya.",
        "Another one here is about the same thing, and each statement follows the one before: sign it afterwards.";
    together_many: "Lebih dari 200 sekaligus: tandatangani sesudahnya.", "More than 200 at once: sign it afterwards.";
    // Waiting for others.
    waiting_title: "Menunggu tanda tangan", "Waiting for signatures";
    waiting_missing: "Belum menandatangani", "Not signed yet";
    waiting_signed: "Sudah menandatangani", "Signed";
    waiting_until: "Dapat dicatat sampai", "Can be recorded until";
    waiting_withdraw: "Tarik kembali", "Take it back";
    waiting_refuse: "Tolak dan kembalikan", "Do not sign, give it back";
    // Sent.
    sent_title: "Sudah dicatat", "It is recorded";
    sent_lead: "Simpan tanda terimanya. Dengan itu siapa pun dapat membuktikan bahwa pernyataan ini dicatat persis begini.", "Keep the receipt. With it anyone can prove that exactly this statement was recorded.";
    sent_entry: "Entri", "Entry";
    sent_receipt: "Unduh tanda terima", "Download the receipt";
    sent_print: "Cetak tanda terima (PDF)", "Print the receipt (PDF)";
    sent_see: "Lihat di halaman publik", "See it on the public pages";
    sent_next: "Kembali ke pekerjaan saya", "Back to my work";
    sent_witnesses: "Tanda terima disiapkan setelah para saksi melihatnya; muat ulang halaman ini beberapa saat lagi.", "The receipt is ready once the witnesses have seen it; load this page again in a moment.";
    results_title: "Hasil", "Result";
    result_recorded: "dicatat", "recorded";
    result_waits: "menunggu tanda tangan orang lain", "waits for others to sign";
    result_refused: "ditolak", "refused";
    // Citizens.
    report_title: "Laporkan sesuatu", "Report something";
    report_lead: "Ada yang tidak sesuai pada suatu hibah? Tulis di sini. Isi laporan Anda disimpan tersegel: hanya pejabat yang ditunjuk dapat membacanya, dan setiap pembacaan dicatat. Yang dicatat untuk umum hanyalah bahwa ada laporan, kapan, dan bagaimana dijawab.",
        "Is something wrong with a grant? Write it here. What you write is kept sealed: only named offices can read it, and each reading is noted. Public is only that a report came, when, and how it was answered.";
    report_not_taken: "Laporan tidak diterima di alamat ini: sampaikan kepada Inspektorat secara langsung.", "Reports are not taken at this address: bring them to the inspectorate itself.";
    report_about: "Hibah", "Grant";
    report_about_hint: "Nomor kasus seperti tertulis di halamannya, misalnya case/1/1.", "The case's number as its page has it, such as case/1/1.";
    report_text: "Apa yang Anda ketahui", "What you know";
    report_text_hint: "Apa, di mana, kapan. Paling banyak 4.000 karakter.", "What, where, when. At most 4,000 characters.";
    report_identity: "Nama dan cara menghubungi Anda", "Your name and how to reach you";
    report_identity_hint: "Disimpan tersegel. Anda boleh tidak mengisinya.", "Kept sealed. You need not give it.";
    report_send: "Kirim laporan", "Send the report";
    report_find: "Lihat jawaban atas laporan Anda", "See the answer to your report";
    report_number: "Nomor laporan", "Number of the report";
    report_code: "Kode tanda terima", "Receipt code";
    report_show: "Lihat", "Show";
    report_empty: "Tulis apa yang ingin Anda laporkan.", "Write what you want to report.";
    report_too_long: "Persingkat laporan Anda: paling banyak 4.000 karakter.", "Shorten your report: at most 4,000 characters.";
    report_characters: "Ada karakter yang tidak dapat disimpan: ketik ulang tanpa tanda khusus.", "It has a character that cannot be kept: type it anew without special signs.";
    report_case: "Tulis nomor kasus seperti case/1/1, atau kosongkan.", "Write the case's number as in case/1/1, or leave it empty.";
    report_many: "Terlalu banyak laporan dari sambungan ini: coba lagi satu jam lagi.", "Too many reports from this connection: try again in an hour.";
    report_refused: "Tidak dapat dicatat: periksa nomor kasusnya. Penilaian diberikan satu kali, setelah ada jawaban.", "It cannot be recorded: check the case's number. A rating is given once, after an answer.";
    report_unknown: "Nomor dan kode ini tidak cocok dengan laporan mana pun: periksa kembali.", "This number and code belong to no report: check them.";
    reported_title: "Laporan", "Report";
    reported_thanks: "Laporan Anda sudah dicatat", "Your report is recorded";
    reported_keep: "Catat nomor dan kodenya, atau simpan alamat halaman ini: hanya dengan keduanya Anda dapat melihat jawaban dan menilainya.", "Write down number and code, or keep this page's address: only with both can you see the answer and rate it.";
    reported_received: "Diterima", "Received";
    reported_answer: "Jawaban", "Answer";
    reported_none: "Belum dijawab.", "Not answered yet.";
    reported_rated: "Penilaian Anda:", "Your rating:";
    reported_rate: "Bagaimana jawabannya? 1 buruk, 5 baik", "How is the answer? 1 is bad, 5 is good";
    reported_rate_send: "Kirim penilaian", "Send the rating";
    // Faults.
    fault_title: "Tidak dapat dilakukan", "That cannot be done";
    not_found: "Tidak ada halaman di alamat ini, atau bukan milik Anda.", "There is no page at this address, or it is not yours.";
    fault_csrf: "Formulir ini bukan dari halaman yang Anda buka, atau sesinya sudah berakhir. Buka halamannya lagi, lalu kirim lagi.",
        "This form is not from a page that you opened, or its session is over. Open the page again and send it again.";
    fault_too_many: "Konsep Anda terlalu banyak: buang yang tidak dipakai.", "You have too many drafts: throw away those that you do not need.";
    fault_rules: "Buku besar ini belum memakai aturan yang dikenal halaman ini; gunakan program hibah.", "This ledger is not kept under the rules that these pages know; use the program hibah.";
    fault_stopped: "Penulis buku besar berhenti. Tidak ada yang hilang: coba lagi beberapa menit lagi.", "The ledger's writer has stopped. Nothing is lost: try again in some minutes.";
    fault_draft_gone: "Konsep ini sudah tidak ada: sudah diserahkan, dibuang, atau terlalu lama tidak diubah. Yang sudah dicatat ada di “Pekerjaan saya”.",
        "This draft is no longer there: it was handed in or thrown away, or nobody changed it for too long. What is recorded stands at “My work”.";
    fault_upload: "Dokumennya belum lengkap di sini: unggah lagi.", "The document is not whole here: upload it again.";
    fault_signature: "Pernyataan ini belum Anda tandatangani, atau tanda tangannya tidak cocok: tandatangani lagi.", "You have not signed this statement, or the signature does not fit: sign it again.";
    back: "Kembali", "Back";
}

/// The words of a language.
#[must_use]
pub fn of(lang: Lang) -> &'static Words {
    match lang {
        Lang::Indonesian => &INDONESIAN,
        Lang::English => &ENGLISH,
    }
}

impl Words {
    /// A sentence of the rule book, or of the ledger's.
    #[must_use]
    pub fn sentence(&self, sentence: &Sentence) -> String {
        self.lang.pick(sentence.indonesian(), sentence.english()).to_owned()
    }

    /// How a kind of statement is called.
    #[must_use]
    pub fn kind(&self, kind: &Kind) -> &'static str {
        self.lang.pick(kind.title_id(), kind.title_en())
    }

    /// How a kind of this name is called.
    #[must_use]
    pub fn kind_named(&self, name: &str) -> String {
        Kind::parse(name).map_or_else(|| name.to_owned(), |kind| self.kind(&kind).to_owned())
    }

    /// Why somebody could not be signed in.
    #[must_use]
    pub fn login_fault(&self, fault: LoginError) -> &'static str {
        let lang = self.lang;
        match fault {
            LoginError::Expired | LoginError::OtherNonce => lang.pick(
                "Waktu untuk masuk sudah habis atau sudah dipakai: coba lagi.",
                "The time to sign in is over, or it was used already: try again.",
            ),
            LoginError::OtherOrigin => lang.pick(
                "Berkas ini untuk buku besar lain: masuk di halaman buku besar itu.",
                "This file is for another ledger: sign in at the page of that one.",
            ),
            LoginError::NotANote
            | LoginError::NotAChallenge
            | LoginError::Signers
            | LoginError::OtherKey
            | LoginError::BadSignature => lang.pick(
                "Berkas penandatanganan tidak cocok: pilih berkas yang benar, lalu coba lagi. Masuk memerlukan JavaScript.",
                "The signing file does not fit: choose the right one and try again. Signing in needs JavaScript.",
            ),
        }
    }

    /// Why a document is not taken.
    #[must_use]
    pub fn unfit(&self, unfit: &Unfit) -> String {
        match (unfit, self.lang) {
            (Unfit::Found(name), Lang::Indonesian) => {
                format!("Pemindai virus menemukan {name} dalam dokumen: dokumennya dihapus di sini. Pilih berkas lain.")
            }
            (Unfit::Found(name), Lang::English) => {
                format!("The virus scanner found {name} in a document: it was deleted here. Choose another file.")
            }
            (Unfit::TooLarge, lang) => lang
                .pick(
                    "Dokumen ini lebih besar daripada yang dapat dipindai: pilih berkas yang lebih kecil.",
                    "This document is larger than can be scanned: choose a smaller file.",
                )
                .to_owned(),
            (Unfit::Unscanned(_), lang) => lang
                .pick(
                    "Pemindai virus sedang tidak menjawab. Tidak ada yang hilang: coba lagi beberapa menit lagi.",
                    "The virus scanner does not answer. Nothing is lost: try again in some minutes.",
                )
                .to_owned(),
        }
    }

    /// What a file says that its rows come to, where they come to something else.
    #[must_use]
    pub fn sheet_other_sum(&self, line: u64, sum: &str) -> String {
        match self.lang {
            Lang::Indonesian => format!("Baris {line} menulis jumlah {sum}, lain dari jumlah baris-barisnya."),
            Lang::English => format!("Row {line} says that the sum is {sum}, which is not the sum of the rows."),
        }
    }

    /// How many cases wait beyond those that are shown.
    #[must_use]
    pub fn more(&self, count: usize) -> String {
        match self.lang {
            Lang::Indonesian => format!("dan {count} lagi"),
            Lang::English => format!("and {count} more"),
        }
    }
}

/// An error's words as a sentence.
pub(super) fn as_sentence(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).chain(['.']).collect())
}
