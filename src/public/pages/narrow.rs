//! What a list of grants is narrowed to, as an address says it: shared by the list's page and the API.

use crate::grants::figures::Figure;
use crate::ledger::reader::{GrantQuery, Sort};
use crate::public::answer::Fault;
use crate::public::api::number;

/// Grants on one page.
pub(in crate::public) const PAGE_SIZE: u32 = 25;
/// The last page that can be asked for.
const MAX_PAGE: u64 = 1_000_000;
/// The longest value of a parameter, in characters.
const MAX_VALUE_CHARS: usize = 200;

/// What grants are sorted into by size: at least the first, less than the second, in minor units.
pub(in crate::public) const SIZES: [(i64, i64); 5] = [
    (0, 25_000_000),
    (25_000_000, 100_000_000),
    (100_000_000, 500_000_000),
    (500_000_000, 1_000_000_000),
    (1_000_000_000, i64::MAX),
];
/// The values of `size` and `sort` in an address.
const SIZE_NAMES: [&str; SIZES.len()] = ["1", "2", "3", "4", "5"];
const SORTS: [(&str, Sort); 3] = [("changed", Sort::Changed), ("size", Sort::Size), ("year", Sort::Year)];

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
    /// One agency's code.
    pub(in crate::public) agency: Option<String>,
    /// One organisation.
    pub(in crate::public) organisation: Option<u64>,
    /// Only awards from before the ledger, or none of them.
    pub(in crate::public) migrated: Option<bool>,
    /// The kind of the last step.
    pub(in crate::public) stage: Option<String>,
    /// One of [`SIZES`].
    pub(in crate::public) size: Option<usize>,
    /// One flag, or `report_missing`.
    pub(in crate::public) flag: Option<String>,
    /// Which come first.
    pub(in crate::public) sort: Sort,
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
                "agency" => narrowed.agency = Some(value.to_owned()),
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
                "stage" => narrowed.stage = Some(value.to_owned()),
                "flag" => narrowed.flag = Some(value.to_owned()),
                "size" => {
                    let at = SIZE_NAMES.iter().position(|name| *name == value);
                    narrowed.size = Some(at.ok_or(Fault::Parameter("size", "be a number from 1 to 5"))?);
                }
                "sort" => {
                    let sort = SORTS.iter().find(|(name, _)| *name == value).map(|(_, sort)| *sort);
                    narrowed.sort = sort.ok_or(Fault::Parameter("sort", "be changed, size or year"))?;
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
            agency: self.agency.clone(),
            organisation: self.organisation,
            migrated: self.migrated,
            stage: self.stage.clone(),
            size: self.size.and_then(|at| SIZES.get(at)).copied(),
            flag: self.flag.clone(),
            sort: self.sort,
            amount: self.has,
            offset: (self.page - 1) * PAGE_SIZE,
            limit: PAGE_SIZE,
        }
    }

    /// The parameters in a fixed order, without the page: one list, one address.
    pub(in crate::public) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        if !self.words.is_empty() {
            pairs.push(("q", self.words.clone()));
        }
        pairs.extend(self.year.map(|year| ("year", year.to_string())));
        pairs.extend(self.status.clone().map(|status| ("status", status)));
        pairs.extend(self.field.clone().map(|field| ("field", field)));
        pairs.extend(self.agency.clone().map(|agency| ("agency", agency)));
        pairs.extend(self.organisation.map(|n| ("org", n.to_string())));
        pairs.extend(self.migrated.map(|before| ("from", if before { "before" } else { "ledger" }.to_owned())));
        pairs.extend(self.stage.clone().map(|stage| ("stage", stage)));
        pairs.extend(self.size.and_then(|at| SIZE_NAMES.get(at)).map(|name| ("size", (*name).to_owned())));
        pairs.extend(self.flag.clone().map(|flag| ("flag", flag)));
        pairs.extend(self.has.and_then(|at| Figure::NAMES.get(at)).map(|name| ("has", (*name).to_owned())));
        let sort = SORTS.iter().find(|(_, sort)| *sort == self.sort && self.sort != Sort::default());
        pairs.extend(sort.map(|(name, _)| ("sort", (*name).to_owned())));
        pairs
    }

    /// `?` and the parameters, or nothing.
    pub(in crate::public) fn address(&self) -> String {
        let page = (self.page > 1).then(|| ("page", self.page.to_string()));
        let pairs = self.pairs().into_iter().chain(page);
        let printed: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", escape(&value))).collect();
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
pub(super) fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
