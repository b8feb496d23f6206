//! Documents and a virus scanner: what it finds, refuses or does not answer is not taken, whichever way it comes.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use hibah::desk::scanner::{Scanner, Unfit};

use super::*;

/// The test file of all scanners, in two parts, so that none finds it here.
const EICAR: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"];

/// How a stand-in for clamd behaves (clamd(8)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clamd {
    /// As it should; its answer comes byte by byte.
    Whole,
    /// It takes this many bytes of a stream.
    Most(usize),
    /// It goes away without an answer.
    Silent,
    /// It answers this.
    Says(&'static str),
}

fn talk(mut line: impl std::io::Read + std::io::Write, how: Clamd) -> std::io::Result<()> {
    let mut command = Vec::new();
    let mut byte = [0];
    while line.read(&mut byte)? == 1 && byte[0] != 0 {
        command.push(byte[0]);
    }
    let answer = match command.as_slice() {
        b"zPING" => "PONG".to_owned(),
        b"zINSTREAM" => {
            let mut stream = Vec::new();
            loop {
                let mut size = [0; 4];
                line.read_exact(&mut size)?;
                let size = u32::from_be_bytes(size) as usize;
                if size == 0 {
                    break;
                }
                let mut chunk = vec![0; size];
                line.read_exact(&mut chunk)?;
                stream.extend(chunk);
                if let Clamd::Most(most) = how
                    && stream.len() > most
                {
                    line.write_all(b"INSTREAM size limit exceeded. ERROR\0")?;
                    return Ok(());
                }
            }
            let found = stream.windows(68).any(|window| window == EICAR.concat().as_bytes());
            match how {
                Clamd::Silent => return Ok(()),
                Clamd::Says(said) => said.to_owned(),
                _ if found => "stream: Win.Test.EICAR_HDB-1 FOUND".to_owned(),
                _ => "stream: OK".to_owned(),
            }
        }
        other => panic!("no command: {other:?}"),
    };
    for byte in answer.bytes().chain([0]) {
        line.write_all(&[byte])?;
        line.flush()?;
    }
    Ok(())
}

fn clamd(how: Clamd) -> Scanner {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for line in listener.incoming() {
            // Who is cut off is not heard to the end.
            let _ = talk(line.expect("a connection"), how);
        }
    });
    address.to_string().parse().expect("an address")
}

/// Where nobody listens.
fn away() -> Scanner {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string().parse().expect("an address")
}

#[test]
fn a_file_is_clean_found_too_large_or_not_looked_at() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("file");
    let found = || Err(Unfit::Found("Win.Test.EICAR_HDB-1".to_owned()));
    // Larger than a piece, with what is looked for across two.
    let long = [vec![b'a'; 65_530], EICAR.concat().into_bytes(), vec![b'b'; 300_000]].concat();
    for (how, bytes, expected) in [
        (Clamd::Whole, b"proposal".to_vec(), Ok(())),
        (Clamd::Whole, Vec::new(), Ok(())),
        (Clamd::Whole, EICAR.concat().into_bytes(), found()),
        (Clamd::Whole, long.clone(), found()),
        (Clamd::Most(100), long.clone(), Err(Unfit::TooLarge)),
        (Clamd::Most(10_000_000), vec![0; 9_000_000], Ok(())),
        (Clamd::Says("stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND"), b"x".to_vec(), Err(Unfit::TooLarge)),
        (
            Clamd::Says("stream: a name\r\nwith more FOUND"),
            b"x".to_vec(),
            Err(Unfit::Found("anamewithmore".to_owned())),
        ),
    ] {
        std::fs::write(&file, &bytes).expect("written");
        assert_eq!(clamd(how).look_at(&file), expected, "{how:?}");
    }
    for how in [Clamd::Silent, Clamd::Says("Can't allocate memory ERROR"), Clamd::Says(""), Clamd::Says("stream: OKAY")]
    {
        let looked = clamd(how).look_at(&file);
        assert!(matches!(looked, Err(Unfit::Unscanned(_))), "{how:?}: {looked:?}");
    }
    assert!(matches!(away().look_at(&file), Err(Unfit::Unscanned(_))) && away().ping().is_err());
    assert!(matches!(clamd(Clamd::Whole).look_at(&dir.path().join("none")), Err(Unfit::Unscanned(_))));
    let socket = dir.path().join("clamd.ctl");
    let listener = UnixListener::bind(&socket).expect("a socket");
    std::thread::spawn(move || {
        listener.incoming().for_each(|line| drop(talk(line.expect("a connection"), Clamd::Whole)))
    });
    let scanner: Scanner = socket.to_str().expect("text").parse().expect("a path");
    std::fs::write(&file, EICAR.concat()).expect("written");
    assert_eq!(scanner.look_at(&file), found());
    scanner.ping().expect("it answers");
    for wrong in ["", "clamd", ":3310", "host:", "host:x", "host:70000"] {
        assert!(wrong.parse::<Scanner>().is_err(), "{wrong}");
    }
}

/// An application of org/1 with this document, uploaded, filled in and signed; what came of the upload and of the signature.
fn applied(served: &Served, bytes: &[u8]) -> (u16, Heard) {
    let browser = Browser::of(served, &key("org/1"));
    let csrf = browser.csrf();
    let address = format!("/uploads/{}?at=0&of={}", sha256(bytes), bytes.len());
    let upload = browser.send("PUT", &address, bytes, &[("x-hibah-csrf", csrf.as_str())]).status;
    let draft = browser.begin("application.submitted", &["case/1/new"]);
    let mut fields = application();
    let (sha256, size) = (sha256(bytes).to_hex(), bytes.len().to_string());
    fields.retain(|(name, _)| !["documents.0.file_sha256", "documents.0.file_bytes"].contains(name));
    fields.extend([("documents.0.file_sha256", sha256), ("documents.0.file_bytes", size)]);
    let page = browser.fill(&draft, &borrowed(&fields));
    (upload, browser.sign(&page, &format!("{draft}/check"), &[&key("org/1")], &[]))
}

/// The same to `POST /statements`, as a program sends it.
fn submitted(served: &Served, bytes: &[u8]) -> Heard {
    let browser = Browser::of(served, &key("org/2"));
    let draft = browser.begin("application.submitted", &["case/2/new"]);
    let mut fields = application();
    let (sha256, size) = (sha256(bytes).to_hex(), bytes.len().to_string());
    fields.retain(|(name, _)| !["documents.0.file_sha256", "documents.0.file_bytes"].contains(name));
    fields.extend([("documents.0.file_sha256", sha256), ("documents.0.file_bytes", size)]);
    let page = browser.fill(&draft, &borrowed(&fields));
    let mut statement = Statement::parse_draft(statements(page.text())[0].as_bytes(), ORIGIN).expect("a statement");
    statement.sign(&key("org/2")).expect("signed");
    let mut body = b"--x\r\ncontent-disposition: form-data; name=\"statement\"\r\n\r\n".to_vec();
    body.extend(statement.to_bytes());
    body.extend(b"\r\n--x\r\ncontent-disposition: form-data; name=\"document\"; filename=\"a\"\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--x--\r\n");
    browser.send("POST", "/statements", &body, &[("content-type", "multipart/form-data; boundary=x")])
}

fn scanned_city(dir: &Path, scanner: Scanner) -> Served {
    let mut city = OneCity::new(dir);
    city.play(BEFORE);
    let mut place = place_of(dir);
    place.scanner = Some(scanner);
    desk_at(dir, city, place)
}

#[test]
fn nothing_is_taken_that_was_not_looked_at() {
    let eicar = EICAR.concat().into_bytes();
    // How clamd is, the document, what the upload answers, what the signature says, what a program is answered.
    for (how, bytes, upload, said, status, rule) in [
        (Some(Clamd::Whole), b"proposal".to_vec(), 204, None, 201, ""),
        (Some(Clamd::Whole), eicar, 422, None, 422, "document-infected"),
        (Some(Clamd::Most(4)), b"proposal".to_vec(), 413, None, 413, "document-too-large"),
        (
            Some(Clamd::Silent),
            b"proposal".to_vec(),
            204,
            Some("Pemindai virus sedang tidak menjawab"),
            503,
            "does not answer",
        ),
        (None, b"proposal".to_vec(), 204, Some("Pemindai virus sedang tidak menjawab"), 503, "does not answer"),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let served = scanned_city(dir.path(), how.map_or_else(away, clamd));
        let recorded = || Reader::open(dir.path()).expect("opened").signed().expect("read").size;
        let before = recorded();
        let (uploaded, signed) = applied(&served, &bytes);
        assert_eq!(uploaded, upload, "{how:?}");
        if let Some(said) = said {
            assert!(signed.text().contains(said), "{how:?}: {}", signed.text());
        }
        let there = dir.path().join("desk-uploads").read_dir().expect("a folder").count();
        assert_eq!(there, usize::from(upload == 204), "{how:?}: what was found is deleted, the rest waits");
        let answer = submitted(&served, &bytes);
        assert_eq!(answer.status, status, "{how:?}: {}", answer.text());
        assert!(answer.text().contains(rule), "{how:?}: {}", answer.text());
        let taken = Documents::of(dir.path()).read(&sha256(&bytes)).expect("read").is_some();
        assert_eq!(taken, status == 201, "{how:?}");
        if said.is_some() {
            assert_eq!(recorded(), before, "{how:?}");
        }
        let up = format!("\nhibah_scanner_up {}\n", u8::from(how.is_some()));
        assert!(served.get("/metrics").text().contains(&up), "{how:?}");
    }
}

#[test]
fn an_upload_is_looked_at_once_while_it_does_not_change() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = scanned_city(dir.path(), clamd(Clamd::Whole));
    let browser = Browser::of(&served, &key("org/1"));
    let csrf = browser.csrf();
    let put = |at: usize, bytes: &[u8]| {
        let address = format!("/uploads/{}?at={at}&of=8", sha256(b"proposal"));
        browser.send("PUT", &address, bytes, &[("x-hibah-csrf", csrf.as_str())]).status
    };
    assert_eq!([put(0, b"prop"), put(4, b"osal")], [204, 204]);
    let looked = || served.get("/metrics").text().contains("hibah_documents_scanned_total{result=\"clean\"} 1\n");
    assert!(looked(), "{}", served.get("/metrics").text());
    assert_eq!([put(8, b""), put(4, b"osal"), put(8, b"")], [204, 409, 204]);
    assert!(looked(), "{}", served.get("/metrics").text());
}

#[test]
fn a_socket_whose_queue_is_full_is_not_waited_for() {
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, bind, listen, socket};
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("clamd.ctl");
    let full = socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
    bind(&full, &SocketAddrUnix::new(&path).expect("a path")).and_then(|()| listen(&full, 0)).expect("it listens");
    let _first = std::os::unix::net::UnixStream::connect(&path).expect("one has room");
    let scanner: Scanner = path.to_str().expect("text").parse().expect("a path");
    assert!(scanner.ping().is_err());
    let served = scanned_city(dir.path(), scanner);
    assert!(served.get("/metrics").text().contains("\nhibah_scanner_up 0\n"));
}

#[test]
fn the_real_clamd_is_understood() {
    let installed = Path::new("/usr/sbin/clamd");
    if !installed.exists() {
        return crate::left_out::left_out("there is no /usr/sbin/clamd (Debian: clamav-daemon)");
    }
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name);
    // The one signature that a scanner must have: MD5 and size of the test file.
    std::fs::write(at("test.hdb"), "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n").expect("written");
    let (folder, socket) = (dir.path().display(), at("clamd.ctl"));
    let settings = format!(
        "DatabaseDirectory {folder}\nLocalSocket {}\nForeground yes\nUser root\nStreamMaxLength 1M\n",
        socket.display()
    );
    std::fs::write(at("clamd.conf"), settings).expect("written");
    let mut program = std::process::Command::new(installed);
    program.arg("-c").arg(at("clamd.conf")).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut clamd = program.spawn().expect("clamd is installed");
    let scanner: Scanner = socket.to_str().expect("text").parse().expect("a path");
    for _ in 0..600 {
        if scanner.ping().is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let looked = [EICAR.concat().into_bytes(), b"proposal".to_vec(), vec![0; 3_000_000]].map(|bytes| {
        std::fs::write(at("file"), bytes).expect("written");
        scanner.look_at(&at("file"))
    });
    clamd.kill().and_then(|()| clamd.wait()).expect("it ends");
    assert_eq!(looked, [Err(Unfit::Found("Eicar-Test-Signature.UNOFFICIAL".to_owned())), Ok(()), Err(Unfit::TooLarge)]);
    assert!(matches!(scanner.look_at(&at("file")), Err(Unfit::Unscanned(_))));
}
