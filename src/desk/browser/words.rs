//! The sentences of the desk's scripts, for `<template data-desk-words>`. Who fills in a form need not know what a key, a hash or a
//! signature is: there are signing files, passphrases and receipts.
//!
//! A page adds `field-<name>` (what a field of a statement is called), `kind-<kind>` and `term-<field>-<code>`; a field that
//! has none is told by its own name.

/// The sheet is printed in both languages, whichever the page is in: who needs it may not be who printed it.
const SHEET_TITLE: &str = "Lembar pemulihan berkas penandatanganan\nRecovery sheet of a signing file";

/// What to do with the sheet, a paragraph a line.
const SHEET_STEPS: &str = "1. Simpan lembar ini di tempat terkunci. Frasa sandi tidak tercetak di sini: simpan di tempat lain. Siapa yang memiliki keduanya dapat menandatangani atas nama Anda.\n\
     Keep this sheet locked away. The passphrase is not printed here: keep it elsewhere. Whoever has both can sign in your name.\n\
     2. Bila telepon hilang atau rusak: buka halaman berkas penandatanganan, pilih “Pulihkan dari salinan”, pindai kode ini dan tempel hasilnya, atau ketik teks di bawahnya; spasi dan pergantian baris tidak penting.\n\
     If the phone is lost or broken: open the page of signing files, choose “Restore from a copy”, scan this code and paste what it says, or type the text below it; spaces and line ends do not matter.\n\
     3. Bila lembar ini hilang atau dilihat orang lain: segera beri tahu meja hibah pemerintah, supaya berkasnya diganti.\n\
     If this sheet is lost or was seen by others: tell the government's grants desk at once, so that the file is replaced.";

/// What somebody shows at the counter: nothing on it is secret.
const SLIP_TITLE: &str = "Lembar loket berkas penandatanganan\nA signing file's slip for the counter";
const SLIP_FACTS: &str = "{label}\n{day}\nKode berkas · Code of the file: {code}";
const SLIP_STEPS: &str = "1. Lembar ini tidak rahasia: dengan lembar ini tidak seorang pun dapat menandatangani. Bawa bersama akta atau surat pengangkatan dan kartu identitas Anda.\n\
     Nothing on this sheet is secret: nobody can sign with it. Bring it with the deed or the letter of appointment and your identity card.\n\
     2. Untuk petugas: kode di atas harus sama dengan baris “Kode berkas baru” sebelum Anda menandatangani. Kode QR berisi teks di bawahnya, yang ditempel pada kolom “Berkas baru”.\n\
     For the office: the code above must be the same as the line “Code of the new file” before you sign. The QR code holds the text below it, which goes into the field “The new file”.";

/// The name that a script asks for, in Indonesian, in English, by name.
pub const WORDS: &[(&str, &str, &str)] = &[
    (
        "another-algorithm",
        "Berkas ini bukan berkas penandatanganan dari jenis yang dikenal. Pilih berkas lain.",
        "This is not a signing file of a kind that is known here. Choose another file.",
    ),
    (
        "another-key",
        "Isi berkas ini tidak cocok satu sama lain. Gunakan salinannya.",
        "The parts of this file do not belong together. Use its copy.",
    ),
    (
        "another-ledger",
        "Berkas atau pernyataan ini untuk buku besar lain. Pilih yang dibuat untuk halaman ini.",
        "This file or statement is for another ledger. Choose the one that was made for this page.",
    ),
    ("bytes", "bita", "bytes"),
    (
        "cannot-keep",
        "Peramban ini tidak menyimpan apa pun, mungkin karena jendela pribadi. Berkasnya disimpan ke perangkat ini: jaga baik-baik.",
        "This browser keeps nothing, perhaps because of a private window. The file was saved to this device instead: keep it well.",
    ),
    ("ceremony-bad-number", "Tulis nomornya: bilangan bulat mulai 1.", "Write the number: a whole number from 1."),
    (
        "ceremony-bad-office",
        "Tulis kode jabatan seperti dalam profil: huruf kecil, angka, dan garis bawah, misalnya tata_usaha.",
        "Write the office's code as the profile has it: small letters, digits and underscores, such as tata_usaha.",
    ),
    (
        "ceremony-bad-origin",
        "Tulis nama buku besar seperti hibah.kota.example/ledger: huruf kecil, angka, titik, garis.",
        "Write the ledger's name as in hibah.city.example/ledger: small letters, digits, dots, hyphens and slashes.",
    ),
    (
        "ceremony-command",
        "Kumpulkan semua berkas dalam satu folder pada mesin upacara, lalu jalankan; setiap pemegang mengetik frasa sandinya sendiri:",
        "Put all files into one folder on the machine of the ceremony, then run this; each holder types their own passphrase:",
    ),
    ("ceremony-desk", "Meja (peladen)", "The desk (server)"),
    (
        "ceremony-done",
        "{file} sudah dibuat. Simpan sekarang: halaman ini tidak menyimpan apa pun.",
        "{file} is made. Save it now: this page keeps nothing.",
    ),
    ("ceremony-kind", "Untuk siapa", "For whom"),
    ("ceremony-ledger", "Buku besar (peladen)", "The ledger (server)"),
    ("ceremony-made", "Berkas yang dibuat", "Files that were made"),
    ("ceremony-number", "Nomor", "Number"),
    ("ceremony-office", "Kode jabatan", "Code of the office"),
    ("ceremony-office-hint", "Seperti dalam profil, misalnya tata_usaha.", "As in the profile, such as tata_usaha."),
    ("ceremony-official", "Pejabat", "An official"),
    ("ceremony-origin", "Nama buku besar", "Name of the ledger"),
    ("ceremony-origin-hint", "Untuk selamanya; sama bagi semua pemegang.", "For ever, and the same for all holders."),
    ("ceremony-public", "Bagian publiknya", "Their public halves"),
    (
        "ceremony-public-hint",
        "Tidak rahasia. Salin ke berita acara: dengan ini siapa pun dapat memeriksa siapa yang menandatangani pendirian.",
        "Not secret. Copy them into the minutes: with them anyone can check who signed the founding.",
    ),
    ("ceremony-root", "Pemegang kunci akar", "A root holder"),
    ("ceremony-saved", "disimpan", "saved"),
    (
        "ceremony-twice",
        "Berkas itu sudah dibuat di halaman ini. Pilih nomor lain, atau muat ulang halaman untuk mulai lagi.",
        "That file was made on this page already. Choose another number, or load the page again to start anew.",
    ),
    ("ceremony-unsaved", "belum disimpan", "not saved yet"),
    ("choose-file", "Berkas penandatanganan Anda", "Your signing file"),
    (
        "document-refused",
        "Dokumen ini tidak diterima di sini. Pilih berkas lain.",
        "This document is not taken here. Choose another file.",
    ),
    (
        "document-too-large",
        "Dokumen ini terlalu besar. Pilih berkas yang lebih kecil.",
        "This document is too large. Choose a smaller file.",
    ),
    (
        "draft-conflict",
        "Belum tersimpan: konsep ini diubah di tempat lain. Tekan “Simpan konsep” untuk melihat apa yang berbeda; isian Anda tetap ada.",
        "Not saved: this draft was changed elsewhere. Press “Save the draft” to see what differs; what you filled in stays.",
    ),
    ("draft-drop", "Buang", "Throw it away"),
    (
        "draft-gone",
        "Tidak tersimpan: konsep ini sudah diserahkan atau dibuang di tempat lain. Lihat “Pekerjaan saya”.",
        "Not saved: this draft was handed in or thrown away elsewhere. See “My work”.",
    ),
    (
        "draft-kept",
        "Di perangkat ini ada isian dari {when} yang belum tersimpan di meja. Pakai isian itu?",
        "On this device is what was filled in on {when} and never reached the desk. Use it?",
    ),
    ("draft-saved", "Tersimpan {time}", "Saved {time}"),
    (
        "draft-signed-out",
        "Belum tersimpan: Anda sudah keluar. Masuk lagi di tab lain; isian ini tetap ada di perangkat ini.",
        "Not saved: you are signed out. Sign in again in another tab; what you filled in stays on this device.",
    ),
    ("draft-take", "Pakai isian itu", "Use it"),
    (
        "draft-unreachable",
        "Belum tersimpan: tidak ada jaringan. Isian ini tetap ada di perangkat ini.",
        "Not saved: no network. What you filled in stays on this device.",
    ),
    ("empty", "tidak ada", "none"),
    ("empty-file", "Berkas ini kosong. Pilih berkas lain.", "This file is empty. Choose another."),
    (
        "fault",
        "Ada kesalahan pada halaman ini. Muat ulang halaman, lalu coba lagi.",
        "Something is wrong with this page. Load it again and try once more.",
    ),
    ("field-about", "Tentang", "About"),
    ("field-after", "Mengikuti langkah", "Follows the step"),
    ("field-commitment", "Nilai tersegel", "Sealed value"),
    ("field-event_date", "Tanggal kejadian", "Date of the event"),
    ("field-expires", "Berlaku untuk dicatat sampai", "May be recorded until"),
    ("field-key", "Berkas penandatanganan", "Signing file"),
    ("field-kind", "Pernyataan", "Statement"),
    ("field-ledger", "Buku besar", "Ledger"),
    ("field-retires", "Menggantikan berkas penandatanganan", "Replaces the signing file"),
    ("field-sha256", "Ciri dokumen (SHA-256)", "Mark of the document (SHA-256)"),
    ("field-signers", "Ditandatangani oleh", "Signed by"),
    ("file", "Berkas", "File"),
    (
        "file-changed",
        "Berkas ini tidak dapat dibaca lagi. Pilih sekali lagi.",
        "This file cannot be read any more. Choose it again.",
    ),
    ("file-elsewhere", "Berkas lain di perangkat ini", "Another file on this device"),
    ("file-made", "Disimpan di peramban ini pada {day}", "Kept in this browser since {day}"),
    (
        "file-not-saved",
        "Belum ada salinan: simpan berkasnya di tempat lain, sebab data peramban dapat hilang.",
        "There is no copy yet: save the file elsewhere, for a browser's data can be lost.",
    ),
    ("file-saved", "Salinan disimpan pada {day}.", "A copy was saved on {day}."),
    ("filled", "“{label}” dipakai dalam formulir ini.", "“{label}” is used in this form."),
    ("key-code", "Kode berkas baru", "Code of the new file"),
    ("key-code-own", "Kode berkas:", "Code of the file:"),
    ("label", "Nama berkas bagi Anda", "Your own name for the file"),
    ("label-hint", "Misalnya nama lembaga dan pemegangnya.", "Such as the organisation and who holds the file."),
    (
        "made",
        "Berkas sudah dibuat. Simpan salinannya dan cetak lembar pemulihannya sekarang: tanpa berkas dan frasa sandinya tidak ada yang dapat menandatangani, dan tidak ada yang dapat memulihkannya.",
        "The file is made. Save a copy and print its recovery sheet now: without the file and its passphrase nobody can sign, and nobody can restore them.",
    ),
    ("make", "Buat berkas", "Make the file"),
    ("make-file", "Buat berkas penandatanganan baru", "Make a new signing file"),
    ("new-passphrase", "Frasa sandi baru", "New passphrase"),
    (
        "new-passphrase-hint",
        "Sedikitnya 10 karakter; empat kata yang tidak berkaitan mudah diingat dan sulit ditebak. Frasa sandi yang lupa tidak dapat diganti.",
        "At least 10 characters; four words that have nothing to do with each other are easy to keep and hard to guess. A passphrase that is forgotten cannot be replaced.",
    ),
    ("no", "tidak", "no"),
    ("no-file", "Pilih berkasnya dahulu.", "Choose the file first."),
    ("no-label", "Beri nama pada berkas ini.", "Give the file a name."),
    (
        "no-webcrypto",
        "Peramban ini tidak dapat menandatangani di sini. Buka halaman ini dengan alamat https:// dan peramban yang baru.",
        "This browser cannot sign here. Open this page at its https:// address, with a recent browser.",
    ),
    (
        "none-kept",
        "Di peramban ini tidak tersimpan berkas yang cocok. Pilih salinannya.",
        "No file that fits is kept in this browser. Choose its copy.",
    ),
    (
        "not-a-challenge",
        "Permintaan masuk pada halaman ini rusak. Muat ulang halaman ini.",
        "The request to sign in on this page is damaged. Load the page again.",
    ),
    (
        "not-a-key-file",
        "Ini bukan berkas penandatanganan yang utuh. Pilih berkas lain, atau salin seluruh teksnya.",
        "This is not a whole signing file. Choose another, or copy all of its text.",
    ),
    (
        "not-a-reading",
        "Permintaan membaca pada halaman ini rusak. Mulai lagi dari daftarnya.",
        "The request to read on this page is damaged. Begin again from the list.",
    ),
    (
        "not-a-signer",
        "Berkas itu tidak ditunggu di sini. Pilih berkas milik pihak yang disebut.",
        "That file is not awaited here. Choose the file of a party that is named.",
    ),
    ("nothing-to-seal", "Isi dahulu yang akan disegel.", "Fill in what is to be sealed."),
    ("passphrase", "Frasa sandi", "Passphrase"),
    ("passphrase-again", "Frasa sandi yang sama sekali lagi", "The same passphrase again"),
    ("passphrase-stays", "Berkas dan frasa sandi tidak dikirim ke mana pun.", "File and passphrase are sent nowhere."),
    (
        "passphrase-too-short",
        "Frasa sandi terlalu pendek: gunakan sedikitnya 10 karakter.",
        "The passphrase is too short: use at least 10 characters.",
    ),
    (
        "passphrases-differ",
        "Kedua frasa sandi berbeda. Ketik keduanya lagi.",
        "The two passphrases differ. Type both again.",
    ),
    ("pasted", "Atau teks dari lembar pemulihan", "Or the text of a recovery sheet"),
    (
        "pasted-hint",
        "Tempel hasil pindai kode QR, atau ketik teksnya.",
        "Paste what scanning the QR code gave, or type the text.",
    ),
    ("proofs", "Untuk diperiksa huruf demi huruf", "To be compared letter by letter"),
    ("reading-reason", "Alasan membaca", "Why it is read"),
    ("reading-time", "Diminta pada", "Asked at"),
    ("reading-value", "Akan dibuka", "To open"),
    ("remove", "Hapus dari peramban ini", "Remove from this browser"),
    ("remove-sure", "Tanpa salinan berkas ini hilang selamanya.", "Without a copy this file is lost for ever."),
    ("remove-surely", "Ya, hapus", "Yes, remove it"),
    ("removed", "Berkas sudah dihapus dari peramban ini.", "The file was removed from this browser."),
    ("restore", "Pulihkan", "Restore"),
    ("restore-file", "Pulihkan dari salinan", "Restore from a copy"),
    ("restored", "Berkas dapat dibuka dan disimpan di peramban ini.", "The file opens, and is kept in this browser."),
    ("restored-label", "Berkas dari salinan", "File from a copy"),
    ("save-file", "Simpan salinan", "Save a copy"),
    ("save-sheet", "Cetak lembar pemulihan (PDF)", "Print the recovery sheet (PDF)"),
    ("save-slip", "Lembar loket (PDF)", "Slip for the counter (PDF)"),
    ("sealed", "tersegel; nilainya tidak dicatat", "sealed; the value itself is not recorded"),
    (
        "sheet-facts",
        "{label}\n{origin}\n{day}\nKode berkas · Code of the file: {code}",
        "{label}\n{origin}\n{day}\nKode berkas · Code of the file: {code}",
    ),
    ("sheet-steps", SHEET_STEPS, SHEET_STEPS),
    ("sheet-title", SHEET_TITLE, SHEET_TITLE),
    (
        "signed-out",
        "Anda sudah keluar. Masuk lagi di tab lain, lalu pilih berkasnya sekali lagi.",
        "You are signed out. Sign in again in another tab, then choose the file again.",
    ),
    ("slip-facts", SLIP_FACTS, SLIP_FACTS),
    ("slip-name", "loket", "counter"),
    ("slip-steps", SLIP_STEPS, SLIP_STEPS),
    ("slip-title", SLIP_TITLE, SLIP_TITLE),
    (
        "too-many-rounds",
        "Berkas ini terlalu lama dibuka di sini. Gunakan berkas yang dibuat di halaman ini.",
        "This file takes too long to open here. Use one that was made on this page.",
    ),
    (
        "unreachable",
        "Peladen tidak menjawab. Periksa sambungan, lalu muat ulang halaman ini.",
        "The server does not answer. Check the connection, then load the page again.",
    ),
    ("upload-again", "Lanjutkan unggahan", "Go on with the upload"),
    ("upload-wait", "Tunggu sampai dokumen ini selesai diunggah.", "Wait until this document is uploaded."),
    ("uploaded", "Sudah diunggah: {name}", "Uploaded: {name}"),
    ("uploading", "Dokumen sedang diunggah…", "The document is being uploaded…"),
    ("use-file", "Pakai dalam formulir ini", "Use in this form"),
    (
        "wrong-passphrase",
        "Frasa sandi ini tidak membuka berkasnya. Ketik lagi.",
        "This passphrase does not open the file. Type it again.",
    ),
    ("yes", "ya", "yes"),
];
