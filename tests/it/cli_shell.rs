//! Command-line tests that read like a shell session.
//!
//! ```text
//! $ hibah verify led                 <- run by sh in a folder of its own; `hibah` is the real program
//! ? 1                                <- the exit status, if it is not 0
//! error: entry 17 is wrong: *        <- lines of its output, in order; * stands for anything
//! = led                              <- the ledger in `led` is as it was before: the same entries, checkpoint and root
//! ```

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use hibah::ledger::store::{Access, Entries, LastSigned};
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::note::{NoteSigner, VerifierKey};

/// The passphrase of every key file in the tests.
pub const PASSPHRASE: &str = "correct horse battery";
/// The origin of the ledger `led`.
pub const ORIGIN: &str = "hibah.bandung.example/ledger";

/// A folder for one session.
pub struct Shell {
    dir: tempfile::TempDir,
}

impl Shell {
    /// An empty folder.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A folder with the ledger `led` of rule set 0, an organisation's key `org.key`, and `vkey`, the ledger's.
    pub fn with_ledger() -> Self {
        static FOUNDED: OnceLock<PathBuf> = OnceLock::new();
        Self::copy_of(FOUNDED.get_or_init(|| founded("--rules 0")))
    }

    /// The same of rule set 1.
    pub fn with_ledger_of_one() -> Self {
        static FOUNDED: OnceLock<PathBuf> = OnceLock::new();
        Self::copy_of(FOUNDED.get_or_init(|| founded("--rules 1")))
    }

    fn copy_of(founded: &Path) -> Self {
        let shell = Self::new();
        copy(founded, shell.path());
        shell
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Puts a file there.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), bytes).expect("a file in a temporary folder");
    }

    /// The key in a key file.
    pub fn key(&self, file: &str) -> NoteSigner {
        let text = std::fs::read_to_string(self.path().join(file)).expect("a key file");
        let vkey = text.split('\n').find_map(|line| line.strip_prefix("vkey: ")).expect("its public half");
        let vkey = VerifierKey::parse(vkey).expect("a verifier key");
        let pem = &text[text.find("-----BEGIN").expect("its private half")..];
        let key = SigningKey::from_encrypted_pem(pem, PASSPHRASE.as_bytes()).expect("our passphrase");
        NoteSigner::new(vkey.name(), key).expect("a signer")
    }

    /// Writes a key as `hibah key new` does.
    pub fn write_key(&self, file: &str, signer: &NoteSigner) {
        let pem = signer.key().to_encrypted_pem(PASSPHRASE.as_bytes(), [1; 16], [2; 16]);
        self.write(file, format!("hibah key file\nvkey: {}\n\n{}", signer.verifier(), pem.as_str()));
    }

    /// Runs a session.
    pub fn check(&self, session: &str) {
        let steps = steps(session);
        assert!(!steps.is_empty(), "a session without a command checks nothing");
        for step in steps {
            self.step(&step);
        }
    }

    fn step(&self, step: &Step) {
        let before: Vec<String> = step.unchanged.iter().map(|led| self.state_of(led)).collect();
        let done = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{}", step.command)])
            .current_dir(self.path())
            .env("PATH", path())
            .env("HIBAH_PASSPHRASE", PASSPHRASE)
            .env_remove("HIBAH_LOG")
            .output()
            .expect("sh runs");
        let output = String::from_utf8_lossy(&done.stdout).into_owned();
        let told = format!("$ {}\n{output}? {:?}\n", step.command, done.status.code());
        assert_eq!(done.status.code(), Some(step.status), "another exit status:\n{told}");
        assert!(!output.contains("panicked"), "it panicked:\n{told}");
        if step.status != 0 {
            let errors = output.split('\n').filter(|line| line.starts_with("error: ")).count();
            assert_eq!(errors, 1, "one sentence says what is wrong:\n{told}");
        }
        let mut lines = output.split('\n').map(str::trim);
        for expected in &step.lines {
            assert!(
                lines.any(|line| matches(expected, line)),
                "no line like this (after the ones before it): {expected}\n{told}"
            );
        }
        for (led, before) in step.unchanged.iter().zip(before) {
            assert_eq!(self.state_of(led), before, "{led} changed:\n{told}");
        }
    }

    /// Everything that a ledger has shown or may show: how many entries, and the last signed checkpoint with its root.
    fn state_of(&self, led: &str) -> String {
        let dir = self.path().join(led);
        let entries = Entries::open(&dir, Access::Read).and_then(|entries| entries.size()).expect("the entries");
        let signed = LastSigned::open(&dir, Access::Read).and_then(|signed| signed.get()).expect("the last signed");
        format!("{entries} entries\n{}", signed.note)
    }
}

struct Step {
    command: String,
    status: i32,
    lines: Vec<String>,
    unchanged: Vec<String>,
}

fn steps(session: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in session.split('\n').map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), status: 0, lines: Vec::new(), unchanged: Vec::new() });
            continue;
        }
        let step = steps.last_mut().expect("a session begins with a command");
        if let Some(status) = line.strip_prefix("? ") {
            step.status = status.parse().expect("an exit status");
        } else if let Some(led) = line.strip_prefix("= ") {
            step.unchanged.push(led.to_owned());
        } else {
            step.lines.push(line.to_owned());
        }
    }
    steps
}

/// Whether `line` is `pattern`, in which `*` stands for any text.
fn matches(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Where sh finds the program.
pub fn path() -> std::ffi::OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_hibah")).parent().expect("the program is in a folder");
    let system = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(program.to_owned()).chain(std::env::split_paths(&system)))
        .expect("a search path")
}

/// A ledger is founded once, since its key files take their time; every session gets a copy.
fn founded(rules: &str) -> PathBuf {
    let shell = Shell::new();
    shell.check(&format!(
        "$ hibah init led {rules} --origin {ORIGIN} --profile kota-bandung
         Founded the trial ledger {ORIGIN} in led.
         $ hibah key new org.key --name {ORIGIN}/org/1
         {ORIGIN}/org/1+*
         $ hibah key show led/keys/ledger.key > vkey"
    ));
    // Kept until the process ends; the system clears its temporary folder.
    shell.dir.keep()
}

/// Copies a folder of files and folders.
pub fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

#[test]
fn a_star_stands_for_any_text() {
    for (pattern, line, expected) in [
        ("abc", "abc", true),
        ("abc", "abcd", false),
        ("a*", "abc", true),
        ("*c", "abc", true),
        ("a*c*e", "abcde", true),
        ("a*x*e", "abcde", false),
        ("ab*b", "ab", false),
    ] {
        assert_eq!(matches(pattern, line), expected, "{pattern} and {line}");
    }
}
