//! The words of the pages about signing files, offices and keys, each in both languages side by side.

use super::quota::Full;
use super::words::catalogue;
use crate::desk::persons::{Barred, Why};
use crate::grants::one::keys::Holder;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;

catalogue! {
    /// The texts about signing files, offices and keys in one language.
    KeyWords:
    // A file that is lost.
    lost_title: "Berkas penandatanganan hilang", "A lost signing file";
    lost_link: "Berkas atau frasa sandinya hilang?", "Lost the file or its passphrase?";
    lost_lead: "Berkas yang hilang tidak dapat dipulihkan siapa pun, tetapi dapat diganti. Periksa dahulu: masih adakah salinan berkasnya atau lembar pemulihannya? Dengan itu dan frasa sandinya Anda cukup memulihkan.",
        "A lost file cannot be restored by anyone, but it can be replaced. Look first: is there a copy of the file, or its recovery sheet? With that and the passphrase you only restore it.";
    lost_restore: "Pulihkan dari salinan atau lembar pemulihan", "Restore from a copy or a recovery sheet";
    lost_step_1: "Buat berkas baru di bawah ini dan unduh lembar loketnya.", "Make a new file below and save its slip for the counter.";
    lost_step_2: "Masuk dengan berkas baru itu, pilih lembaga Anda, dan kirim permintaan.", "Sign in with the new file, choose your organisation and send the request.";
    lost_step_3: "Bawa lembar loket, akta lembaga, dan kartu identitas ke pendaftar lembaga. Petugas mencocokkan kode pada lembar dengan kode permintaan, lalu ikut menandatangani bersama Inspektorat.",
        "Bring the slip, the organisation's deed and your identity card to the registrar. They compare the code on the slip with that of the request, then sign it together with the inspectorate.";
    lost_step_4: "Setelah masa tunggu berkas baru berlaku. Selama itu siapa pun yang masih memegang berkas lama dapat berkeberatan.",
        "After the waiting time the new file is in force. Until then whoever still has the old file can object.";
    lost_others: "Pejabat dan pemegang kunci akar", "Officials and holders of root keys";
    lost_official: "Pejabat: langkah 1 dan 2 sama, dengan nomor pejabat Anda. Bukan pendaftar lembaga, melainkan pemegang kunci akar yang menandatangani; bacakan kode pada lembar loket kepada mereka. Berkas baru berlaku seketika setelah semuanya menandatangani, tanpa masa tunggu.",
        "Officials: steps 1 and 2 are the same, with your number as an official. Not the registrar but the holders of root keys sign; read the code on the slip to them. The new file is in force as soon as all have signed, with no waiting time.";
    lost_root: "Pemegang kunci akar: buat berkas baru, lalu serahkan lembar loketnya kepada pemegang kunci akar yang lain. Mereka memulai penggantian Anda di “Jabatan dan berkas”; di halaman ini Anda tidak dapat memintanya.",
        "Holders of root keys: make a new file and give its slip to another holder of a root key. They begin your replacement at “Offices and files”; it cannot be asked for on this page.";
    lost_barred: "Berkas yang sedang dipakai ini tidak dapat meminta penggantian. Untuk memintanya: keluar, lalu masuk dengan berkas baru yang belum tercatat.",
        "The file that you are signed in with cannot ask for a replacement. To ask for one, sign out, then sign in with a new file that is not on record yet.";
    lost_make: "1. Buat berkas baru", "1. Make a new file";
    lost_sign_in_heading: "2. Masuk dengan berkas baru", "2. Sign in with the new file";
    lost_sign_in: "Masuk dengan berkas baru", "Sign in with the new file";
    lost_stolen: "Dicuri, bukan hilang? Beri tahu pendaftar lembaga atau Inspektorat hari ini juga: pemegang kunci akar dapat mencabutnya seketika.",
        "Stolen, not lost? Tell the registrar or the inspectorate today: the holders of root keys can revoke it at once.";
    lost_whom: "Untuk siapa berkas baru ini?", "Whom is the new file for?";
    lost_find: "Nomor atau nama lembaga, atau nomor pejabat", "Number or name of the organisation, or number of the official";
    lost_find_hint: "Misalnya 12, Sanggar Cempaka, atau pejabat/0007. Datanya terbuka untuk umum.", "Such as 12, Sanggar Cempaka or pejabat/0007. These data are public.";
    lost_search: "Cari", "Search";
    lost_none: "Tidak ditemukan: periksa nomor atau namanya.", "Not found: check the number or the name.";
    lost_this: "Minta penggantian", "Ask for the replacement";
    lost_pending: "Sedang diganti; berlaku mulai", "Being replaced; in force from";
    lost_not: "Anda masuk dengan berkas yang berlaku: berkas itu tidak hilang. Keluar dahulu, lalu masuk dengan berkas baru.",
        "You are signed in with a file that is in force: it is not lost. Sign out, then sign in with the new file.";
    lost_new: "Lembaga Anda sudah terdaftar, tetapi berkasnya hilang?", "Your organisation is registered, but its file is lost?";
    lost_ask: "Minta penggantian berkas", "Ask for the file to be replaced";
    too_many: "Terlalu banyak permintaan dari sambungan ini: coba lagi satu jam lagi, atau datang ke loket.", "Too many requests from this connection: try again in an hour, or come to the counter.";
    too_many_all: "Hari ini sudah terlalu banyak berkas baru atau permintaan dari semua orang bersama: coba lagi besok, atau datang ke loket.", "Too many new files or requests today from all people together: try again tomorrow, or come to the counter.";
    draft_large: "Terlalu panjang: dengan berkas yang belum tercatat sebuah konsep memuat paling banyak 16 KB. Kembali, lalu ringkas.", "Too long: with a file that is not on record yet a draft holds 16 KB at most. Go back and shorten it.";
    one_request: "Berkas ini sudah dipakai untuk permintaan: lanjutkan atau tarik kembali yang ada.", "This file has requests already: go on with those or take them back.";
    not_for_strangers: "Dengan berkas yang tidak berlaku orang hanya dapat meminta pendaftaran atau penggantian berkas. Pernyataan lain dimulai oleh yang berkasnya berlaku.",
        "With a file that is not in force one can only ask to be registered or to have a file replaced. Anything else is begun by whoever has a file in force.";
    // What must be compared.
    compare_heading: "Cocokkan kodenya sebelum menandatangani", "Compare the code before you sign";
    compare_text: "Minta lembar loket dari orang yang datang. Kode lima kelompok pada lembar itu harus sama dengan baris “Kode berkas baru” di bawah, yang dibaca peramban Anda dari isi pernyataan. Lembaga yang disebut di atas harus pula lembaga pada aktanya. Ada yang berbeda, atau tanpa lembar: jangan tanda tangani.",
        "Ask the person who came for the slip. The code of five groups on it must be the same as the line “Code of the new file” below, which your browser read from the statement itself, and the organisation named above must be that of the deed. If anything differs, or there is no slip: do not sign.";
    compare_heard: "Minta kode lima kelompok pada lembar loket dibacakan kepada Anda oleh petugas yang melihat lembar itu, atau oleh pemegang berkas baru sendiri. Kode itu harus sama dengan baris “Kode berkas baru” di bawah, dan berkas itu harus untuk yang disebut di atas. Ada yang berbeda, atau tidak seorang pun dapat membacakannya: jangan tanda tangani.",
        "Have the code of five groups on the slip read to you by whoever saw the slip at the counter, or by the holder of the new file. It must be the same as the line “Code of the new file” below, and the file must be for whom is named above. If anything differs, or nobody can read it to you: do not sign.";
    compare_registered: "Minta lembar loket dan akta dari orang yang datang. Kode lima kelompok pada lembar itu harus sama dengan baris “Kode berkas baru” di bawah, yang dibaca peramban Anda dari isi pernyataan, dan nama lembaga di atas harus yang tertulis pada aktanya. Ada yang berbeda, atau tanpa lembar: jangan tanda tangani.",
        "Ask the person who came for the slip and the deed. The code of five groups on the slip must be the same as the line “Code of the new file” below, which your browser read from the statement itself, and the name above must be the one on the deed. If anything differs, or there is no slip: do not sign.";
    compare_own: "Pernyataan ini menyerahkan semua hak berkas Anda kepada berkas baru, seketika. Tandatangani hanya bila berkas baru itu Anda buat sendiri dan kodenya sama dengan “Kode berkas baru” di bawah. Kalau bukan: kembalikan, jangan tanda tangani.",
        "This statement hands over all that your file may do to the new file, at once. Sign only if you made that new file yourself and its code is the same as “Code of the new file” below. Otherwise give it back and do not sign.";
    new_file: "Berkas baru", "New file";
    // Offices, keys, organisations.
    keys_title: "Jabatan dan berkas", "Offices and files";
    keys_lead: "Siapa yang boleh menandatangani, sejak kapan dan sampai kapan.", "Who may sign, since when and until when.";
    roots_heading: "Pemegang kunci akar", "Holders of root keys";
    roots_lead: "Pernyataan mereka memerlukan tanda tangan sebanyak ini:", "What they say takes so many signatures:";
    offices_heading: "Jabatan", "Offices";
    nobody: "Tidak ada pemegang", "Nobody holds it";
    ending: "segera berakhir", "ends soon";
    in_force: "berlaku", "in force";
    until: "sampai", "until";
    acting: "Plt.", "acting";
    appoint: "Angkat pejabat", "Appoint";
    retire: "Berhentikan", "Retire";
    replace: "Ganti berkas yang hilang", "Replace a lost file";
    revoke: "Cabut", "Revoke";
    revoke_present: "Cabut berkas yang sekarang berlaku,", "Revoke the file that is in force now,";
    revoke_new: "Cabut berkas baru,", "Revoke the new file,";
    replace_root: "Ganti pemegang", "Replace the holder";
    suspend: "Tangguhkan", "Suspend";
    reinstate: "Pulihkan", "Lift the suspension";
    suspended: "ditangguhkan", "suspended";
    pending_heading: "Berkas yang sedang diganti", "Files that are being replaced";
    suspended_heading: "Lembaga yang ditangguhkan", "Suspended organisations";
    requests_heading: "Permintaan dengan berkas baru", "Requests that bring a new file";
    requests_lead: "Ketik kode dari lembar loket yang dibawa pemohon: untuk pendaftaran dan untuk penggantian berkas.",
        "Type the code on the slip that the person brought, to be registered or to have a file replaced.";
    code: "Kode pada lembar loket", "Code on the slip";
    code_find: "Buka permintaan", "Open the request";
    code_unknown: "Tidak ada permintaan dengan kode itu yang menunggu. Periksa kodenya; bila benar, permintaannya belum dikirim, sudah lewat harinya, atau sudah dicatat.",
        "No request with this code waits. Check the code; if it is right, the request was not sent yet, its last day has passed, or it is recorded already.";
    requests_title: "Permintaan dengan kode ini", "Requests with this code";
    requests_several: "Satu berkas dipakai untuk beberapa permintaan. Cocokkan nama lembaga pada masing-masing dengan akta yang dibawa; satu berkas hanya untuk satu lembaga.",
        "One file is used for several requests. Compare the name of the organisation in each with the deed that was brought; one file is for one organisation only.";
    requests_other: "Permintaan ini ditujukan kepada", "This request is addressed to";
    requests_only: "Hanya yang disebut di atas yang dapat menandatanganinya. Bila tidak dapat: minta pemohon menariknya kembali dan mengirim yang baru dengan memilih petugas yang ada.",
        "Only those named above can sign it. If they cannot, ask the person to take it back and send another, choosing who is here.";
    organisation_heading: "Cari lembaga", "Find an organisation";
    organisation_find: "Nomor atau nama lembaga", "Number or name of the organisation";
    since_entry: "sejak entri", "since entry";
    own_rotate: "Ganti berkas saya", "Change my file";
    own_rotate_lead: "Berkas Anda masih ada, tetapi ingin diganti: buat berkas baru, salin teksnya dari lembar loketnya, lalu tandatangani dengan keduanya.",
        "You still have your file and want another: make a new file, copy the text of its slip, then sign with both.";
    // The ceremony.
    ceremony_link: "Halaman upacara kunci, untuk disimpan dan dibuka tanpa jaringan", "The page of the key ceremony, to be saved and opened without a network";
    ceremony_title: "Upacara kunci", "Key ceremony";
    ceremony_lead: "Halaman ini membuat berkas penandatanganan tanpa jaringan. Tidak ada yang dikirim dan tidak ada yang disimpan di sini; yang dibuat hanya ada dalam berkas yang Anda simpan.",
        "This page makes signing files without a network. Nothing is sent, and nothing is kept here: what it makes is only in the files that you save.";
    ceremony_step_1: "Putuskan jaringan perangkat ini. Pemegang duduk sendiri, orang lain tidak melihat layarnya.",
        "Take this device off the network. The holder sits down alone; nobody else sees the screen.";
    ceremony_step_2: "Pemegang memilih nomornya, mengetik frasa sandinya sendiri dua kali, dan membuat berkasnya.",
        "The holder chooses their number, types a passphrase of their own twice, and makes the file.";
    ceremony_step_3: "Simpan berkasnya di penyimpan milik pemegang, cetak lembar pemulihannya, lalu giliran pemegang berikutnya.",
        "Save the file to the holder's own medium, print its recovery sheet; then it is the next holder's turn.";
    ceremony_script: "Halaman ini memerlukan JavaScript; tanpa itu gunakan hibah key new.", "This page needs JavaScript; without it use hibah key new.";
    // On the first page of who is signed in.
    replacing_heading: "Berkas penandatanganan Anda sedang diganti", "Your signing file is being replaced";
    replacing_text: "Seseorang meminta berkas baru untuk lembaga Anda karena berkas ini dikatakan hilang. Berkas baru itu berlaku mulai", "Somebody asked for a new file for your organisation, saying that this one is lost. The new file is in force from";
    replacing_object: "Bukan atas permintaan Anda? Ajukan keberatan: penggantian itu tertahan seketika.", "Not at your request? Object: the replacement is held at once.";
    object: "Ajukan keberatan", "Object";
}

/// The words of a language.
#[must_use]
pub fn of(lang: Lang) -> &'static KeyWords {
    match lang {
        Lang::Indonesian => &INDONESIAN,
        Lang::English => &ENGLISH,
    }
}

impl KeyWords {
    /// Why one more may not come.
    pub(super) fn full(&self, full: Full) -> &'static str {
        match full {
            Full::One => self.too_many,
            Full::All => self.too_many_all,
        }
    }

    /// Why a known file is not in force, and what to do.
    #[must_use]
    pub fn barred(&self, barred: Barred) -> String {
        let lang = self.lang;
        let day = |day| Moment::day_in_words(day, lang);
        let (organisation, root) = (matches!(barred.holder, Holder::Org(_)), matches!(barred.holder, Holder::Root(_)));
        match (barred.why, lang) {
        (Why::From(from), Lang::Indonesian) => format!(
            "Berkas ini berlaku mulai {}. Sampai hari itu berkas sebelumnya yang berlaku, dan pemegangnya dapat berkeberatan.",
            day(from)
        ),
        (Why::From(from), Lang::English) => format!(
            "This file is in force from {}. Until then the file before it is, and whoever has that can object.",
            day(from)
        ),
        (Why::Until(until), Lang::Indonesian) if organisation => format!(
            "Berkas ini berlaku sampai {}, lalu diganti. Masuk dengan berkas yang baru; bila itu juga hilang, minta penggantian di halaman berkas yang hilang.",
            day(until)
        ),
        (Why::Until(until), Lang::English) if organisation => format!(
            "This file was in force until {}, then it was replaced. Sign in with the new one; if that is lost too, ask for a replacement at the page of lost files.",
            day(until)
        ),
        (Why::Until(until), Lang::Indonesian) => format!(
            "Masa jabatan berkas ini berakhir pada {}. Bila Anda masih menjabat, minta pemegang kunci akar mencatat pengangkatan Anda.",
            day(until)
        ),
        (Why::Until(until), Lang::English) => format!(
            "The time in office of this file ended on {}. If you still hold the office, ask the holders of root keys to record your appointment.",
            day(until)
        ),
        (Why::Ended(index) | Why::Revoked(index), Lang::Indonesian) if root => format!(
            "Berkas kunci akar ini tidak berlaku lagi sejak entri {index}. Bila Anda masih pemegangnya: buat berkas baru, dan minta pemegang kunci akar yang lain mencatatnya dengan “Ganti pemegang”; halaman berkas yang hilang tidak dapat."
        ),
        (Why::Ended(index) | Why::Revoked(index), Lang::English) if root => format!(
            "This root key's file is not in force since entry {index}. If you still hold the root, make a new file and ask the other holders of root keys to record it with “Replace the holder”; the page of lost files cannot."
        ),
        (Why::Ended(index), Lang::Indonesian) if !organisation => format!(
            "Berkas ini sudah diganti oleh entri {index}, atau jabatannya diakhiri olehnya. Masuk dengan berkas yang baru; bila itu juga hilang dan Anda masih menjabat, minta penggantian di halaman berkas yang hilang."
        ),
        (Why::Ended(index), Lang::English) if !organisation => format!(
            "This file was replaced by entry {index}, or the time in office was ended by it. Sign in with the new one; if that is lost too and you still hold the office, ask for a replacement at the page of lost files."
        ),
        (Why::Ended(index), Lang::Indonesian) => format!(
            "Berkas ini sudah diganti oleh entri {index}. Masuk dengan berkas yang baru; bila itu juga hilang, minta penggantian di halaman berkas yang hilang."
        ),
        (Why::Ended(index), Lang::English) => format!(
            "This file was replaced by entry {index}. Sign in with the new one; if that is lost too, ask for a replacement at the page of lost files."
        ),
        (Why::Revoked(index), Lang::Indonesian) => format!(
            "Berkas ini dicabut oleh entri {index} dan tidak pernah berlaku lagi. Buat berkas baru, lalu minta penggantian di halaman berkas yang hilang."
        ),
        (Why::Revoked(index), Lang::English) => format!(
            "This file was revoked by entry {index} and is never in force again. Make a new one, then ask for a replacement at the page of lost files."
        ),
        (Why::Held, Lang::Indonesian) => "Pemegang berkas lama berkeberatan, jadi berkas ini tidak berlaku. Datang ke pendaftar lembaga; setelah sengketanya selesai, minta penggantian dengan berkas lain.".to_owned(),
        (Why::Held, Lang::English) => "Whoever has the old file objected, so this one is not in force. Go to the registrar; once that is settled, ask for a replacement with another file.".to_owned(),
    }
    }
}
