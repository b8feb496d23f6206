//! Pages as the bytes of a PDF.

use std::num::NonZeroU16;

use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::luma;
use krilla::configure::{Accessibility, Archival, Configuration, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};

use super::Paper;
use super::layout::{Laid, MARGIN, Mark, PAGE, Part, Role};
use super::typeface::Face;
use crate::grants::time::Timestamp;

/// At the bottom of pages.
const FOOT: f32 = 8.0;

pub(super) fn pdf(paper: &Paper, laid: &Laid) -> Result<Vec<u8>, String> {
    let configuration = configuration()?;
    let settings = SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let mut pieces: Vec<Option<Identifier>> = vec![None; laid.pieces];
    let page_size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("a page has no size")?;
    for (at, marks) in laid.pages.iter().enumerate() {
        let mut page = document.start_page_with(page_size.clone());
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, &mut pieces);
        }
        let foot = format!("{} · {}/{}", paper.foot, at + 1, laid.pages.len());
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)));
        letters(&mut surface, (MARGIN, PAGE.1 - MARGIN), FOOT, Face::Plain, &Face::Plain.printable(&foot));
        surface.end_tagged();
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(paper.lang.code().to_owned()));
    for part in &laid.tree {
        tree.push(node(part, &mut pieces)?);
    }
    document.set_tag_tree(tree);
    let mut outline = Outline::new();
    for (text, page, y) in &laid.outline {
        outline.push_child(OutlineNode::new(text.clone(), XyzDestination::new(*page, Point::from_xy(MARGIN, *y))));
    }
    document.set_outline(outline);
    let metadata = Metadata::new().title(paper.title.clone()).language(paper.lang.code().to_owned());
    document.set_metadata(metadata.creator("hibah".to_owned()).creation_date(date(paper.at)));
    document.finish().map_err(|fault| format!("the page could not be made: {fault:?}"))
}

fn configuration() -> Result<Configuration, String> {
    let builder = ConfigurationBuilder::new().with_archival_validator(Archival::A2_A);
    let built = builder.with_accessibility_validator(Accessibility::UA1).finish();
    built.map_err(|fault| format!("no such form of PDF: {fault:?}"))
}

/// In UTC, to the second.
fn date(at: Timestamp) -> DateTime {
    let (day, s) = (at.local_date(0), at.ms().rem_euclid(86_400_000) / 1000);
    // Each is less than 60.
    let two = |n: i64| u8::try_from(n).unwrap_or_default();
    let date = DateTime::new(day.year()).month(day.month()).day(day.day());
    date.hour(two(s / 3600)).minute(two(s / 60 % 60)).second(two(s % 60)).utc_offset_hour(0).utc_offset_minute(0)
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, pieces: &mut [Option<Identifier>]) {
    match mark {
        Mark::Letters { piece, x, y, size, face, text } => {
            pieces[*piece] = Some(surface.start_tagged(ContentTag::Span(SpanTag::empty())));
            letters(surface, (*x, *y), *size, *face, text);
            surface.end_tagged();
        }
        Mark::Rule { x, y, width } => {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            fill(surface, 190, rectangles([(*x, *y, *width, 0.4)].into_iter()));
            surface.end_tagged();
        }
        Mark::Modules { piece, x, y, unit, runs } => {
            pieces[*piece] = Some(surface.start_tagged(ContentTag::Other));
            let dark = runs.iter().map(|[from, row, length]| {
                let at = |n: usize| n as f32 * unit;
                (x + at(*from), y + at(*row), at(*length), *unit)
            });
            fill(surface, 0, rectangles(dark));
            surface.end_tagged();
        }
    }
}

fn letters(surface: &mut Surface<'_>, (x, y): (f32, f32), size: f32, face: Face, text: &str) {
    surface.set_fill(Some(Fill { paint: luma::Color::black().into(), ..Fill::default() }));
    surface.draw_glyphs(Point::from_xy(x, y), &face.glyphs(text), face.font(), text, size, false);
}

fn rectangles(all: impl Iterator<Item = (f32, f32, f32, f32)>) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y, width, height) in all {
        path.push_rect(Rect::from_xywh(x, y, width, height)?);
    }
    path.finish()
}

fn fill(surface: &mut Surface<'_>, lightness: u8, path: Option<Path>) {
    surface.set_fill(Some(Fill { paint: luma::Color::new(lightness).into(), ..Fill::default() }));
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

fn node(part: &Part, pieces: &mut [Option<Identifier>]) -> Result<Node, String> {
    match part {
        // Each piece is drawn once and stands at one place of the tree.
        Part::Piece(at) => Ok(pieces[*at].take().ok_or("a piece of the page was not drawn")?.into()),
        Part::Group(role, parts) => {
            let children = parts.iter().map(|part| node(part, pieces)).collect::<Result<_, _>>()?;
            Ok(TagGroup::with_children(tag(role), children).into())
        }
    }
}

fn tag(role: &Role) -> TagKind {
    match role {
        Role::Title(words) => Tag::Hn(NonZeroU16::MIN, Some(words.clone())).into(),
        Role::Heading(words) => Tag::Hn(NonZeroU16::MIN.saturating_add(1), Some(words.clone())).into(),
        Role::Paragraph => Tag::P.into(),
        Role::Table => Tag::Table.into(),
        Role::Row => Tag::TR.into(),
        Role::LabelOfRow => Tag::TH(TableHeaderScope::Row).into(),
        Role::LabelOfColumn => Tag::TH(TableHeaderScope::Column).into(),
        Role::Cell => Tag::TD.into(),
        Role::Picture(words) => Tag::Figure(Some(words.clone())).into(),
    }
}
