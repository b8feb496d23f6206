//! The two faces that are shipped, and how wide their letters are.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};

/// How letters look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Plain,
    Bold,
}

struct Typeface {
    font: Font,
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    units: f32,
}

impl Typeface {
    fn read(bytes: &'static [u8]) -> Self {
        let face = FontRef::new(bytes).expect("the font that is built in is one");
        let font = Font::new(bytes.to_vec().into(), 0).expect("the font that is built in is one");
        let widths = face.glyph_metrics(Size::unscaled(), LocationRef::default());
        Self { letters: face.charmap(), widths, units: font.units_per_em(), font }
    }
}

static PLAIN: LazyLock<Typeface> = LazyLock::new(|| Typeface::read(include_bytes!("Roboto-Regular.ttf")));
static BOLD: LazyLock<Typeface> = LazyLock::new(|| Typeface::read(include_bytes!("Roboto-Bold.ttf")));

impl Face {
    fn typeface(self) -> &'static Typeface {
        match self {
            Self::Plain => &PLAIN,
            Self::Bold => &BOLD,
        }
    }

    pub(super) fn font(self) -> Font {
        self.typeface().font.clone()
    }

    /// A text that this face has every letter of.
    pub(super) fn printable(self, text: &str) -> String {
        let has = |c: char| self.typeface().letters.map(c).is_some_and(|glyph| glyph.to_u32() != 0);
        text.chars().map(|c| if has(c) && !c.is_control() { c } else { '?' }).collect()
    }

    /// In points, of a text in letters of so many points.
    pub(super) fn width(self, text: &str, size: f32) -> f32 {
        self.glyphs(text).iter().map(|glyph| glyph.x_advance * size).sum()
    }

    /// Of a printable text.
    pub(super) fn glyphs(self, text: &str) -> Vec<KrillaGlyph> {
        let Typeface { letters, widths, units, .. } = self.typeface();
        let glyph = |(at, c): (usize, char)| {
            let id = letters.map(c).unwrap_or_default();
            let advance = widths.advance_width(id).unwrap_or_default() / units;
            KrillaGlyph::new(GlyphId::new(id.to_u32()), advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
        };
        text.char_indices().map(glyph).collect()
    }
}
