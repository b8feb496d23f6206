//! Where each line of a paper is: what a page has, and what belongs to what for who listens to it.

use super::typeface::Face::{self, Bold, Plain};
use super::{Block, Paper};

/// A4, in points of 1/72 inch.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// Around the text: two centimetres.
pub(super) const MARGIN: f32 = 56.7;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const BOTTOM: f32 = PAGE.1 - MARGIN - 16.0;
/// Sizes of letters.
const TEXT: f32 = 10.0;
const SMALL: f32 = 8.5;
const HEADING: f32 = 12.0;
const TITLE: f32 = 18.0;
/// From one line to the next, for letters of one point.
const LEADING: f32 = 1.38;
/// What labels have.
const LABELS: f32 = 132.0;
/// Of a QR code: at the usual size a module is a millimetre or so.
const QR: f32 = 118.0;

/// What is printed on a page.
pub(super) enum Mark {
    Letters {
        piece: usize,
        x: f32,
        y: f32,
        size: f32,
        face: Face,
        text: String,
    },
    /// A thin line from left to right.
    Rule {
        x: f32,
        y: f32,
        width: f32,
    },
    /// Dark modules: from, row, length.
    Modules {
        piece: usize,
        x: f32,
        y: f32,
        unit: f32,
        runs: Vec<[usize; 3]>,
    },
}

/// What something is for who listens.
pub(super) enum Role {
    Title(String),
    Heading(String),
    Paragraph,
    Table,
    Row,
    LabelOfRow,
    LabelOfColumn,
    Cell,
    Picture(String),
}

/// The paper as a tree.
pub(super) enum Part {
    Group(Role, Vec<Part>),
    Piece(usize),
}

/// A paper on its pages.
pub(super) struct Laid {
    pub(super) pages: Vec<Vec<Mark>>,
    pub(super) tree: Vec<Part>,
    /// Title and headings, each with its page and how far down it is.
    pub(super) outline: Vec<(String, usize, f32)>,
    /// How many pieces the tree has.
    pub(super) pieces: usize,
}

/// Lays a paper out.
pub(super) fn pages(paper: &Paper) -> Laid {
    let mut layer = Layer { pages: vec![Vec::new()], y: MARGIN, outline: Vec::new(), pieces: 0 };
    let tree = paper.blocks.iter().map(|block| layer.block(block)).collect();
    Laid { pages: layer.pages, tree, outline: layer.outline, pieces: layer.pieces }
}

/// Lines that fit; a word that is too long for one is cut. In time that grows with the text alone: the width of a line is kept,
/// which is right as long as letters stand beside each other without kerning.
fn wrapped(text: &str, width: f32, face: Face, size: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n').map(|paragraph| face.printable(paragraph)) {
        let (mut line, mut used) = (String::new(), 0.0);
        for word in paragraph.split_inclusive(' ') {
            if !line.is_empty() && used + face.width(word.trim_end(), size) > width {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            for c in word.chars() {
                let advance = face.width(c.encode_utf8(&mut [0; 4]), size);
                if c != ' ' && !line.is_empty() && used + advance > width {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(c);
                used += advance;
            }
        }
        lines.push(line);
    }
    lines
}

struct Layer {
    pages: Vec<Vec<Mark>>,
    /// The top of what comes next.
    y: f32,
    outline: Vec<(String, usize, f32)>,
    pieces: usize,
}

impl Layer {
    /// Readers find their way by it.
    fn heading(&mut self, text: &str) -> String {
        self.outline.push((text.to_owned(), self.pages.len() - 1, self.y));
        text.to_owned()
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn piece(&mut self) -> usize {
        self.pieces += 1;
        self.pieces - 1
    }

    /// Goes to a new page where so much has no room.
    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    /// A line whose top is `down` below what comes next.
    fn letters(&mut self, x: f32, down: f32, text: &str, face: Face, size: f32) -> Part {
        let (piece, y) = (self.piece(), self.y + down + size);
        self.put(Mark::Letters { piece, x, y, size, face, text: text.to_owned() });
        Part::Piece(piece)
    }

    /// Lines one below the other, which may go on on the next page.
    fn lines(&mut self, x: f32, lines: &[String], face: Face, size: f32) -> Vec<Part> {
        let mut parts = Vec::new();
        for line in lines {
            self.room(size * LEADING);
            parts.push(self.letters(x, 0.0, line, face, size));
            self.y += size * LEADING;
        }
        parts
    }

    fn paragraph(&mut self, role: Role, text: &str, face: Face, size: f32, after: f32) -> Part {
        let lines = wrapped(text, WIDTH, face, size);
        let parts = self.lines(MARGIN, &lines, face, size);
        self.y += after;
        Part::Group(role, parts)
    }

    fn block(&mut self, block: &Block) -> Part {
        match block {
            Block::Title(text) => {
                let role = Role::Title(self.heading(text));
                self.paragraph(role, text, Bold, TITLE, 6.0)
            }
            Block::Heading(text) => {
                // A heading never stands alone at the end of a page.
                self.room(4.0 * TEXT * LEADING);
                self.y += 8.0;
                let role = Role::Heading(self.heading(text));
                self.paragraph(role, text, Bold, HEADING, 3.0)
            }
            Block::Centred(text) => {
                let mut parts = Vec::new();
                self.heading(text);
                for line in wrapped(text, WIDTH, Bold, HEADING) {
                    let x = MARGIN + (WIDTH - Bold.width(line.trim_end(), HEADING)) / 2.0;
                    parts.extend(self.lines(x, &[line], Bold, HEADING));
                }
                self.y += 3.0;
                Part::Group(Role::Title(text.clone()), parts)
            }
            Block::Text(text) => self.paragraph(Role::Paragraph, text, Plain, TEXT, 5.0),
            Block::Marked(text) => self.paragraph(Role::Paragraph, text, Bold, TEXT, 5.0),
            Block::Small(text) => self.paragraph(Role::Paragraph, text, Plain, SMALL, 4.0),
            Block::Facts(facts) => self.facts(facts),
            Block::Table(head, rows) => self.table(head, rows),
            Block::Qr(qr, beside) => self.qr(qr, beside),
            Block::Signatures(signers) => self.signatures(signers),
        }
    }

    fn facts(&mut self, facts: &[(String, Vec<String>)]) -> Part {
        let mut rows = Vec::new();
        for (label, said) in facts {
            let label = wrapped(label, LABELS - 10.0, Plain, TEXT);
            let said: Vec<String> = said.iter().flat_map(|line| wrapped(line, WIDTH - LABELS, Bold, TEXT)).collect();
            self.room(label.len().max(said.len()) as f32 * TEXT * LEADING + 4.0);
            let from = self.y;
            let label = self.lines(MARGIN, &label, Plain, TEXT);
            let below = std::mem::replace(&mut self.y, from);
            let said = self.lines(MARGIN + LABELS, &said, Bold, TEXT);
            self.y = self.y.max(below) + 1.0;
            self.put(Mark::Rule { x: MARGIN, y: self.y, width: WIDTH });
            self.y += 3.0;
            let cells = vec![Part::Group(Role::LabelOfRow, label), Part::Group(Role::Cell, said)];
            rows.push(Part::Group(Role::Row, cells));
        }
        self.y += 4.0;
        Part::Group(Role::Table, rows)
    }

    fn table(&mut self, head: &[String; 3], rows: &[[String; 3]]) -> Part {
        const AT: [f32; 3] = [0.0, 30.0, WIDTH - 120.0];
        let mut parts = Vec::new();
        for (row, cells) in [head].into_iter().chain(rows).enumerate() {
            let face = if row == 0 { Bold } else { Plain };
            let middle = wrapped(&cells[1], AT[2] - AT[1] - 10.0, face, TEXT);
            self.room(middle.len() as f32 * TEXT * LEADING + 4.0);
            let role = || if row == 0 { Role::LabelOfColumn } else { Role::Cell };
            let number = self.letters(MARGIN, 0.0, &face.printable(&cells[0]), face, TEXT);
            let last = face.printable(&cells[2]);
            let last = self.letters(MARGIN + WIDTH - face.width(&last, TEXT), 0.0, &last, face, TEXT);
            let middle = self.lines(MARGIN + AT[1], &middle, face, TEXT);
            self.y += 1.0;
            self.put(Mark::Rule { x: MARGIN, y: self.y, width: WIDTH });
            self.y += 3.0;
            let cells = [vec![number], middle, vec![last]];
            parts.push(Part::Group(Role::Row, cells.into_iter().map(|cell| Part::Group(role(), cell)).collect()));
        }
        self.y += 5.0;
        Part::Group(Role::Table, parts)
    }

    fn qr(&mut self, qr: &super::Qr, beside: &[String]) -> Part {
        self.room(QR);
        let (piece, from) = (self.piece(), self.y);
        let unit = QR / qr.side as f32;
        // The quiet zone reaches into the margin, so that the code stands in line with the text.
        let quiet = unit * 4.0;
        let (x, y) = (MARGIN - quiet, self.y - quiet);
        self.put(Mark::Modules { piece, x, y, unit, runs: qr.runs.clone() });
        let mut parts = vec![Part::Group(Role::Picture(format!("QR: {}", qr.text)), vec![Part::Piece(piece)])];
        for text in beside {
            let lines = wrapped(text, WIDTH - QR - 8.0, Plain, TEXT);
            let lines = self.lines(MARGIN + QR + 8.0, &lines, Plain, TEXT);
            parts.push(Part::Group(Role::Paragraph, lines));
            self.y += 4.0;
        }
        self.y = self.y.max(from + QR) + 4.0;
        Part::Group(Role::Paragraph, parts)
    }

    fn signatures(&mut self, signers: &[(String, String); 2]) -> Part {
        const SPACE: f32 = 66.0;
        let width = WIDTH / 2.0 - 20.0;
        let columns = signers
            .each_ref()
            .map(|(office, name)| (wrapped(office, width, Plain, TEXT), wrapped(name, width, Plain, TEXT)));
        let most = |lines: [usize; 2]| lines[0].max(lines[1]) as f32 * TEXT * LEADING;
        let above = most(columns.each_ref().map(|(office, _)| office.len()));
        self.room(above + SPACE + most(columns.each_ref().map(|(_, name)| name.len())) + 10.0);
        let (from, mut below, mut parts) = (self.y + 10.0, 0.0_f32, Vec::new());
        for (x, (office, name)) in [MARGIN, MARGIN + WIDTH / 2.0 + 20.0].into_iter().zip(columns) {
            self.y = from;
            let mut lines = self.lines(x, &office, Plain, TEXT);
            self.y = from + above + SPACE;
            self.put(Mark::Rule { x, y: self.y, width });
            self.y += 3.0;
            lines.extend(self.lines(x, &name, Plain, TEXT));
            below = below.max(self.y);
            parts.push(Part::Group(Role::Paragraph, lines));
        }
        self.y = below;
        Part::Group(Role::Paragraph, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::{Plain, wrapped};

    #[test]
    fn lines_fit_and_lose_nothing() {
        for text in [
            String::new(),
            "a".to_owned(),
            "satu dua tiga ".repeat(40),
            "i".repeat(4_000),
            format!("pendek {} pendek  dua spasi", "W".repeat(90)),
        ] {
            for width in [40.0, 333.3] {
                let lines = wrapped(&text, width, Plain, 10.0);
                assert_eq!(lines.concat(), text);
                for line in &lines {
                    assert!(Plain.width(line.trim_end(), 10.0) <= width + 0.01, "{line}");
                }
                // No line is shorter than it must be.
                for pair in lines.windows(2) {
                    let word = pair[1].split_inclusive(' ').next().unwrap_or_default().trim_end();
                    assert!(Plain.width(&format!("{}{word}", pair[0]), 10.0) > width, "{pair:?}");
                }
            }
        }
        assert_eq!(wrapped("satu\ndua\u{7}", 100.0, Plain, 10.0), ["satu", "dua?"]);
    }
}
