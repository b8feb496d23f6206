//! What a monitor knows after a round, for whoever reads its page. Times are the monitor's own where nothing else is said.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::recipients::Shared;
use super::withheld::{Fate, Told};
use crate::grants::time::Timestamp;
use crate::ledger::evidence::{Finding, Shown};

/// The most alarms of a kind of a ledger that are shown.
const MOST_OF_KIND: usize = 10;

/// All ledgers after a round.
#[derive(Clone, Default)]
pub struct Picture {
    /// When the round began; none before the first has ended.
    pub at: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What tells this monitor from others, in feeds.
    pub id: String,
    /// How long the monitor waits between rounds, in seconds.
    pub every_s: u64,
    /// Whether it is looked how old the newest checkpoints are: else nobody says that a ledger grows.
    pub watches_growth: bool,
    /// Each ledger that was ever read, by origin.
    pub ledgers: Vec<LedgerSeen>,
    /// Sources of which it is not known which ledger they show.
    pub unread: Vec<SourceSeen>,
    /// Organisations that more than one government paid.
    pub shared: Arc<Shared>,
}

impl Picture {
    /// How many ledgers and unknown sources give no answer.
    #[must_use]
    pub fn silent(&self) -> usize {
        let silent = |ledger: &&LedgerSeen| matches!(ledger.standing, Standing::Silent(_));
        self.ledgers.iter().filter(silent).count() + self.unread.len()
    }

    /// How many ledgers have an alarm.
    #[must_use]
    pub fn alarmed(&self) -> usize {
        self.ledgers.iter().filter(|ledger| !ledger.alarms.is_empty()).count()
    }
}

/// One ledger.
#[derive(Clone)]
pub struct LedgerSeen {
    /// Its origin.
    pub origin: String,
    /// The government in Indonesian and in English, by the profile in force.
    pub name: Option<(String, String)>,
    /// Whether it is for a demonstration or a test.
    pub trial: bool,
    /// The key that it is known by.
    pub vkey: Option<String>,
    /// Whether whoever runs the monitor gave that key; the ledger named it itself otherwise.
    pub vkey_given: bool,
    /// Entries that were verified.
    pub size: u64,
    /// When the newest of them was recorded, by the ledger's clock.
    pub recorded: Option<Timestamp>,
    /// The witnesses of its policy.
    pub witnesses: Vec<WitnessSeen>,
    /// Whether those that cosigned the newest checkpoint are a quorum; none where no policy is for this ledger.
    pub quorum: Option<bool>,
    /// Where it is read, in the order in which they were given.
    pub sources: Vec<SourceSeen>,
    /// How it stands.
    pub standing: Standing,
    /// What was found, the gravest kind first, of each kind the oldest first.
    pub alarms: Vec<Alarm>,
    /// Statements that were handed to the monitor and are told.
    pub handed: Vec<Told>,
}

impl LedgerSeen {
    /// The alarms that are shown, the oldest of each kind: later ones push no earlier one away. And how many more there are.
    #[must_use]
    pub fn shown_alarms(&self) -> (Vec<&Alarm>, usize) {
        let kinds = self.alarms.chunk_by(|one, other| one.finding == other.finding);
        let shown: Vec<&Alarm> = kinds.flat_map(|kind| kind.iter().take(MOST_OF_KIND)).collect();
        let more = self.alarms.len() - shown.len();
        (shown, more)
    }

    /// Those of the statements that became this, the oldest first.
    pub fn of_fate(&self, fate: Fate) -> impl Iterator<Item = &Told> {
        self.handed.iter().filter(move |told| told.fate == fate)
    }

    /// When a source of it last answered with a checkpoint that the ledger signed.
    #[must_use]
    pub fn answered(&self) -> Option<Timestamp> {
        self.sources.iter().filter_map(|source| source.answered).max()
    }

    /// Where people read it: the web address that its origin names, or else its first source that is one.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        let web =
            || self.sources.iter().map(|source| source.from.as_str()).filter(|from| without_scheme(from).is_some());
        let url = web().find(|from| is_at_home(from, &self.origin)).or_else(|| web().next());
        url.map(|url| url.trim_end_matches('/'))
    }
}

fn without_scheme(from: &str) -> Option<&str> {
    from.strip_prefix("https://").or_else(|| from.strip_prefix("http://"))
}

/// Whether a source is a web address on the host that a ledger's origin begins with.
pub(super) fn is_at_home(from: &str, origin: &str) -> bool {
    let host = |address: &str| address.split(['/', ':']).next().map(str::to_ascii_lowercase);
    without_scheme(from).is_some_and(|address| host(address) == host(origin))
}

/// A witness of a ledger.
#[derive(Clone)]
pub struct WitnessSeen {
    /// The name of its key.
    pub name: String,
    /// When it saw the newest checkpoint, by its own clock.
    pub cosigned: Option<Timestamp>,
}

/// A source, and how it answers.
#[derive(Clone, Debug, Default)]
pub struct SourceSeen {
    /// An address or a folder.
    pub from: String,
    /// The ledger that it showed last.
    pub origin: Option<String>,
    /// When it last showed what the ledger signed.
    pub answered: Option<Timestamp>,
    /// Since when it does not, and why.
    pub trouble: Option<(Timestamp, String)>,
    /// It shows an older state than it did, or than others do.
    pub older: Option<Older>,
}

/// What is older than it should be at a source that is not the ledger's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Older {
    /// Since when, by the monitor's clock.
    pub since: Timestamp,
    /// How many entries it shows.
    pub size: u64,
    /// How many it, or another source, had shown.
    pub known: u64,
}

/// How a ledger stands, the worst that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is read, grows, and holds.
    Good,
    /// Its newest checkpoint lacks a quorum of witnesses, since then; `too_long`: for longer than is allowed.
    Unwitnessed {
        /// Since which round.
        since: Timestamp,
        /// Whether that is longer than is allowed.
        too_long: bool,
    },
    /// A statement that its desk answered is not recorded in time.
    Withheld,
    /// Its newest checkpoint is shown for longer than is allowed.
    Stale,
    /// No source answers, since then.
    Silent(Timestamp),
    /// It contradicted itself: there is evidence.
    Alarm,
}

impl Standing {
    /// Its name for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unwitnessed { too_long: false, .. } => "unwitnessed",
            Self::Unwitnessed { too_long: true, .. } => "unwitnessed-too-long",
            Self::Withheld => "withheld",
            Self::Stale => "stale",
            Self::Silent(_) => "silent",
            Self::Alarm => "alarm",
        }
    }
}

/// Evidence that was found and checked.
#[derive(Clone)]
pub struct Alarm {
    /// What.
    pub finding: Finding,
    /// What happened, in an English sentence.
    pub sentence: String,
    /// When the monitor saw it first.
    pub first: Timestamp,
    /// The round in which it was seen last.
    pub last: Timestamp,
    /// Where the evidence is.
    pub folder: PathBuf,
}

impl Alarm {
    pub(super) fn new(shown: &Shown, folder: PathBuf, first: Timestamp, last: Timestamp) -> Self {
        Self { finding: shown.finding, sentence: shown.sentence.clone(), first, last, folder }
    }

    /// The gravest first: what proves itself, then what is the monitor's word too; the oldest of each kind first.
    pub(super) fn order(&self) -> (usize, Timestamp) {
        const GRAVEST: [Finding; 5] = [Finding::Rule, Finding::Fork, Finding::Rewrite, Finding::Time, Finding::Shrink];
        (GRAVEST.iter().position(|kind| *kind == self.finding).unwrap_or(GRAVEST.len()), self.first)
    }

    /// Whether the files of the ledger stand beside the evidence, and are needed to check it.
    #[must_use]
    pub fn has_tree(&self) -> bool {
        self.finding == Finding::Rule
    }

    /// The names of the ledger's folder and of the evidence's, which its address has.
    #[must_use]
    pub fn place(&self) -> (&str, &str) {
        fn name(path: Option<&Path>) -> &str {
            path.and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default()
        }
        let ledger = self.folder.ancestors().nth(2);
        (name(ledger), name(Some(&self.folder)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Alarm, Finding, LedgerSeen, MOST_OF_KIND, Standing, Timestamp, is_at_home};

    fn ledger(mut alarms: Vec<Alarm>) -> LedgerSeen {
        alarms.sort_by_key(Alarm::order);
        LedgerSeen {
            origin: "a.example/hibah".to_owned(),
            name: None,
            trial: false,
            vkey: None,
            vkey_given: false,
            size: 0,
            recorded: None,
            witnesses: Vec::new(),
            quorum: None,
            sources: Vec::new(),
            standing: Standing::Alarm,
            alarms,
            handed: Vec::new(),
        }
    }

    #[test]
    fn later_findings_push_no_conviction_away() {
        let alarm = |finding, ms: usize| {
            let first = Timestamp::from_ms(1_700_000_000_000 + ms as i64).expect("a time");
            Alarm { finding, sentence: ms.to_string(), first, last: first, folder: "x".into() }
        };
        let mut alarms: Vec<Alarm> = (1..60).rev().map(|ms| alarm(Finding::Shrink, ms)).collect();
        alarms.extend([
            alarm(Finding::Stale, 0),
            alarm(Finding::Fork, 2),
            alarm(Finding::Fork, 1),
            alarm(Finding::Rule, 9),
        ]);
        let ledger = ledger(alarms);
        let (shown, more) = ledger.shown_alarms();
        let told: Vec<_> = shown.iter().map(|alarm| (alarm.finding, alarm.sentence.as_str())).collect();
        assert_eq!(
            told[..4],
            [(Finding::Rule, "9"), (Finding::Fork, "1"), (Finding::Fork, "2"), (Finding::Shrink, "1")]
        );
        assert_eq!((told.len(), told[told.len() - 1], more), (MOST_OF_KIND + 4, (Finding::Stale, "0"), 49));
    }

    #[test]
    fn an_address_is_at_home_by_its_host() {
        for (from, expected) in [
            ("https://a.example/hibah", true),
            ("http://A.example:8080", true),
            ("https://b.example/a.example/hibah", false),
            ("https://a.example.b/hibah", false),
            ("a.example/hibah", false),
            ("s3://a.example/hibah", false),
        ] {
            assert_eq!(is_at_home(from, "a.example/hibah"), expected, "{from}");
        }
    }
}
