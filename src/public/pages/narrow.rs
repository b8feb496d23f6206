//! What a list of grants is narrowed to, as an address says it: shared by the list's page and the API.

use crate::grants::figures::Figure;
use crate::ledger::reader::{GrantQuery, Sort};
use crate::public::answer::Fault;
use crate::public::api::number;
use crate::public::api::parameters::{MAX_VALUE_CHARS, Parameter, Takes};

/// Grants on one page.
pub(in crate::public) const PAGE_SIZE: u32 = 25;
/// The last page that can be asked for.
const MAX_PAGE: u64 = 1_000_000;

/// What grants are sorted into by size: at least the first, less than the second, in minor units.
pub(in crate::public) const SIZES: [(i64, i64); 5] = [
    (0, 25_000_000),
    (25_000_000, 100_000_000),
    (100_000_000, 500_000_000),
    (500_000_000, 1_000_000_000),
    (1_000_000_000, i64::MAX),
];
/// The values of `size`, `sort` and `from` in an address.
const SIZE_NAMES: &[&str] = &["1", "2", "3", "4", "5"];
const SORT_NAMES: &[&str] = &["changed", "size", "year"];
const FROM_NAMES: &[&str] = &["ledger", "before"];
const SORTS: [Sort; 3] = [Sort::Changed, Sort::Size, Sort::Year];

/// A parameter that narrows or orders a list: how its value is read, and printed into an address again.
pub(in crate::public) struct Narrowing {
    pub(in crate::public) parameter: Parameter,
    /// Takes a value over; none where it is not one of those that the parameter takes.
    read: fn(&mut Narrowed, &str) -> Option<()>,
    print: fn(&Narrowed) -> Option<String>,
}

const fn text(name: &'static str, means: &'static str) -> Parameter {
    Parameter { name, means, takes: Takes::Text, must: "be at most 200 characters" }
}

/// Takes a value over, where there is one.
fn set<T>(slot: &mut T, value: Option<T>) -> Option<()> {
    *slot = value?;
    Some(())
}

/// The place of a value among those that a parameter takes.
fn place(names: &[&str], value: &str) -> Option<usize> {
    names.iter().position(|name| *name == value)
}

/// What a list of grants is narrowed by, in the order of an address: one list, one address.
pub(in crate::public) static NARROWINGS: [Narrowing; 11] = [
    Narrowing {
        parameter: text(
            "q",
            "Words that must all occur in recipient, title, document numbers or id, or in a migrated award's recipient number, programme or sponsor; each may be a beginning. Or an id such as `case/12/3`, or its beginning such as `case/12/`. Grants that it names exactly, by id, the number of an entry about them, or a document's number, come first",
        ),
        read: |n, value| set(&mut n.words, Some(value.to_owned())),
        print: |n| (!n.words.is_empty()).then(|| n.words.clone()),
    },
    Narrowing {
        parameter: Parameter {
            name: "year",
            means: "One fiscal year",
            takes: Takes::Number(0, u16::MAX as u64),
            must: "be a year such as 2026",
        },
        read: |n, value| set(&mut n.year, number(value).and_then(|year| u16::try_from(year).ok()).map(Some)),
        print: |n| n.year.map(|year| year.to_string()),
    },
    Narrowing {
        parameter: text("status", "One status, as grants have it"),
        read: |n, value| set(&mut n.status, Some(Some(value.to_owned()))),
        print: |n| n.status.clone(),
    },
    Narrowing {
        parameter: text("field", "One field's code"),
        read: |n, value| set(&mut n.field, Some(Some(value.to_owned()))),
        print: |n| n.field.clone(),
    },
    Narrowing {
        parameter: text("agency", "One agency's code, or for migrated awards its name"),
        read: |n, value| set(&mut n.agency, Some(Some(value.to_owned()))),
        print: |n| n.agency.clone(),
    },
    Narrowing {
        parameter: Parameter {
            name: "org",
            means: "One organisation's number",
            takes: Takes::Number(0, (1 << 53) - 1),
            must: "be the number of an organisation",
        },
        read: |n, value| set(&mut n.organisation, number(value).map(Some)),
        print: |n| n.organisation.map(|org| org.to_string()),
    },
    Narrowing {
        parameter: Parameter {
            name: "from",
            means: "`ledger`: cases; `before`: awards taken over from before the ledger",
            takes: Takes::OneOf(FROM_NAMES),
            must: "be ledger or before",
        },
        read: |n, value| set(&mut n.migrated, place(FROM_NAMES, value).map(|at| Some(at == 1))),
        print: |n| n.migrated.map(|before| FROM_NAMES[usize::from(before)].to_owned()),
    },
    Narrowing {
        parameter: text("stage", "The kind of the last step, such as warrant.issued"),
        read: |n, value| set(&mut n.stage, Some(Some(value.to_owned()))),
        print: |n| n.stage.clone(),
    },
    Narrowing {
        parameter: Parameter {
            name: "size",
            means: "What was paid, or else decreed, or else asked, in minor units: `1` below 25,000,000, `2` below 100,000,000, `3` below 500,000,000, `4` below 1,000,000,000, `5` from there",
            takes: Takes::OneOf(SIZE_NAMES),
            must: "be a number from 1 to 5",
        },
        read: |n, value| set(&mut n.size, place(SIZE_NAMES, value).map(Some)),
        print: |n| n.size.and_then(|at| SIZE_NAMES.get(at)).map(|name| (*name).to_owned()),
    },
    Narrowing {
        parameter: text(
            "flag",
            "Only grants that this flag found something on; `report_missing`: those whose report is overdue",
        ),
        read: |n, value| set(&mut n.flag, Some(Some(value.to_owned()))),
        print: |n| n.flag.clone(),
    },
    Narrowing {
        parameter: Parameter {
            name: "has",
            means: "Only grants that have this one of the eleven amounts",
            takes: Takes::OneOf(&Figure::NAMES),
            must: "be one of the eleven amounts, such as paid",
        },
        read: |n, value| set(&mut n.has, place(&Figure::NAMES, value).map(Some)),
        print: |n| n.has.and_then(|at| Figure::NAMES.get(at)).map(|name| (*name).to_owned()),
    },
];

/// Which grants come first.
pub(in crate::public) static SORT: Narrowing = Narrowing {
    parameter: Parameter {
        name: "sort",
        means: "Which come first, after those that `q` names exactly: the one that changed last (as if absent), the largest, or the one of the latest fiscal year",
        takes: Takes::OneOf(SORT_NAMES),
        must: "be changed, size or year",
    },
    read: |n, value| set(&mut n.sort, place(SORT_NAMES, value).map(|at| SORTS[at])),
    print: |n| {
        let at = SORTS.iter().position(|sort| *sort == n.sort && *sort != Sort::default())?;
        Some(SORT_NAMES[at].to_owned())
    },
};

/// Which page.
pub(in crate::public) static PAGE: Parameter = Parameter {
    name: "page",
    means: "Which page, from 1; a page has 25",
    takes: Takes::Number(1, MAX_PAGE),
    must: "be a page from 1 to 1000000",
};

/// The page that a value names.
fn page(value: &str) -> Option<u32> {
    number(value).filter(|page| (1..=MAX_PAGE).contains(page)).and_then(|page| u32::try_from(page).ok())
}

/// The page that a query asks for; the first where it asks for none.
pub(in crate::public) fn page_of(pairs: &[(String, String)]) -> Result<u32, Fault> {
    match pairs.iter().rev().find(|(name, value)| name == PAGE.name && !value.is_empty()) {
        None => Ok(1),
        Some((_, value)) => page(value).ok_or(Fault::parameter(&PAGE)),
    }
}

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
            if *name == PAGE.name {
                narrowed.page = page(value).ok_or(Fault::parameter(&PAGE))?;
                continue;
            }
            let mut known = NARROWINGS.iter().chain([&SORT]);
            let Some(narrowing) = known.find(|known| known.parameter.name == name) else { continue };
            let fits = value.chars().count() <= MAX_VALUE_CHARS;
            let read = fits.then(|| (narrowing.read)(&mut narrowed, value)).flatten();
            read.ok_or(Fault::parameter(&narrowing.parameter))?;
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
        let all = NARROWINGS.iter().chain([&SORT]);
        all.filter_map(|one| Some((one.parameter.name, (one.print)(self)?))).collect()
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
pub(in crate::public) fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
