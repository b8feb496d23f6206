//! Keys that an ssh-agent holds: `--key ssh-agent:COMMENT` or `--key ssh-agent:SHA256:...`. The agent signs the very bytes of a note
//! with Ed25519, as a key file would; it may be a token that asks for a touch. Two messages of its protocol are spoken
//! (draft-ietf-sshm-ssh-agent): list the keys, and sign.

use std::io::{ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Failure, output};
use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::ledger::replay::Replay;
use crate::ledger::statement::Statement;
use crate::tlog::ed25519::PublicKey;
use crate::tlog::hash::sha256;
use crate::tlog::note::VerifierKey;

/// What a key of an agent is called by.
const PREFIX: &str = "ssh-agent:";
const KEY_TYPE: &[u8] = b"ssh-ed25519";
/// No answer is longer.
const MOST_BYTES: usize = 256 * 1024;
/// How long an agent may take to list its keys, and to sign: somebody may have to find the token and touch it.
const LISTS_WITHIN: Duration = Duration::from_secs(10);
const SIGNS_WITHIN: Duration = Duration::from_secs(300);
const LIST: u8 = 11;
const LISTED: u8 = 12;
const SIGN: u8 = 13;
const SIGNED: u8 = 14;

/// A key in the agent.
pub struct AgentKey {
    blob: Vec<u8>,
    public: PublicKey,
    comment: String,
}

/// Whether this names a key of an agent, not a file.
pub fn is_meant(named: &Path) -> bool {
    named.to_str().is_some_and(|named| named.starts_with(PREFIX))
}

/// The key that is named so; nothing where a file is meant.
pub fn key(named: &Path) -> Option<Result<AgentKey, Failure>> {
    named.to_str()?.strip_prefix(PREFIX).map(find)
}

fn find(sought: &str) -> Result<AgentKey, Failure> {
    let mut keys = listed(&ask(&[LIST], LISTS_WITHIN)?).ok_or_else(garbled)?;
    let by_fingerprint = sought.starts_with("SHA256:");
    keys.retain(|key| if by_fingerprint { key.fingerprint() == sought } else { key.comment == sought });
    match keys.len() {
        1 => Ok(keys.remove(0)),
        0 => Err(Failure::CouldNot(format!(
            "the ssh-agent holds no Ed25519 key {sought}: `ssh-add -l` lists what it holds; add the key with ssh-add"
        ))),
        count => Err(Failure::CouldNot(format!(
            "the ssh-agent holds {count} Ed25519 keys named {sought}: name one by its fingerprint, ssh-agent:SHA256:..."
        ))),
    }
}

impl AgentKey {
    fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(sha256(&self.blob).as_bytes()))
    }

    /// Under the name that the ledger has it by.
    pub fn on_ledger(&self, replay: Option<&Replay>) -> Result<VerifierKey, Failure> {
        let known = replay.and_then(|replay| match replay.state() {
            State::One(state) => {
                let mut ids = state.keys().iter().map(|key| key.vkey().id().clone());
                ids.find_map(|id| self.among(std::slice::from_ref(&id)))
            }
            State::Zero(_) => None,
        });
        known.ok_or_else(|| {
            Failure::CouldNot(format!(
                "an ssh-agent's key has no name of its own, and no ledger was named that knows {}: name the ledger with --ledger, or have the key appointed first",
                self.comment
            ))
        })
    }

    /// Under the name that one of these signers bears.
    fn among(&self, signers: &[SignerId]) -> Option<VerifierKey> {
        signers.iter().find_map(|id| VerifierKey::with_id(id.name(), id.key_id(), self.public))
    }

    /// Asks whoever is at the terminal, for no passphrase is typed. Without one nobody can be asked, as with a passphrase that a
    /// file holds.
    pub fn consent(&self, count: usize) -> Result<(), Failure> {
        if !std::io::stdin().is_terminal() {
            return Ok(());
        }
        let count = output::count(count as u64, "statement", "statements");
        output::question(format_args!("Sign {count} with {} in the ssh-agent? (y) ", self.comment));
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).map_err(Failure::could_not)?;
        match answer.trim() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Failure::could_not(
                "nothing was signed, as you did not answer y: run it again when you want to sign",
            )),
        }
    }

    /// Signs a statement that names this key. What the agent answers is verified before it is used.
    pub fn sign(&self, statement: &mut Statement) -> Result<(), Failure> {
        let key = self.among(statement.signers()).ok_or_else(|| {
            Failure::CouldNot(format!(
                "the ssh-agent's key {} is not among the signers of this statement: use the key it names",
                self.comment
            ))
        })?;
        let mut message = vec![SIGN];
        put(&mut message, &self.blob);
        put(&mut message, statement.text().as_bytes());
        message.extend(0_u32.to_be_bytes());
        let answer = ask(&message, SIGNS_WITHIN)?;
        let Some((&SIGNED, mut rest)) = answer.split_first() else {
            return Err(Failure::CouldNot(format!(
                "the ssh-agent did not sign with {}: unlock it, or confirm when it asks, then sign again",
                self.comment
            )));
        };
        let signature = take(&mut rest).and_then(|mut signature| {
            let kind = take(&mut signature)?;
            let bytes = take(&mut signature)?;
            (kind == KEY_TYPE).then(|| <[u8; 64]>::try_from(bytes).ok()).flatten()
        });
        let signature = signature.ok_or_else(garbled)?;
        statement.add_signature(&key, signature).map_err(Failure::could_not)
    }
}

/// The Ed25519 keys of an answer; others, and what cannot be read, are passed over.
fn listed(answer: &[u8]) -> Option<Vec<AgentKey>> {
    let (&LISTED, mut rest) = answer.split_first()? else { return None };
    let count = number(&mut rest)?;
    let mut keys = Vec::new();
    for _ in 0..count {
        let (blob, comment) = (take(&mut rest)?, take(&mut rest)?);
        let mut inside = blob;
        if take(&mut inside) == Some(KEY_TYPE)
            && let Some(public) =
                take(&mut inside).and_then(|public| PublicKey::from_bytes(public.try_into().ok()?).ok())
        {
            keys.push(AgentKey { blob: blob.to_vec(), public, comment: String::from_utf8_lossy(comment).into_owned() });
        }
    }
    Some(keys)
}

/// One message to the agent, and its answer, for which it may be silent so long; both are preceded by their length.
fn ask(message: &[u8], within: Duration) -> Result<Vec<u8>, Failure> {
    let socket = std::env::var_os("SSH_AUTH_SOCK").filter(|socket| !socket.is_empty()).ok_or_else(|| {
        Failure::could_not(
            "no ssh-agent is named in SSH_AUTH_SOCK: start one with `eval $(ssh-agent)`, then ssh-add the key",
        )
    })?;
    let asked = || {
        let mut agent = UnixStream::connect(&socket)?;
        agent.set_read_timeout(Some(within))?;
        agent.set_write_timeout(Some(within))?;
        let mut all = Vec::new();
        put(&mut all, message);
        agent.write_all(&all)?;
        let mut length = [0; 4];
        agent.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > MOST_BYTES {
            return Err(std::io::Error::other("its answer is too long"));
        }
        let mut answer = vec![0; length];
        agent.read_exact(&mut answer)?;
        Ok(answer)
    };
    asked().map_err(|error| {
        let why = match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => format!("it was silent for {} seconds", within.as_secs()),
            _ => super::files::why(&error),
        };
        Failure::CouldNot(format!("the ssh-agent at {} gave no answer ({why}): start it anew", socket.display()))
    })
}

fn garbled() -> Failure {
    Failure::could_not("the ssh-agent's answer is none of its protocol: see that SSH_AUTH_SOCK names an ssh-agent")
}

fn put(message: &mut Vec<u8>, bytes: &[u8]) {
    // A statement has at most 65,000 bytes.
    message.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    message.extend_from_slice(bytes);
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (bytes, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    Some(u32::from_be_bytes(*bytes))
}

fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (bytes, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(bytes)
}
