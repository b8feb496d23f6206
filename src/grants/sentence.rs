//! What the rule book tells people, in both languages. They stand side by side where they are written, and are filled
//! with the same values, so that neither can be changed without the other in sight.

use std::fmt;

/// A sentence, or a part of one, in English and in Indonesian. In a format it is English, and Indonesian with `#`, as
/// are a [`Both`], an amount, a day and a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    english: String,
    indonesian: String,
}

impl Sentence {
    /// Both languages; [`sentence!`] is how they are written.
    pub(crate) fn of(english: String, indonesian: String) -> Self {
        Sentence { english, indonesian }
    }

    /// A sentence that nobody has put into Indonesian: readers of both languages get the English. Rule set 0, profiles,
    /// which operators write, and what the log's errors say; where else, `tests/it/tidy/sentences.rs` tells.
    pub(crate) fn only_english(english: impl Into<String>) -> Self {
        let english = english.into();
        Sentence { indonesian: english.clone(), english }
    }

    /// An id or a name, which is the same in both.
    pub(crate) fn name(name: &str) -> Self {
        Sentence::of(name.to_owned(), name.to_owned())
    }

    /// Several, with these words between.
    pub(crate) fn joined(parts: &[Sentence], between: Both) -> Self {
        let join = |of: fn(&Sentence) -> &str, between| parts.iter().map(of).collect::<Vec<_>>().join(between);
        Sentence::of(join(Sentence::english, between.0), join(Sentence::indonesian, between.1))
    }

    /// The English, for programs, operators and English pages.
    pub fn english(&self) -> &str {
        &self.english
    }

    /// The Indonesian.
    pub fn indonesian(&self) -> &str {
        &self.indonesian
    }
}

impl From<Both> for Sentence {
    fn from(Both(english, indonesian): Both) -> Self {
        Sentence::of(english.to_owned(), indonesian.to_owned())
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { &self.indonesian } else { &self.english })
    }
}

/// A few fixed words, English first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both(pub &'static str, pub &'static str);

impl fmt::Display for Both {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { self.1 } else { self.0 })
    }
}

/// A [`Sentence`] of two formats, English first, which take the same values.
macro_rules! sentence {
    ($english:literal, $indonesian:literal $(, $value:expr)* $(,)?) => {
        $crate::grants::sentence::Sentence::of(
            std::fmt::format(format_args!($english $(, $value)*)),
            std::fmt::format(format_args!($indonesian $(, $value)*)),
        )
    };
}
pub(crate) use sentence;
