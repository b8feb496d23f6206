//! Appointments of officials as entries tell them: the office, its period, the key, and what became of it.

use serde_json::Value;

use super::api::number;
use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use crate::ledger::reader::Reader;
use crate::ledger::store::StoreError;

/// One appointment, and what became of its key.
pub(super) struct Appointment {
    /// Its number on the ledger.
    pub(super) n: u64,
    /// The code of the office.
    pub(super) office: String,
    /// The public number of the person.
    pub(super) person: String,
    /// The number of the decree of appointment.
    pub(super) decree: String,
    pub(super) period: (Option<Date>, Option<Date>),
    pub(super) acting: bool,
    /// `<key name>+<8 hex>`, and the entry that brought it.
    pub(super) key: String,
    pub(super) since: u64,
    /// The entry that ended it, and the last day if it says one.
    pub(super) ended: Option<(u64, Option<Date>)>,
    pub(super) revoked: Option<u64>,
}

/// Whether a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    InForce,
    /// From this day on.
    NotYet(Date),
    /// Until this day.
    Expired(Date),
    /// By this entry, after a last day if it says one.
    Retired(u64, Option<Date>),
    /// By this entry.
    Revoked(u64),
}

impl Standing {
    /// As programs read it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::NotYet(_) => "not_yet",
            Self::Expired(_) => "expired",
            Self::Retired(..) => "retired",
            Self::Revoked(_) => "revoked",
        }
    }
}

impl Appointment {
    /// Whether its key may sign on this day.
    pub(super) fn standing(&self, day: Option<Date>) -> Standing {
        if let Some(entry) = self.revoked {
            return Standing::Revoked(entry);
        }
        if let Some((entry, last)) = self.ended.filter(|(_, last)| last.zip(day).is_none_or(|(last, day)| day > last)) {
            return Standing::Retired(entry, last);
        }
        match (self.period, day) {
            ((Some(from), _), Some(day)) if day < from => Standing::NotYet(from),
            ((_, Some(until)), Some(day)) if day > until => Standing::Expired(until),
            _ => Standing::InForce,
        }
    }
}

/// All appointments, by their numbers.
pub(super) fn all(reader: &Reader, origin: &str) -> Result<Vec<Appointment>, StoreError> {
    let mut all = Vec::new();
    for (about, ..) in reader.things("official")? {
        all.extend(appointment(reader, origin, &about)?);
    }
    all.sort_by_key(|one| one.n);
    Ok(all)
}

/// A key without its bytes.
pub(super) fn id_of(vkey: &str) -> String {
    vkey.splitn(3, '+').take(2).collect::<Vec<_>>().join("+")
}

fn appointment(reader: &Reader, origin: &str, about: &str) -> Result<Option<Appointment>, StoreError> {
    let mut found: Option<Appointment> = None;
    for record in reader.timeline(about)? {
        let Some(statement) = reader.statement(record.index, origin)? else { continue };
        let body = statement.body();
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let day = |pointer: &str| Date::parse(text(pointer));
        match (Kind::parse(&record.kind), &mut found) {
            (Some(Kind::OfficialAppointed), _) => {
                found = Some(Appointment {
                    n: number(about.trim_start_matches("official/")).unwrap_or_default(),
                    office: text("/office").to_owned(),
                    person: text("/person").to_owned(),
                    decree: text("/decree_number").to_owned(),
                    period: (day("/period/from"), day("/period/until")),
                    acting: body.get("acting").and_then(Value::as_bool).unwrap_or(false),
                    key: id_of(text("/key")),
                    since: record.index,
                    ended: None,
                    revoked: None,
                });
            }
            (Some(Kind::KeyRotated | Kind::KeyReplaced), Some(one)) => {
                (one.key, one.since, one.revoked) = (id_of(text("/key")), record.index, None);
            }
            (Some(Kind::KeyRevoked), Some(one)) if text("/key") == one.key => one.revoked = Some(record.index),
            (Some(Kind::OfficialRetired), Some(one)) => one.ended = Some((record.index, day("/last_day"))),
            _ => {}
        }
    }
    Ok(found)
}
