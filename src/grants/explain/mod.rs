//! What the rule book says in words: each kind of statement, each rule, each flag, in Indonesian and English.
//!
//! The prose is data, `schema/explain/*.toml`, read once. [`sections`] puts it in order together with what follows from
//! the program itself; [`page`] and [`terminal`] write it down. `docs/rules/` is made of nothing else.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::kinds::Kind;
use super::rules::Rule;
use super::shape::Field;

pub mod page;
pub mod sections;
pub mod terminal;

static KINDS: LazyLock<Vec<KindProse>> = LazyLock::new(|| {
    let file: KindFile = toml::from_str(include_str!("../../../schema/explain/kinds.toml"))
        .expect("schema/explain/kinds.toml has the form of KindFile");
    file.kind
});

static RULES: LazyLock<Vec<RuleProse>> = LazyLock::new(|| {
    let file: RuleFile = toml::from_str(include_str!("../../../schema/explain/rules.toml"))
        .expect("schema/explain/rules.toml has the form of RuleFile");
    file.rule
});

static FLAGS: LazyLock<Vec<FlagProse>> = LazyLock::new(|| {
    let file: FlagFile = toml::from_str(include_str!("../../../schema/explain/flags.toml"))
        .expect("schema/explain/flags.toml has the form of FlagFile");
    file.flag
});

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Indonesian.
    Id,
    /// English.
    En,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Both {
    /// Indonesian.
    pub id: String,
    /// English.
    pub en: String,
}

impl Both {
    /// The text in both languages.
    pub fn new(id: impl Into<String>, en: impl Into<String>) -> Self {
        Both { id: id.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Id => &self.id,
            Language::En => &self.en,
        }
    }
}

/// One way of a case: which case it is for, and its stages in order, as the profile says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// `grant`, `assistance_planned` or `assistance_unplanned`.
    pub way: String,
    /// `money`, `goods` or `services`.
    pub form: String,
    /// Names of kinds, in order.
    pub stages: Vec<String>,
}

/// A text whose runs of white space are one space each, so that its file can break lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line(String);

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Ok(Line(text.split_whitespace().collect::<Vec<_>>().join(" ")))
    }
}

/// Texts in both languages, named `<name>_id` and `<name>_en` in the file, and the law.
macro_rules! prose {
    ($(#[$doc:meta])* $name:ident { $($plain:ident: $type:ty,)* } texts { $($text:ident: $id:ident, $en:ident;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($plain: $type,)*
            $($id: Line, $en: Line,)*
            law: Vec<String>,
            law_id: Option<Line>,
            law_en: Option<Line>,
        }

        impl $name {
            $(fn $text(&self) -> Both {
                Both::new(self.$id.0.as_str(), self.$en.0.as_str())
            })*

            fn law_says(&self) -> Option<Both> {
                Some(Both::new(self.law_id.as_ref()?.0.as_str(), self.law_en.as_ref()?.0.as_str()))
            }
        }
    };
}

prose! {
    /// What is said of a kind.
    KindProse { kind: String, about: Vec<String>, after: Vec<String>, before: Vec<String>, example: String, }
    texts { what: what_id, what_en; who: who_id, who_en; }
}

prose! {
    /// What is said of a rule.
    RuleProse { rule: String, kinds: Vec<String>, }
    texts {
        what: what_id, what_en; why: why_id, why_en; example: example_id, example_en; remedy: remedy_id, remedy_en;
        exceptions: exceptions_id, exceptions_en;
    }
}

prose! {
    /// What is said of a flag.
    FlagProse { flag: String, }
    texts {
        title: title_id, title_en; method: method_id, method_en; example: example_id, example_en; why: why_id, why_en;
        data: data_id, data_en; exceptions: exceptions_id, exceptions_en;
    }
}

#[derive(Deserialize)]
struct KindFile {
    kind: Vec<KindProse>,
}

#[derive(Deserialize)]
struct RuleFile {
    rule: Vec<RuleProse>,
}

#[derive(Deserialize)]
struct FlagFile {
    flag: Vec<FlagProse>,
}

impl KindProse {
    /// A body of this kind, as it is signed.
    pub fn example(&self) -> &str {
        &self.example
    }

    /// The kinds that it names as coming before or after it.
    pub fn neighbours(&self) -> impl Iterator<Item = &str> {
        self.after.iter().chain(&self.before).map(String::as_str)
    }
}

impl RuleProse {
    /// Whether the rule may refuse a statement of this kind.
    pub fn may_refuse(&self, kind: &str) -> bool {
        self.is_for_all() || self.kinds.iter().any(|name| name == kind)
    }

    /// The kinds that it names; `*` is all of them.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    fn is_for_all(&self) -> bool {
        self.kinds.iter().any(|name| name == "*")
    }
}

/// What can be explained.
#[derive(Debug, Clone, Copy)]
pub enum Topic {
    /// A kind of statement.
    Kind(Kind, &'static KindProse),
    /// A rule by which statements are refused.
    Rule(Rule, &'static RuleProse),
    /// A flag, which is shown and refuses nothing.
    Flag(&'static FlagProse),
}

impl Topic {
    /// All that can be explained: kinds, rules, flags, each in its own order.
    pub fn all() -> Vec<Topic> {
        let kinds = KINDS.iter().filter_map(|prose| Some(Topic::Kind(Kind::parse(&prose.kind)?, prose)));
        let rules = RULES.iter().filter_map(|prose| Some(Topic::Rule(rule(&prose.rule)?, prose)));
        kinds.chain(rules).chain(FLAGS.iter().map(Topic::Flag)).collect()
    }

    /// The topic of this name, whatever its case: `warrant.issued`, `B6`, `b6`, `report_late`.
    pub fn find(name: &str) -> Option<Topic> {
        Topic::all().into_iter().find(|topic| topic.name().eq_ignore_ascii_case(name))
    }

    /// At most five topics whose name or title is close to this text, the closest first.
    pub fn nearest(text: &str) -> Vec<Topic> {
        let wanted = text.to_lowercase();
        let mut ranked: Vec<(usize, Topic)> =
            Topic::all().into_iter().filter_map(|topic| Some((distance(&wanted, &topic)?, topic))).collect();
        // A stable sort: what is equally close keeps the order of the book.
        ranked.sort_by_key(|(distance, _)| *distance);
        if ranked.first().is_some_and(|(distance, _)| *distance <= 1) {
            ranked.retain(|(distance, _)| *distance <= 1);
        }
        ranked.into_iter().take(5).map(|(_, topic)| topic).collect()
    }

    /// Its name, which is also the name of its page.
    pub fn name(&self) -> &'static str {
        match self {
            Topic::Kind(kind, _) => kind.name(),
            Topic::Rule(rule, _) => rule.code(),
            Topic::Flag(prose) => &prose.flag,
        }
    }

    /// Its title.
    pub fn title(&self) -> Both {
        match self {
            Topic::Kind(kind, _) => Both::new(kind.title_id(), kind.title_en()),
            Topic::Rule(rule, _) => Both::new(rule.title_id(), rule.title_en()),
            Topic::Flag(prose) => prose.title(),
        }
    }

    /// Which sort of topic it is: `kind`, `rule` or `flag`.
    pub fn sort(&self) -> &'static str {
        match self {
            Topic::Kind(..) => "kind",
            Topic::Rule(..) => "rule",
            Topic::Flag(..) => "flag",
        }
    }

    /// The prose as it is in its file.
    ///
    /// # Errors
    /// None that a file that was read can have.
    pub fn record(&self) -> Result<Value, serde_json::Error> {
        match self {
            Topic::Kind(_, prose) => serde_json::to_value(prose),
            Topic::Rule(_, prose) => serde_json::to_value(prose),
            Topic::Flag(prose) => serde_json::to_value(prose),
        }
    }
}

/// How far a text is from a topic: 0 if its name has the text in it, 1 if a title has it; else 1 and the letters to change
/// in its name, in a part of its name or in a word of a title; `None` if those are many.
fn distance(wanted: &str, topic: &Topic) -> Option<usize> {
    let title = topic.title();
    let heard = [topic.name(), &title.id, &title.en].map(str::to_lowercase);
    if wanted.chars().count() >= 3
        && let Some(at) = heard.iter().position(|text| text.contains(wanted))
    {
        return Some(at.min(1));
    }
    let parts = heard.iter().flat_map(|text| text.split(['.', '_', ' ', '(', ')']));
    let near = parts.chain([heard[0].as_str()]).filter_map(|part| {
        let letters = part.chars().count();
        let distance = strsim::damerau_levenshtein(part, wanted);
        (letters >= 3 && distance * 3 <= letters).then_some(1 + distance)
    });
    near.min()
}

/// The rules that may refuse a statement of this kind, in order.
pub fn rules_of(kind: &str) -> Vec<Rule> {
    RULES.iter().filter(|prose| prose.may_refuse(kind)).filter_map(|prose| rule(&prose.rule)).collect()
}

fn rule(code: &str) -> Option<Rule> {
    Rule::ALL.iter().copied().find(|rule| rule.code() == code)
}

/// What a page needs beyond its prose.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The ways of a case, from the profile.
    pub ways: &'a [Way],
    /// The fields of the body, for a kind.
    pub fields: &'a [Field],
}
