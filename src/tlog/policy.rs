//! Policies: which logs and which witnesses a reader trusts (C2SP tlog-policy).
//!
//! ```text
//! # The ledger, and who should have seen it.
//! log log.example/grants+e4d32d15+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
//!
//! witness university witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X https://witness.example/
//! witness press press.example/w1+61c8ecdc+BCVDuS/xCVURR2rcg2nbbdyTNmWhGXjdoUBO4QZsqVWd
//! group either any university press
//! quorum either
//! ```
//!
//! `group <name> all|any|<k> <name>...` counts as a witness once that many of its members do. Names stand for lines
//! further up only, so groups cannot be circular, and each name is a member once only, so no witness counts twice.
//! There is exactly one `quorum` line; `quorum none` asks for no witness. Words are parted by spaces and tabs; empty
//! lines and lines that begin with `#` are skipped. Names are bytes: two spellings of one letter are two names.

use std::collections::{BTreeMap, BTreeSet};

use super::checkpoint::SignedCheckpoint;
use super::cosignature::{self, CosignatureError};
use super::decimal::parse_decimal;
use super::note::{Algorithm, Note, VerifierKey, VerifyError};

/// A policy: logs, witnesses, groups and the quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    /// Members are of lower number than their group: see [`Member`].
    groups: Vec<Group>,
    /// `None`: no witness is needed.
    quorum: Option<Member>,
}

/// What a name stands for: a place in `witnesses` or in `groups`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<Member>,
}

/// A log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// The log's key.
    pub key: VerifierKey,
    /// Where the log is, if told.
    pub url: Option<String>,
}

/// A witness line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name within the policy.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it takes checkpoints, if told.
    pub url: Option<String>,
}

/// What the witnesses of a policy say about a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumReport {
    /// The witnesses that cosigned, in the order of the policy.
    pub cosigned: Vec<Witnessed>,
    /// Whether they are a quorum.
    pub quorum_met: bool,
    /// The time by which a quorum had seen the tree, in seconds since 1970; `None` when the quorum is not met, or
    /// none is asked for.
    pub quorum_by_s: Option<u64>,
}

/// One witness's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// Its name within the policy.
    pub name: String,
    /// When it says it saw the tree: seconds since 1970.
    pub time_s: u64,
}

/// Why a policy cannot be read or a checkpoint is refused by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A line of the policy file is wrong.
    #[error("line {line} of the policy: {problem}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong and what belongs there.
        problem: String,
    },
    /// No quorum line.
    #[error("the policy has no quorum line; write `quorum none` if no witness is needed")]
    NoQuorum,
    /// The checkpoint is signed by none of the policy's logs.
    #[error("the checkpoint of {origin} is signed by no log of the policy; add a log line if you trust it")]
    UnknownLog {
        /// The checkpoint's origin.
        origin: String,
    },
    /// A known log's signature does not hold.
    #[error(transparent)]
    LogSignature(#[from] VerifyError),
    /// A known witness's line does not hold.
    #[error("the line of witness {name} of the policy is refused: {error}")]
    Cosignature {
        /// Its name within the policy.
        name: String,
        /// Why.
        error: CosignatureError,
    },
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`PolicyError::Line`] with the line's number, [`PolicyError::NoQuorum`].
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        let mut reading = Reading::default();
        for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
            let read = match line.strip_suffix(b"\n") {
                Some(line) => reading.line(line),
                None => Err("the file ends within this line; end it with a newline".to_owned()),
            };
            read.map_err(|problem| PolicyError::Line { line: number, problem })?;
        }
        let quorum = reading.quorum.ok_or(PolicyError::NoQuorum)?;
        let Reading { logs, witnesses, groups, .. } = reading;
        Ok(Policy { logs, witnesses, groups, quorum })
    }

    /// The logs, in the order of the file.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Who cosigned this checkpoint, and whether that is a quorum. A policy without log lines takes every log.
    ///
    /// # Errors
    /// [`PolicyError`]: no log of the policy, or a known key's line that does not hold.
    pub fn check(&self, checkpoint: &SignedCheckpoint) -> Result<QuorumReport, PolicyError> {
        self.check_log(checkpoint)?;
        self.witnessed(checkpoint.note())
    }

    /// The same of a checkpoint that the caller trusts the log for.
    ///
    /// # Errors
    /// [`PolicyError::Cosignature`].
    pub fn witnessed(&self, checkpoint: &Note) -> Result<QuorumReport, PolicyError> {
        let mut times = Vec::with_capacity(self.witnesses.len());
        for witness in &self.witnesses {
            times.push(match cosignature::verify(checkpoint, &witness.key) {
                Ok(cosignature) => Some(cosignature.time_s),
                Err(CosignatureError::Missing { .. }) => None,
                Err(error) => {
                    return Err(PolicyError::Cosignature { name: witness.name.clone(), error });
                }
            });
        }
        let quorum_by_s = self.quorum.and_then(|quorum| self.seen_by(quorum, &times));
        let cosigned = self
            .witnesses
            .iter()
            .zip(&times)
            .filter_map(|(witness, time_s)| Some(Witnessed { name: witness.name.clone(), time_s: (*time_s)? }))
            .collect();
        let quorum_met = self.quorum.is_none() || quorum_by_s.is_some();
        Ok(QuorumReport { cosigned, quorum_met, quorum_by_s })
    }

    /// Whether those of the witnesses that `can` are enough for a quorum.
    pub fn can_be_met(&self, can: impl Fn(&PolicyWitness) -> bool) -> bool {
        let times: Vec<Option<u64>> = self.witnesses.iter().map(|witness| can(witness).then_some(0)).collect();
        self.quorum.is_none_or(|quorum| self.seen_by(quorum, &times).is_some())
    }

    /// Whether one of the policy's logs signed; keys of other logs are ignored.
    fn check_log(&self, checkpoint: &SignedCheckpoint) -> Result<(), PolicyError> {
        let origin = &checkpoint.checkpoint().origin;
        let mut signed = self.logs.is_empty();
        for log in self.logs.iter().filter(|log| log.key.name() == origin) {
            match log.key.verify(checkpoint.note()) {
                Ok(()) => signed = true,
                Err(VerifyError::Missing { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if signed { Ok(()) } else { Err(PolicyError::UnknownLog { origin: origin.clone() }) }
    }

    /// When `asked` had seen the tree: a group, when as many members as it asks for had.
    fn seen_by(&self, asked: Member, witnesses: &[Option<u64>]) -> Option<u64> {
        let mut groups: Vec<Option<u64>> = Vec::with_capacity(self.groups.len());
        let time = |member: Member, groups: &[Option<u64>]| match member {
            Member::Witness(number) => witnesses[number],
            Member::Group(number) => groups[number],
        };
        // In the order of the file every member comes before its group, so one pass is enough.
        for group in &self.groups {
            let mut times: Vec<u64> = group.members.iter().filter_map(|member| time(*member, &groups)).collect();
            times.sort_unstable();
            groups.push(times.get(group.threshold - 1).copied());
        }
        time(asked, &groups)
    }
}

/// A policy file, read as far as some line.
#[derive(Default)]
struct Reading<'a> {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Option<Member>>,
    names: BTreeMap<&'a [u8], Member>,
    members: BTreeSet<&'a [u8]>,
}

impl<'a> Reading<'a> {
    /// The next line, without its newline. The error is the problem, told to who wrote the line.
    fn line(&mut self, line: &'a [u8]) -> Result<(), String> {
        if let Some(byte) = line.iter().find(|byte| **byte == 0x7f || **byte < b' ' && **byte != b'\t') {
            return Err(format!("it has the control character {byte:#04x}; remove it (lines end in LF alone)"));
        }
        let words: Vec<&'a [u8]> =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key, url @ ..] => self.log(key, url),
            [b"witness", name, key, url @ ..] => self.witness(name, key, url),
            [b"group", name, threshold, members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.quorum(name),
            _ => Err("it is none of `log <vkey> [<url>]`, `witness <name> <vkey> [<url>]`, \
                 `group <name> all|any|<k> <name>...` and `quorum <name>`"
                .to_owned()),
        }
    }

    fn log(&mut self, key: &[u8], url: &[&[u8]]) -> Result<(), String> {
        let key = read_key(key, Algorithm::Ed25519)?;
        if self.logs.iter().any(|log| log.key.public() == key.public()) {
            return Err("this log's public key is listed already; remove one of the lines".to_owned());
        }
        self.logs.push(PolicyLog { key, url: read_url(url)? });
        Ok(())
    }

    fn witness(&mut self, name: &'a [u8], key: &[u8], url: &[&[u8]]) -> Result<(), String> {
        let key = read_key(key, Algorithm::CosignatureV1)?;
        if self.witnesses.iter().any(|witness| witness.key.public() == key.public()) {
            return Err("this witness's public key is listed already; remove one of the lines".to_owned());
        }
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness { name: shown(name), key, url: read_url(url)? });
        Ok(())
    }

    fn group(&mut self, name: &'a [u8], threshold: &[u8], names: &[&'a [u8]]) -> Result<(), String> {
        if names.is_empty() {
            return Err("a group has at least one member; name it".to_owned());
        }
        let mut members = Vec::with_capacity(names.len());
        for member in names {
            members.push(self.find(member)?);
            if !self.members.insert(member) {
                return Err(format!("{} is a member already; a name is a member once only", shown(member)));
            }
        }
        let threshold = match threshold {
            b"all" => members.len(),
            b"any" => 1,
            digits => std::str::from_utf8(digits)
                .ok()
                .and_then(parse_decimal)
                .and_then(|count| usize::try_from(count).ok())
                .filter(|count| (1..=members.len()).contains(count))
                .ok_or_else(|| format!("write `all`, `any` or a number from 1 to {}", members.len()))?,
        };
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), String> {
        if self.quorum.is_some() {
            return Err("there is a quorum line already; remove one of them".to_owned());
        }
        self.quorum = Some(if name == b"none" { None } else { Some(self.find(name)?) });
        Ok(())
    }

    fn define(&mut self, name: &'a [u8], member: Member) -> Result<(), String> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(format!("the name {} is taken; choose another", shown(name)));
        }
        self.names.insert(name, member);
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<Member, String> {
        let unknown = || format!("{} is no witness or group of a line above; define it first", shown(name));
        self.names.get(name).copied().ok_or_else(unknown)
    }
}

fn read_key(text: &[u8], algorithm: Algorithm) -> Result<VerifierKey, String> {
    let text = std::str::from_utf8(text).map_err(|_| "its key is not UTF-8".to_owned())?;
    let key = VerifierKey::parse(text).map_err(|error| error.to_string())?;
    if key.algorithm() != algorithm {
        let (is, should) = (key.algorithm().byte(), algorithm.byte());
        return Err(format!("its key has the algorithm {is:#04x}; one of {should:#04x} belongs here"));
    }
    Ok(key)
}

fn read_url(words: &[&[u8]]) -> Result<Option<String>, String> {
    match words {
        [] => Ok(None),
        [url] => Ok(Some(shown(url))),
        _ => Err("it has words after the URL; remove them".to_owned()),
    }
}

/// A name as far as it is UTF-8, to be shown; compared are always its bytes.
fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
