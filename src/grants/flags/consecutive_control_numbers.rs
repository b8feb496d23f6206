//! Two applicants on one street get consecutive control numbers on one day: one hand may have carried both.

use std::collections::BTreeMap;

use super::{Finding, Flag, Seen};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::one::bodies::{Address, Body};
use crate::grants::time::Date;

/// How many of the latest days are remembered: entries of one day are recorded within weeks.
const DAYS: usize = 90;

/// Streets of organisations, and the control numbers of the latest days.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    streets: BTreeMap<u64, Street>,
    days: BTreeMap<Date, BTreeMap<(String, u64), CaseId>>,
}

/// A street in a city, without the house number.
type Street = (String, String);

impl Numbers {
    pub(super) fn see(&mut self, seen: &Seen<'_>) -> Vec<Finding> {
        match (seen.body, seen.envelope.about) {
            (Body::OrganisationRegistered(body), About::Org(n)) => self.moved_to(n, &body.address),
            (Body::OrganisationAmended(body), About::Org(n)) => {
                if let Some(address) = &body.address {
                    self.moved_to(n, address);
                }
            }
            (Body::CompletenessChecked(body), About::Case(id)) => {
                return self.numbered(seen, id, &body.control_number.0);
            }
            _ => {}
        }
        Vec::new()
    }

    fn moved_to(&mut self, org: u64, address: &Address) {
        let text = |text: &Option<crate::grants::shape::Text>| text.as_ref().map_or("", |text| &text.0).to_lowercase();
        let street = without_number(&text(&address.street));
        if street.is_empty() {
            self.streets.remove(&org);
        } else {
            self.streets.insert(org, (street, text(&address.city)));
        }
    }

    fn street_of(&self, id: CaseId) -> Option<&Street> {
        match id.owner {
            CaseOwner::Org(n) => self.streets.get(&n),
            CaseOwner::Agency(_) => None,
        }
    }

    fn numbered(&mut self, seen: &Seen<'_>, id: CaseId, number: &str) -> Vec<Finding> {
        let Some((prefix, n)) = split(number) else { return Vec::new() };
        let day = seen.envelope.event_date;
        let known = self.days.entry(day).or_default();
        let beside: Vec<CaseId> = [n.checked_sub(1), n.checked_add(1)]
            .into_iter()
            .flatten()
            .filter_map(|n| known.get(&(prefix.clone(), n)).copied())
            .filter(|other| other.owner != id.owner)
            .collect();
        known.insert((prefix, n), id);
        while self.days.len() > DAYS {
            self.days.pop_first();
        }
        let street = self.street_of(id);
        let same: Vec<CaseId> =
            beside.into_iter().filter(|&other| street.is_some() && self.street_of(other) == street).collect();
        let finding = |case: CaseId, other: CaseId| Finding {
            flag: Flag::ConsecutiveControlNumbers,
            case,
            entry: seen.index,
            others: vec![other],
            facts: vec![("number", number.to_owned()), ("day", day.to_string())],
        };
        same.into_iter().flat_map(|other| [finding(id, other), finding(other, id)]).collect()
    }
}

/// `978/1819` is `978/` and 1819.
fn split(number: &str) -> Option<(String, u64)> {
    let digits = number.len() - number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (prefix, n) = number.split_at(number.len() - digits);
    Some((prefix.to_owned(), n.parse().ok()?))
}

/// `jl. contoh no. 10` and `jalan contoh 12` are one street.
fn without_number(street: &str) -> String {
    let words = street.split(|c: char| c.is_whitespace() || c == ',' || c == '.');
    let words = words.filter(|word| !word.is_empty() && !matches!(*word, "jalan" | "jl" | "jln" | "no" | "nomor"));
    let words: Vec<&str> = words.take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit())).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{split, without_number};

    #[test]
    fn streets_and_numbers_are_told_apart() {
        assert_eq!(without_number("jl. contoh no. 10"), without_number("jalan contoh 12"));
        assert_ne!(without_number("jalan contoh raya 1"), without_number("jalan contoh 1"));
        assert_eq!(without_number("10"), "");
        assert_eq!(split("978/1819"), Some(("978/".to_owned(), 1819)));
        assert_eq!(split("978/A"), None);
    }
}
