//! A ledger at a web address: tiles and bundles for the audit, statements for the desk.

use std::time::Duration;

use ureq::unversioned::multipart::{Form, Part};

use crate::ledger::verify::{Source, SourceError};
use crate::tlog::tile::{Tile, TilePath, TileSource};

/// The largest answer that is read, in bytes: a full bundle of the largest entries, with room.
const MAX_ANSWER_BYTES: u64 = 20_000_000;
/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long a submission with documents may take.
const PARTS_TIMEOUT: Duration = Duration::from_secs(600);
/// How often a request that got no answer, or a 5xx, is made.
const TRIES: u32 = 3;

/// A ledger at a web address.
pub struct Remote {
    base: String,
    agent: ureq::Agent,
}

/// An answer of the desk.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body: a receipt, or a problem (RFC 9457).
    pub body: Vec<u8>,
}

impl Remote {
    /// The ledger at `url`, with or without a final slash.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { base: url.trim_end_matches('/').to_owned(), agent: agent() }
    }

    /// Fetches `path` (without leading slash).
    ///
    /// # Errors
    /// Any answer but 200, after some tries where trying again may help.
    pub fn get(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        get(&self.agent, &format!("{}/{path}", self.base))
    }

    /// Posts a statement to the desk at this address, and what comes with it.
    ///
    /// # Errors
    /// When there is no answer; whether it was recorded is then unknown, and submitting again is safe.
    pub fn submit(&self, statement: &[u8], with: With) -> Result<Answer, SourceError> {
        let url = format!("{}/statements", self.base);
        let unknown = |fault: ureq::Error| {
            let fault = why(&fault);
            SourceError(format!("{url} did not answer ({fault}): submit again, a statement is never recorded twice"))
        };
        let request = self.agent.post(&url).header("content-type", "text/plain; charset=utf-8");
        let sent = if with.openings.is_empty() && with.documents.is_empty() {
            request.send(statement)
        } else {
            // Without file names, which may say more than the statement does.
            let mut form = Form::new().part("statement", Part::bytes(statement));
            for opening in &with.openings {
                form = form.part("opening", Part::bytes(opening));
            }
            for document in with.documents {
                form = form.part("document", Part::owned_reader(document));
            }
            let request = self.agent.post(&url).config().timeout_global(Some(PARTS_TIMEOUT)).build();
            request.send(form)
        };
        let mut answer = sent.map_err(unknown)?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec().map_err(unknown)?;
        Ok(Answer { status, body })
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .user_agent(concat!("hibah/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

fn get(agent: &ureq::Agent, url: &str) -> Result<Vec<u8>, SourceError> {
    let mut fault = String::new();
    for attempt in 0..TRIES {
        std::thread::sleep(Duration::from_millis(250 * u64::from(attempt)));
        match agent.get(url).call() {
            Ok(mut answer) if answer.status() == 200 => {
                return answer
                    .body_mut()
                    .with_config()
                    .limit(MAX_ANSWER_BYTES)
                    .read_to_vec()
                    .map_err(|error| SourceError(format!("{url} broke off: {}", why(&error))));
            }
            Ok(answer) if answer.status().is_server_error() => fault = format!("status {}", answer.status()),
            Ok(answer) => return Err(SourceError(format!("{url} answered status {}", answer.status()))),
            Err(error) => fault = why(&error),
        }
    }
    Err(SourceError(format!("{url} could not be read ({fault}): check the address, or try again later")))
}

/// Fetches one whole address, such as a checkpoint that a witness shows.
///
/// # Errors
/// As [`Remote::get`].
pub fn fetch(url: &str) -> Result<Vec<u8>, SourceError> {
    get(&agent(), url)
}

/// Posts an object to a webhook; any 2xx is taken for received.
///
/// # Errors
/// Any other answer, or none.
pub fn post_json(url: &str, body: &serde_json::Value) -> Result<(), SourceError> {
    let sent = agent().post(url).header("content-type", "application/json").send(body.to_string());
    let fault = match sent {
        Ok(answer) if answer.status().is_success() => return Ok(()),
        Ok(answer) => format!("status {}", answer.status()),
        Err(error) => why(&error),
    };
    Err(SourceError(format!("{url} did not take a message ({fault}): it is sent again in the next round")))
}

/// What comes with a statement.
#[derive(Debug, Default)]
pub struct With {
    /// Opening files, whole.
    pub openings: Vec<Vec<u8>>,
    /// Documents, open for reading.
    pub documents: Vec<std::fs::File>,
}

/// What went wrong, without the name of the library's variant.
fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

impl TileSource for Remote {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.get(&TilePath::Hashes(tile).to_string())
    }
}

impl Source for Remote {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.get("checkpoint")
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.get(&TilePath::Entries { index, width }.to_string())
    }
}
