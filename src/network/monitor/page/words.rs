//! The words of a monitor's page: every text in both languages, so no language can lack one.

use crate::ledger::evidence::Finding;
use crate::network::monitor::picture::Standing;
use crate::network::monitor::withheld::Fate;
use crate::public::pages::words::Lang;

macro_rules! words {
    ($($name:ident: $id:literal, $en:literal;)*) => {
        /// The texts of one language.
        #[allow(missing_docs)] // The names say what each text is.
        pub(super) struct Words {
            $(pub(super) $name: &'static str,)*
        }

        const INDONESIAN: Words = Words { $($name: $id,)* };
        const ENGLISH: Words = Words { $($name: $en,)* };
    };
}

words! {
    skip: "Langsung ke isi", "Skip to content";
    language: "Bahasa Indonesia", "English";
    brand: "Pengawas hibah", "Grants monitor";
    title: "Buku besar hibah yang diawasi", "Grant ledgers under watch";
    lead: "Pengawas ini membaca setiap buku besar di bawah, memeriksa sendiri setiap entri yang baru, dan membandingkan yang ditunjukkan sekarang dengan yang pernah ditunjukkan. Ia bukan pemerintah dan tidak perlu dipercaya: setiap peringatan disertai bukti yang dapat diperiksa siapa pun.",
        "This monitor reads each ledger below, checks every new entry itself, and compares what is shown now with what was shown before. It is no government and needs no trust: each alarm comes with evidence that anybody can check.";
    all_good: "Semuanya terbaca dan cocok.", "All of them are read and hold.";
    all_grow: "Semuanya terbaca, tumbuh, dan cocok.", "All of them are read, grow and hold.";
    none_yet: "Putaran pertama belum selesai: muat ulang halaman ini sebentar lagi.", "The first round is not over: load this page again in a moment.";
    looked: "Putaran terakhir", "Newest round";
    every: "setiap", "every";
    seconds: "detik", "seconds";
    overview: "Ringkasan", "At a glance";
    government: "Pemerintah", "Government";
    standing: "Keadaan", "Standing";
    size: "Entri diperiksa", "Entries checked";
    trial: "Uji coba: tidak ada catatannya yang nyata", "Trial: none of its records is real";
    trial_tag: "Uji coba", "Trial";
    origin: "Buku besar", "Ledger";
    more_alarms: "Peringatan lain yang tidak ditampilkan", "Further alarms that are not shown";
    late: "Halaman ini tidak baru: pengawas belum menyelesaikan satu putaran sejak", "This page is not new: the monitor has not finished a round since";
    recorded: "Entri terbaru dicatat", "Newest entry recorded";
    answered: "Terakhir terlihat", "Last seen";
    never: "belum pernah", "never";
    witnesses: "Saksi", "Witnesses";
    no_witnesses: "Tidak ada kebijakan saksi untuk buku besar ini", "No policy of witnesses is given for this ledger";
    cosigned: "menyaksikan titik periksa terbaru", "saw the newest checkpoint";
    not_cosigned: "belum menyaksikan titik periksa terbaru", "has not seen the newest checkpoint";
    sources: "Sumber", "Sources";
    key: "Kunci", "Key";
    key_from_ledger: "Kunci ini disebut oleh buku besar itu sendiri: bandingkan dengan yang diumumkan di tempat lain.", "The ledger named this key itself: compare it with one that is published elsewhere.";
    older: "alamat ini menunjukkan keadaan lama", "this address shows an older state";
    of: "dari", "of";
    entries: "entri", "entries";
    alarms: "Peringatan", "Alarms";
    first_seen: "Pertama kali terlihat", "First seen";
    detail: "Rinciannya, dalam bahasa Inggris", "In detail";
    evidence: "Berkas bukti", "Evidence file";
    check: "Periksa sendiri: simpan berkas itu, lalu", "Check it yourself: save the file, then";
    check_tree: "Periksa sendiri: berkas di sampingnya ikut diperlukan, jadi periksalah di alamatnya", "Check it yourself: the files beside it are needed, so check it at its address";
    received: "Diserahkan", "Handed in";
    accepted_after: "diterima aturan setelah entri", "accepted by the rules after entries";
    statement: "Pernyataannya", "The statement";
    desk_said: "Jawaban loket", "The desk’s answer";
    shared: "Lembaga yang dibiayai lebih dari satu pemerintah", "Organisations that more than one government funded";
    shared_lead: "Dari entri yang sudah diperiksa. Izin yang sama (jenis, nomor, dan penerbitnya) hampir pasti lembaga yang sama. Nama yang sama hanya mungkin: nama yang sama tidak membuktikan apa pun. Dibiayai dua pemerintah bukan pelanggaran dengan sendirinya.",
        "From entries that were checked. The same licence (its kind, number and issuer) is most likely the same body. The same name is possible only: a same name proves nothing. Being funded by two governments is no offence in itself.";
    shared_none: "Belum ada.", "There are none yet.";
    shared_more: "Selebihnya tidak ditampilkan; jumlahnya", "More are not shown; how many:";
    shared_left_out: "Tidak lengkap: lembaga yang terdaftar melebihi yang dapat dibandingkan pengawas ini.", "Incomplete: more organisations are registered than this monitor compares.";
    by_licence: "Izin sama", "Same licence";
    by_name: "Mungkin", "Possible";
    by_name_note: "hanya namanya yang sama", "only the name is the same";
    organisations: "Lembaga", "Organisations";
    details: "Rincian", "Details";
    paid: "Diterima, sebelum koreksi dan pengembalian", "Received, before corrections and refunds";
    times: "pembayaran", "payments";
    years: "Tahun", "Years";
    unread: "Sumber yang belum pernah terbaca", "Sources that were never read";
    feed: "Umpan peringatan (Atom)", "Feed of alarms (Atom)";
    json: "Data halaman ini (JSON)", "This page’s data (JSON)";
    foot: "Halaman ini adalah ucapan pengawas. Yang membuktikan adalah buku besar, saksi, dan berkas bukti: periksalah dengan hibah verify.",
        "This page is the monitor’s word. What proves anything are the ledgers, the witnesses and the evidence files: check them with hibah verify.";
    since: "sejak", "since";
    receipt: "Tanda terima loket: menurutnya sudah dicatat", "The desk’s receipt: it says that this is recorded";
    lapsed_after: "Tidak dapat dicatat lagi setelah entri", "No longer recordable after entries";
    more: "Tidak ditampilkan", "Not shown";
}

pub(super) const fn of(lang: Lang) -> &'static Words {
    match lang {
        Lang::Indonesian => &INDONESIAN,
        Lang::English => &ENGLISH,
    }
}

/// A word for how a ledger stands, and a sentence.
pub(super) const fn standing(standing: Standing, lang: Lang) -> (&'static str, &'static str) {
    let (word, sentence) = match standing {
        Standing::Good => (("Baik", "Good"), ("", "")),
        Standing::Withheld => (
            ("Menahan pernyataan", "Withholds a statement"),
            (
                "Loketnya menjawab, tetapi pernyataan yang diterima aturan tidak dicatat dalam waktunya.",
                "Its desk answered, and a statement that the rules accept is not recorded in time.",
            ),
        ),
        Standing::Unwitnessed { too_long: true, .. } => (
            ("Tanpa saksi", "No witnesses"),
            (
                "Terlalu lama titik periksa terbaru belum disaksikan oleh cukup banyak saksi: mungkin mereka menolaknya.",
                "For too long, too few witnesses have seen the newest checkpoint: they may refuse it.",
            ),
        ),
        Standing::Unwitnessed { .. } => (
            ("Menunggu saksi", "Waits for witnesses"),
            (
                "Titik periksa terbaru belum disaksikan oleh cukup banyak saksi.",
                "Too few witnesses have seen the newest checkpoint.",
            ),
        ),
        Standing::Stale => (
            ("Basi", "Stale"),
            (
                "Titik periksa yang sama ditunjukkan lebih lama daripada yang dibolehkan.",
                "The same checkpoint is shown for longer than is allowed.",
            ),
        ),
        Standing::Silent(_) => (
            ("Tidak menjawab", "No answer"),
            (
                "Tidak satu pun sumbernya menunjukkan sesuatu yang ditandatangani buku besar ini.",
                "None of its sources shows anything that this ledger signed.",
            ),
        ),
        Standing::Alarm => (
            ("Peringatan", "Alarm"),
            (
                "Buku besar ini mengingkari yang pernah ditunjukkannya, atau mencatat yang tidak boleh: lihat buktinya.",
                "This ledger went back on what it had shown, or recorded what is refused: see the evidence.",
            ),
        ),
    };
    (lang.pick(word.0, word.1), lang.pick(sentence.0, sentence.1))
}

/// A name for what became of statements, and what it means.
pub(super) const fn fate(fate: Fate, lang: Lang) -> (&'static str, &'static str) {
    let (id, en) = match fate {
        Fate::Withheld => (
            (
                "Ditahan",
                "Pernyataan yang ditandatangani dan diterima aturan, diserahkan kepada pengawas ini dan diteruskan ke loket, yang menjawab; buku besar tidak mencatatnya dalam waktunya. Kapan diserahkan, dan apa jawaban loket, adalah ucapan pengawas; selebihnya dapat diperiksa.",
            ),
            (
                "Withheld",
                "Signed statements that the rules accept, handed to this monitor and on to the desk, which answered; the ledger did not record them in time. When each was handed in, and what the desk answered, is the monitor’s word; the rest can be checked.",
            ),
        ),
        Fate::NotHandedOn => (
            (
                "Diserahkan di sini, belum diteruskan",
                "Pernyataan yang diterima aturan dan menunggu di pengawas ini: loket tidak dikenalnya, atau belum memberi jawaban yang berlaku; apa yang dikatakannya tertulis di sampingnya. Ini bukan bukti bahwa buku besar menahan sesuatu.",
            ),
            (
                "Handed in here, not handed on",
                "Statements that the rules accept and that wait at this monitor: it knows no desk, or the desk has given no answer that counts; what it said stands beside it. It does not show that the ledger withholds anything.",
            ),
        ),
        Fate::Lapsed => (
            (
                "Tidak dapat dicatat lagi",
                "Pernyataan yang tidak dicatat dalam waktunya, dan kini ditolak aturan karena yang dicatat sesudahnya, atau karena masa berlakunya habis.",
            ),
            (
                "No longer recordable",
                "Statements that were not recorded in time, and that the rules now refuse for what was recorded since, or because they expired.",
            ),
        ),
    };
    (lang.pick(id.0, en.0), lang.pick(id.1, en.1))
}

/// A name for a finding, and what it means.
pub(super) const fn finding(finding: Finding, lang: Lang) -> (&'static str, &'static str) {
    let (id, en) = match finding {
        Finding::Fork => (
            (
                "Dua riwayat",
                "Sumber yang berbeda menunjukkan catatan yang saling meniadakan, dan keduanya ditandatangani buku besar ini.",
            ),
            ("Two histories", "Different sources showed records that exclude each other, and this ledger signed both."),
        ),
        Finding::Rewrite => (
            (
                "Riwayat ditarik kembali",
                "Satu sumber menunjukkan catatan lain daripada yang pernah ditunjukkannya, dan keduanya ditandatangani.",
            ),
            ("History taken back", "One source showed other records than it had shown before, and both are signed."),
        ),
        Finding::Rule => (
            (
                "Dicatat yang ditolak aturan",
                "Sebuah entri yang ditandatangani melanggar aturan, bentuk, atau tanda tangannya tidak sah.",
            ),
            ("Recorded what is refused", "A signed entry breaks a rule or its form, or its signatures do not hold."),
        ),
        Finding::Time => (
            ("Waktu yang dibantah saksi", "Entri menyatakan waktu yang tidak mungkin menurut saksi."),
            ("A time that a witness contradicts", "An entry says a time that cannot be, by what a witness saw."),
        ),
        Finding::Shrink => (
            (
                "Catatan berkurang",
                "Sumbernya menunjukkan lebih sedikit entri daripada sebelumnya, misalnya karena dipulihkan dari cadangan lama.",
            ),
            (
                "Records went missing",
                "Its source showed fewer entries than before, as after a restore from an old backup.",
            ),
        ),
        Finding::Stale => (
            ("Titik periksa basi", "Yang sama ditunjukkan lebih lama daripada yang dibolehkan."),
            ("A stale checkpoint", "The same was shown for longer than is allowed."),
        ),
    };
    (lang.pick(id.0, en.0), lang.pick(id.1, en.1))
}
