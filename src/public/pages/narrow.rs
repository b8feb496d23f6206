//! What a list of grants is narrowed to, as an address says it: shared by the list's page and the API.

use crate::grants::figures::Figure;
use crate::ledger::reader::GrantQuery;
use crate::public::answer::Fault;
use crate::public::api::number;

/// Grants on one page.
pub(in crate::public) const PAGE_SIZE: u32 = 25;
/// The last page that can be asked for.
const MAX_PAGE: u64 = 1_000_000;
/// The longest value of a parameter, in characters.
const MAX_VALUE_CHARS: usize = 200;

/// A list's parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::public) struct Narrowed {
    /// Words to look for.
    pub(in crate::public) words: String,
    /// One fiscal year.
    pub(in crate::public) year: Option<u16>,
    /// One status.
    pub(in crate::public) status: Option<String>,
    /// One field's code.
    pub(in crate::public) field: Option<String>,
    /// One organisation.
    pub(in crate::public) organisation: Option<u64>,
    /// Only awards from before the ledger, or none of them.
    pub(in crate::public) migrated: Option<bool>,
    /// Only grants with this amount: a place in [`Figure`].
    pub(in crate::public) has: Option<usize>,
    /// Which page, from 1.
    pub(in crate::public) page: u32,
}

impl Narrowed {
    /// Reads the parameters of an address; unknown ones are passed over, empty ones are as if absent.
    pub(in crate::public) fn read(pairs: &[(String, String)]) -> Result<Self, Fault> {
        let mut narrowed = Self { page: 1, ..Self::default() };
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            if value.chars().count() > MAX_VALUE_CHARS {
                return Err(Fault::Parameter("q", "be at most 200 characters"));
            }
            match name.as_str() {
                "q" => narrowed.words = value.to_owned(),
                "year" => {
                    let year = number(value).and_then(|n| u16::try_from(n).ok());
                    narrowed.year = Some(year.ok_or(Fault::Parameter("year", "be a year such as 2026"))?);
                }
                "status" => narrowed.status = Some(value.to_owned()),
                "field" => narrowed.field = Some(value.to_owned()),
                "org" => {
                    let n = number(value).ok_or(Fault::Parameter("org", "be the number of an organisation"))?;
                    narrowed.organisation = Some(n);
                }
                "from" => {
                    narrowed.migrated = Some(match value {
                        "before" => true,
                        "ledger" => false,
                        _ => return Err(Fault::Parameter("from", "be ledger or before")),
                    });
                }
                "has" => {
                    let at = Figure::NAMES.iter().position(|amount| *amount == value);
                    narrowed.has =
                        Some(at.ok_or(Fault::Parameter("has", "be one of the eleven amounts, such as paid"))?);
                }
                "page" => {
                    let page = number(value).filter(|page| (1..=MAX_PAGE).contains(page));
                    let page = page.and_then(|page| u32::try_from(page).ok());
                    narrowed.page = page.ok_or(Fault::Parameter("page", "be a page from 1 to 1000000"))?;
                }
                _ => {}
            }
        }
        Ok(narrowed)
    }

    /// The query of one page.
    pub(in crate::public) fn query(&self) -> GrantQuery {
        GrantQuery {
            words: self.words.clone(),
            fiscal_year: self.year,
            status: self.status.clone(),
            field: self.field.clone(),
            agency: None,
            organisation: self.organisation,
            migrated: self.migrated,
            amount: self.has,
            offset: (self.page - 1) * PAGE_SIZE,
            limit: PAGE_SIZE,
        }
    }

    /// `?` and the parameters in a fixed order, or nothing: one list, one address.
    pub(in crate::public) fn address(&self) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        if !self.words.is_empty() {
            pairs.push(("q", self.words.clone()));
        }
        pairs.extend(self.year.map(|year| ("year", year.to_string())));
        pairs.extend(self.status.clone().map(|status| ("status", status)));
        pairs.extend(self.field.clone().map(|field| ("field", field)));
        pairs.extend(self.organisation.map(|n| ("org", n.to_string())));
        pairs.extend(self.migrated.map(|before| ("from", if before { "before" } else { "ledger" }.to_owned())));
        pairs.extend(self.has.and_then(|at| Figure::NAMES.get(at)).map(|name| ("has", (*name).to_owned())));
        if self.page > 1 {
            pairs.push(("page", self.page.to_string()));
        }
        let printed: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        if printed.is_empty() { String::new() } else { format!("?{}", printed.join("&")) }
    }

    /// As [`Narrowed::address`], of the whole list whatever the page.
    pub(in crate::public) fn address_of_all(&self) -> String {
        self.with(|_| {}).address()
    }

    /// The first page of the same list after `change`.
    pub(in crate::public) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        other.page = 1;
        change(&mut other);
        other
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
