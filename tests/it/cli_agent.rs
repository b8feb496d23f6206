//! Signing with a key that a real ssh-agent holds.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::note::NoteSigner;

use super::cli_shell::{ORIGIN, Shell};
use super::left_out::left_out;

/// An ssh-agent that ends with the test.
struct Agent {
    child: Child,
    socket: PathBuf,
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Agent {
    /// One in the shell's folder; nothing where the program is missing.
    fn start(shell: &Shell) -> Option<Self> {
        let socket = shell.path().join("agent");
        let started = Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn();
        let Ok(child) = started else {
            left_out("ssh-agent is not installed: signing with its keys is not checked");
            return None;
        };
        let agent = Self { child, socket };
        let waited = std::time::Instant::now();
        while UnixStream::connect(&agent.socket).is_err() {
            assert!(waited.elapsed().as_secs() < 60, "the agent does not listen");
            std::thread::yield_now();
        }
        Some(agent)
    }

    /// Gives it a key, as ssh-add does (SSH_AGENTC_ADD_IDENTITY).
    fn add(&self, seed: [u8; 32], comment: &str) {
        let public = *SigningKey::from_seed(seed).public().as_bytes();
        let private = [seed, public].concat();
        let mut message = vec![17];
        for part in [b"ssh-ed25519", &public[..], &private, comment.as_bytes()] {
            message.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
            message.extend_from_slice(part);
        }
        let mut stream = UnixStream::connect(&self.socket).expect("the agent listens");
        stream.write_all(&u32::try_from(message.len()).expect("short").to_be_bytes()).expect("sent");
        stream.write_all(&message).expect("sent");
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).expect("answered");
        assert_eq!(answer, [0, 0, 0, 1, 6], "SSH_AGENT_SUCCESS");
    }
}

#[test]
fn a_key_in_an_agent_signs_as_its_file_would() {
    let shell = Shell::with_ledger_of_one();
    let Some(agent) = Agent::start(&shell) else { return };
    agent.add([7; 32], "kunci dinas");
    agent.add([8; 32], "dua");
    agent.add([9; 32], "dua");
    let official = NoteSigner::new(&format!("{ORIGIN}/official/9"), SigningKey::from_seed([7; 32])).expect("a name");
    shell.write_key("own.key", &official);
    let old = shell.key("led/keys/official-9-tapd.key");
    let rotation = |new: &NoteSigner, old: &NoteSigner| {
        let retires = format!("{}+{}", old.name(), old.verifier().key_id());
        format!(r#"{{"key":"{}","retires":"{retires}"}}"#, new.verifier())
    };
    shell.write("rotate.json", rotation(&official, &old));
    shell.write("back.json", rotation(&old, &official));
    shell.write("reason.json", r#"{"reason":"Ditarik"}"#);
    shell.write("line", r#"{"draft":"draft-2"}"#);
    let sock = "SSH_AUTH_SOCK=$PWD/agent";
    let draft = format!(
        "hibah sign --kind application.withdrawn --about case/1/1 --after {} --body reason.json --key org.key --signer $(hibah key show own.key)",
        "ab".repeat(32)
    );
    shell.check(&format!(
        "$ {draft} --out draft
         $ {draft} --out draft-2
         $ {draft} --out draft-3
         # A draft names its signers, so the key finds its name; the bytes are those that the file would have made.
         $ {sock} hibah sign draft --key 'ssh-agent:kunci dinas'
         It is complete: 2 signatures. *
         $ hibah sign draft-3 --key own.key
         $ cmp draft draft-3
         $ {sock} hibah sign --batch line --key ssh-agent:$({sock} ssh-add -l | awk '/kunci dinas/ {{ print $2 }}')
         These are 1 statement. Each key signs them all: *
         Signed: draft-2
         $ cmp draft draft-2
         # A new statement, under the name that the ledger has the key by.
         $ {sock} hibah sign --ledger led --kind key.rotated --about official/9 --body rotate.json --key 'ssh-agent:kunci dinas' --out early
         ? 2
         error: an ssh-agent's key has no name of its own, and no ledger was named that knows kunci dinas: *
         $ hibah sign --ledger led --kind key.rotated --about official/9 --body rotate.json --key led/keys/official-9-tapd.key --key own.key --out rotated
         $ hibah submit led rotated
         $ {sock} hibah sign --ledger led --kind key.rotated --about official/9 --body back.json --key 'ssh-agent:kunci dinas' --key led/keys/official-9-tapd.key --out back
         It is complete: 2 signatures. *
         # What is wrong is said.
         $ {sock} hibah sign draft --key ssh-agent:dua
         ? 2
         error: the ssh-agent holds 2 Ed25519 keys named dua: name one by its fingerprint, ssh-agent:SHA256:...
         $ {sock} hibah sign draft --key ssh-agent:tiada
         ? 2
         error: the ssh-agent holds no Ed25519 key tiada: *
         $ {sock} hibah sign draft --key ssh-agent:$({sock} ssh-add -l | awk '/dua/ {{ print $2; exit }}')
         ? 2
         error: the ssh-agent's key dua is not among the signers of this statement: *
         $ SSH_AUTH_SOCK= hibah sign draft --key ssh-agent:dua
         ? 2
         error: no ssh-agent is named in SSH_AUTH_SOCK: *
         $ SSH_AUTH_SOCK=$PWD/none hibah sign draft --key ssh-agent:dua
         ? 2
         error: the ssh-agent at *none gave no answer *"
    ));
}

/// A draft that waits for the key of this seed, as `draft`.
fn drafted(shell: &Shell, seed: [u8; 32]) {
    let official = NoteSigner::new(&format!("{ORIGIN}/official/9"), SigningKey::from_seed(seed)).expect("a name");
    shell.write_key("own.key", &official);
    shell.write("reason.json", r#"{"reason":"Ditarik"}"#);
    shell.check(&format!(
        "$ hibah sign --kind application.withdrawn --about case/1/1 --after {} --body reason.json --key org.key --signer $(hibah key show own.key) --out draft",
        "ab".repeat(32)
    ));
}

#[test]
fn on_a_terminal_an_agents_key_signs_once_somebody_says_so() {
    let shell = Shell::with_ledger_of_one();
    let Some(agent) = Agent::start(&shell) else { return };
    agent.add([7; 32], "kunci dinas");
    drafted(&shell, [7; 32]);
    let before = std::fs::read(shell.path().join("draft")).expect("a draft");
    for (answer, signs) in [("n\n", false), ("\n", false), ("", false), ("y\n", true)] {
        let mut command = Command::new("script");
        command.args(["-qec", "hibah sign draft --key 'ssh-agent:kunci dinas'", "/dev/null"]).current_dir(shell.path());
        command.env("PATH", super::cli_shell::path()).env("SSH_AUTH_SOCK", &agent.socket);
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let Ok(mut child) = started else {
            return left_out("script is not installed: nobody is asked at a terminal");
        };
        // The end of the input is the end of the terminal's.
        child.stdin.take().expect("a pipe").write_all(answer.as_bytes()).expect("typed");
        let told = child.wait_with_output().expect("it ended");
        let text = String::from_utf8_lossy(&told.stdout);
        assert!(text.contains("Sign 1 statement with kunci dinas in the ssh-agent? (y)"), "{answer:?}: {text}");
        assert_eq!(text.contains("nothing was signed, as you did not answer y"), !signs, "{answer:?}: {text}");
        assert_eq!(told.status.code(), Some(if signs { 0 } else { 2 }), "{answer:?}: {text}");
        let after = std::fs::read(shell.path().join("draft")).expect("a draft");
        assert_eq!(after != before, signs, "{answer:?}: {text}");
    }
}

#[test]
fn an_agent_may_hold_what_is_no_key_and_may_not_stay_silent() {
    let shell = Shell::with_ledger_of_one();
    drafted(&shell, [7; 32]);
    let part = |bytes: &[u8]| [&u32::try_from(bytes.len()).expect("short").to_be_bytes(), bytes].concat();
    let public = *SigningKey::from_seed([7; 32]).public().as_bytes();
    let blob = [part(b"ssh-ed25519"), part(&public)].concat();
    // Two that cannot be read, and one that can.
    let keys = [part(b""), part(b"leer"), part(&[0, 0, 0, 9, 1]), part(b"kurz"), part(&blob), part(b"kunci dinas")];
    let listed = part(&[&[12, 0, 0, 0, 3], &keys.concat()[..]].concat());
    let socket = std::os::unix::net::UnixListener::bind(shell.path().join("agent")).expect("a socket");
    let answering = std::thread::spawn(move || {
        let (mut first, _) = socket.accept().expect("asked");
        first.write_all(&listed).expect("answered");
        let (mut second, _) = socket.accept().expect("asked");
        second.write_all(&[0, 0, 0, 1, 5]).expect("refused");
        // The third is asked and never answers.
        let third = socket.accept().expect("asked");
        (first, second, third, socket)
    });
    let sign = "SSH_AUTH_SOCK=$PWD/agent hibah sign draft --key 'ssh-agent:kunci dinas'";
    shell.check(&format!(
        "$ {sign}
         ? 2
         error: the ssh-agent did not sign with kunci dinas: *
         $ {sign}
         ? 2
         error: the ssh-agent at *agent gave no answer (it was silent for 10 seconds): *"
    ));
    answering.join().expect("it was asked three times");
}
