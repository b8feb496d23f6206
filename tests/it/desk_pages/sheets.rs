//! Rows of papers from spreadsheets: what is read, what is told of each row, and that nothing is taken before somebody says so.

use super::*;

/// Two cases that wait for a list, one that does not.
const WAITING: &str = "application.submitted case/1/1 by org/1\nbring case/1/1 budget.considered 40\napplication.submitted case/2/1 by org/2\nbring case/2/1 budget.considered 30\napplication.submitted case/3/1 by org/3";

/// Uploads a file for a draft, as a form without scripts does.
fn upload(browser: &Browser<'_>, draft: &str, file: &[u8], csrf: &str) -> Heard {
    let mut body = Vec::new();
    let part = |name: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"");
    body.extend(format!("{}\r\n\r\n{csrf}\r\n", part("csrf")).bytes());
    body.extend(
        format!("{}; filename=\"daftar\"\r\nContent-Type: application/octet-stream\r\n\r\n", part("sheet")).bytes(),
    );
    body.extend_from_slice(file);
    body.extend(b"\r\n--b--\r\n");
    browser.send("POST", &format!("{draft}/rows"), &body, &[("content-type", "multipart/form-data; boundary=b")])
}

fn xlsx(rows: &[[&str; 2]], formula: Option<&str>) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).expect("written"),
                Err(_) => sheet.write_string(row, column, *cell).expect("written"),
            };
        }
    }
    if let Some(result) = formula {
        let last = rust_xlsxwriter::Formula::new("=20*2").set_result(result);
        sheet.write_formula(1, 1, last).expect("written");
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
// long: one story, told in order.
fn a_list_has_the_rows_of_a_spreadsheet_once_it_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), WAITING);
    let mayor = Browser::of(&served, &key("official/1"));
    let draft = mayor.begin("list.nominated", &["list/2014/new"]);
    assert!(mayor.get(&draft).text().contains(&format!("action=\"{draft}/rows\" enctype=\"multipart/form-data\"")));
    let csrf = mayor.csrf();
    let file = "\u{feff}Lampiran keputusan;;\r\nNo;Nomor kasus;Jumlah (Rp)\r\n1;case/1/1;Rp 40\r\n2;\"2/1\";25\r\nJumlah;;65\r\n;Ditetapkan di Bandung;\r\n";
    let page = upload(&mayor, &draft, file.as_bytes(), &csrf);
    // What stands below the table names a case that is none.
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("href=\"#r6\"") && !page.text().contains("name=\"taken\""), "{}", page.text());
    let page = upload(&mayor, &draft, file.replace(";Ditetapkan di Bandung;\r\n", "").as_bytes(), &csrf);
    assert!(page.text().contains("Jumlah sebelumnya Rp 30"), "{}", page.text());
    assert!(mayor.get("/home").text().matches("href=\"/drafts/").count() == 1, "nothing is taken yet");
    let taken = unescaped(
        between(page.text(), "<textarea name=\"taken\" hidden", "</textarea>").split_once('>').expect("a tag").1,
    );
    assert_eq!(taken, "3 case/1/1 40\n4 case/2/1 25\n");
    let take = |rows: &str, version: &str| {
        let form = vec![("csrf", mayor.csrf()), ("version", version.to_owned()), ("taken", rows.to_owned())];
        mayor.post(&format!("{draft}/rows/take"), &form, &[])
    };
    // What comes back is looked at again: a form can say anything.
    for forged in
        ["3 case/1/1 40\n4 case/1/1 25\n", "3 case/9/9 40\n", "3 case/3/1 40\n", "3 case/1/1 -4\n", "3 case/1/1 0\n"]
    {
        let told = take(forged, "1");
        assert!(told.status != 303 && !told.text().contains("name=\"taken\""), "{forged}: {}", told.text());
    }
    assert_eq!(take(&taken, "7").status, 409, "it was changed elsewhere");
    assert_eq!(take(&taken.replace('\n', "\r\n"), "1").status, 303);
    let page = mayor.get(&draft);
    let of = |name: &str| inputs(page.text()).into_iter().find(|(known, _)| known == name).map(|(_, value)| value);
    assert_eq!((of("rows").as_deref(), of("total").as_deref()), (Some("2"), Some("65")));
    // Another file in its place leaves no rows of the first behind.
    let again = upload(&mayor, &draft, b"Kasus,Jumlah\ncase/1/1,40\ncase/2/1,30\n", &csrf);
    let taken = unescaped(
        between(again.text(), "<textarea name=\"taken\" hidden", "</textarea>").split_once('>').expect("a tag").1,
    );
    assert_eq!(take(&taken, "2").status, 303);
    let home = mayor.get("/home");
    assert_eq!(home.text().matches("href=\"/drafts/").count(), 3, "the list, its rows, its seal: {}", home.text());
    // It is signed as any other.
    let sha256 = sha256(b"list").to_hex();
    let paper = [
        ("number", "DNC-1"),
        ("document.title", "Daftar nominatif calon penerima"),
        ("document.file_sha256", &sha256),
        ("document.file_bytes", "4"),
        ("document.file_media_type", "application/pdf"),
    ];
    let page = mayor.fill(&draft, &paper);
    assert!(page.status == 200 && !page.text().contains("class=\"summary\""), "{}", page.text());
    assert!(statements(page.text())[0].contains("\"total\":70"), "{}", page.text());
    assert_eq!(mayor.sign(&page, &format!("{draft}/check"), &[&key("official/1")], &[]).status, 303);
}

#[test]
fn what_is_wrong_with_a_row_is_told_with_its_number() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), WAITING);
    let mayor = Browser::of(&served, &key("official/1"));
    let (draft, csrf) = (mayor.begin("list.nominated", &["list/2014/new"]), mayor.csrf());
    let told = |file: &[u8]| upload(&mayor, &draft, file, &csrf);
    for (row, said) in [
        ("case/1/1;40\ncase/1/1;40", "#r3\">Baris 3</a>: Sudah ada di baris 2"),
        ("case/7/1;40", "#r2\">Baris 2</a>: Tidak ada kasus bernomor ini"),
        ("Yayasan Contoh;40", "#r2\">Baris 2</a>: Tidak ada kasus bernomor ini"),
        ("case/3/1;40", "#r2\">Baris 2</a>: Kasus ini tidak menunggu naskah ini"),
        ("case/1/1;empat puluh", "#r2\">Baris 2</a>: Jumlahnya tidak terbaca"),
        ("case/1/1;0", "#r2\">Baris 2</a>: Jumlahnya tidak terbaca"),
        ("case/1/1;40\nTotal;50", "Baris 3 menulis jumlah Rp 50, lain dari jumlah baris-barisnya."),
    ] {
        let page = told(format!("Kasus;Jumlah\n{row}\n").as_bytes());
        assert_eq!(page.status, 200, "{row}");
        assert!(page.text().contains(said) && !page.text().contains("name=\"taken\""), "{row}: {}", page.text());
    }
    // What the columns are named with decides, not what there is most of; and a name is no sum.
    for file in [
        "Lampiran, keputusan, wali, kota\nKasus;Jumlah\ncase/1/1;40\n",
        "Daftar; satu; dua\nKasus\tJumlah\ncase/1/1\t40\n",
        "Kasus,Jumlah,Ket\ncase/1/1,\"40\",a;b;c;d\n",
    ] {
        assert!(told(file.as_bytes()).text().contains(" case/1/1 40\n"), "{file}");
    }
    let page = told(b"Nama;Kasus;Jumlah\nSumur bor RW 3;;40\nTotalindo;;30\n");
    assert_eq!(page.text().matches("Tidak ada kasus bernomor ini").count(), 4, "{}", page.text());
    // Left out is no fault, but said.
    let page = told(b"Kasus;Jumlah\ncase/1/1;40\n");
    assert!(page.text().contains("name=\"taken\"") && page.text().contains("case/2/1"), "{}", page.text());
    // Another year's list.
    let other = mayor.begin("list.nominated", &["list/2015/new"]);
    let page = upload(&mayor, &other, b"Kasus;Jumlah\ncase/1/1;40\n", &csrf);
    assert!(page.text().contains("Kasus tahun anggaran 2014"), "{}", page.text());
    let long = format!("Kasus;Jumlah\n{}", "case/1/1;40\n".repeat(5_001));
    for (file, said) in [
        (&b""[..], "Pilih berkas lembar sebar dulu."),
        (b"Nama;Uang\nA;40\n", "Kolomnya tidak ditemukan"),
        (b"Kasus;Jumlah;Nilai\ncase/1/1;40;50\n", "dapat berarti sama"),
        (b"Kasus;Jumlah\n", "Tidak ada baris di bawah judul kolom."),
        (b"Kasus,Jumlah\ncase/1/1,75,000,000\n", "Baris 2: ada isi di luar kolom terakhir"),
        (b"Kasus,Jumlah,Ket\ncase/2/1,30,\ncase/1/1,75,000,000\n", "Baris 3: ada isi di luar kolom terakhir"),
        (b"Kasus;Jumlah\ncase/1/1;40\nJumlah;40\ncase/2/1;30\nTotal;70\n", "Baris 3 dan 5: keduanya baris jumlah"),
        (b"Kasus;Jumlah\n\xff\xfe;40\n", "bukan CSV atau XLSX"),
        (b"PK\x03\x04 no archive", "bukan CSV atau XLSX"),
        (long.as_bytes(), "lebih dari 5.000 baris"),
        (&vec![b' '; 4 * 1024 * 1024 + 1], "lebih besar daripada daftar mana pun"),
    ] {
        let page = told(file);
        assert_eq!(page.status, 422, "{said}: {}", page.text());
        assert!(page.text().contains(said), "{said}: {}", page.text());
    }
    assert_eq!(upload(&mayor, &draft, b"Kasus;Jumlah\ncase/1/1;40\n", "other").status, 403, "without the token");
    let stranger = Browser::of(&served, &key("official/2"));
    assert_eq!(upload(&stranger, &draft, b"Kasus;Jumlah\ncase/1/1;40\n", &stranger.csrf()).status, 404);
}

#[test]
fn workbooks_are_read_cell_by_cell_and_bombs_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), WAITING);
    let mayor = Browser::of(&served, &key("official/1"));
    let (draft, csrf) = (mayor.begin("list.nominated", &["list/2014/new"]), mayor.csrf());
    let told = |file: &[u8]| upload(&mayor, &draft, file, &csrf);
    let good = xlsx(&[["Case", "Amount"], ["case/1/1", "40"], ["case/2/1", "30"]], None);
    let page = told(&good);
    assert!(page.text().contains("2 case/1/1 40\n3 case/2/1 30\n"), "{}", page.text());
    // A formula is what it came to; one that was never reckoned is no amount.
    let page = told(&xlsx(&[["Case", "Amount"], ["case/1/1", "1"]], Some("40")));
    assert!(page.text().contains("2 case/1/1 40\n"), "{}", page.text());
    let page = told(&xlsx(&[["Case", "Amount"], ["case/1/1", "40.5"]], None));
    assert!(page.text().contains("#r2\">Baris 2</a>: Jumlahnya tidak terbaca"), "{}", page.text());
    // A sheet that says it is as large as sheets can be is read all the same: nothing is kept for cells that are not there.
    let wide = |change: &dyn Fn(&str, Vec<u8>) -> Vec<u8>| {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&good)).expect("an archive");
        let mut made = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for at in 0..archive.len() {
            let mut file = archive.by_index(at).expect("a file");
            let name = file.name().expect("a name").into_owned();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut bytes).expect("unfolded");
            made.start_file(&name, zip::write::SimpleFileOptions::default()).expect("begun");
            std::io::Write::write_all(&mut made, &change(&name, bytes)).expect("written");
        }
        made.finish().expect("an archive").into_inner()
    };
    let far = wide(&|name, bytes| match name.ends_with("sheet1.xml") {
        true => String::from_utf8(bytes).expect("text").replace("A1:B3", "A1:XFD1048576").into_bytes(),
        false => bytes,
    });
    assert!(told(&far).text().contains("3 case/2/1 30\n"));
    let twice = wide(&|name, bytes| match name.ends_with("sheet1.xml") {
        true => String::from_utf8(bytes).expect("text").replace("r=\"B3\"", "r=\"A3\"").into_bytes(),
        false => bytes,
    });
    let page = told(&twice);
    assert!(page.status == 422 && page.text().contains("bukan CSV atau XLSX"), "{}", page.text());
    let bomb = wide(&|name, mut bytes| {
        if name.ends_with("sheet1.xml") {
            bytes.extend(std::iter::repeat_n(b' ', 60 * 1024 * 1024));
        }
        bytes
    });
    assert!(bomb.len() < 1024 * 1024, "it is small as it comes");
    let page = told(&bomb);
    assert_eq!(page.status, 422);
    assert!(page.text().contains("lebih besar daripada daftar mana pun"), "{}", page.text());
    // Every byte of a good one changed, one at a time: it is read or refused, and never ends the desk.
    for at in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        assert!([200, 422].contains(&told(&bad).status), "byte {at}");
    }
}

#[test]
fn what_cells_keep_is_counted_and_days_are_no_cases() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), WAITING);
    let mayor = Browser::of(&served, &key("official/1"));
    let (draft, csrf) = (mayor.begin("list.nominated", &["list/2014/new"]), mayor.csrf());
    let told = |file: &[u8]| upload(&mayor, &draft, file, &csrf);
    // What unfolds to little may be kept as much: many cells name one text.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, column) in (0..140).flat_map(|row| (0..64).map(move |column| (row, column))) {
        sheet.write_string(row, column, "x".repeat(1_000)).expect("written");
    }
    let page = told(&book.save_to_buffer().expect("a workbook"));
    assert!(page.status == 422 && page.text().contains("lebih besar daripada daftar mana pun"), "{}", page.text());
    // A case that a program took for a day.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let day = rust_xlsxwriter::Format::new().set_num_format("d mmm");
    for (at, name) in (0..).zip(["Kasus", "Jumlah"]) {
        sheet.write_string(0, at, name).expect("written");
    }
    sheet.write_number_with_format(1, 0, 46_034, &day).expect("written");
    sheet.write_number(1, 1, 40).expect("written");
    let page = told(&book.save_to_buffer().expect("a workbook"));
    assert!(page.text().contains("#r2\">Baris 2</a>: Sel kasusnya berupa tanggal"), "{}", page.text());
}

#[test]
fn rows_are_taken_whole_or_not_at_all() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), WAITING);
    let mayor = Browser::of(&served, &key("official/1"));
    let draft = mayor.begin("list.nominated", &["list/2014/new"]);
    let take = |version: &str, rows: &str| {
        let form = vec![("csrf", mayor.csrf()), ("version", version.to_owned()), ("taken", rows.to_owned())];
        mayor.post(&format!("{draft}/rows/take"), &form, &[])
    };
    let file = rusqlite::Connection::open(dir.path().join("desk.db")).expect("opened");
    // Drafts of another case, so many that there is room for one more.
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 398)
        INSERT INTO drafts (id, owner, kind, about, fields, version, changed_ms)
        SELECT printf('%016x', i), owner, 'amount.recommended', 'case/3/1', '{}', 1, changed_ms FROM n, drafts";
    assert_eq!(file.execute(fill, []).expect("filled"), 398);
    let all = || {
        let sql = "SELECT group_concat(kind || about || fields || version) FROM (SELECT * FROM drafts ORDER BY id)";
        file.query_row(sql, [], |row| row.get::<_, String>(0)).expect("read")
    };
    let before = all();
    let told = take("1", "2 case/1/1 40\n");
    assert_eq!(told.status, 409, "{}", told.text());
    assert!(told.text().contains("Konsep Anda terlalu banyak"), "{}", told.text());
    assert_eq!(all(), before, "nothing changed");
    file.execute("DELETE FROM drafts WHERE id = printf('%016x', 1)", []).expect("dropped");
    assert_eq!(take("1", "2 case/1/1 40\n").status, 303);
    // In place of the first rows there is room for others.
    assert_eq!(take("2", "2 case/1/1 40\n3 case/2/1 30\n").status, 303);
    let counted = "SELECT count(*), sum(kind = 'list.rows' AND instr(fields, 'case/2/1') > 0) FROM drafts";
    assert_eq!(file.query_row(counted, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("read"), (400, 1));
}
