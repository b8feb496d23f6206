//! QR codes on what is printed: an address and the beginning of a leaf hash, so that paper leads back to the record.

use qrcode::{Color, EcLevel, QrCode};

use super::history::History;

/// A QR code as the path of an SVG: a unit a module, without the quiet zone of four around it.
pub(crate) struct Qr {
    /// How many modules a side has, the quiet zone included.
    pub(super) side: usize,
    /// What is dark: from which module, in which row, how many of them.
    pub(super) runs: Vec<[usize; 3]>,
    /// What it says.
    pub(super) text: String,
}

/// Around a QR code nothing is printed (ISO/IEC 18004, section 9.1).
const QUIET: usize = 4;
/// As many digits of a leaf hash as citations have.
const LEAF_DIGITS: usize = 16;

impl Qr {
    /// Of a page and the leaf hash of its entry: `<address>#<16 hex>`. None where the address is too long for one.
    pub(super) fn of(address: &str, leaf_hex: &str) -> Option<Self> {
        let text = format!("{address}#{}", leaf_hex.get(..LEAF_DIGITS)?);
        let code = QrCode::with_error_correction_level(&text, EcLevel::M).ok()?;
        let width = code.width();
        let mut runs = Vec::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            while x < width {
                let run = row[x..].iter().take_while(|module| **module == Color::Dark).count();
                if run > 0 {
                    runs.push([x + QUIET, y + QUIET, run]);
                }
                x += run.max(1);
            }
        }
        Some(Self { side: width + 2 * QUIET, runs, text })
    }

    /// `d` of the path.
    pub(super) fn path(&self) -> String {
        self.runs.iter().map(|[x, y, run]| format!("M{x} {y}h{run}v1h-{run}z")).collect()
    }

    /// Of the latest entry that moved a grant; `base` is what the site's addresses begin with.
    pub(super) fn of_latest(history: &History, base: &str) -> Option<Self> {
        let index = history.last_said()?.record.index;
        Self::of(&format!("{base}/entries/{index}"), &history.head.to_hex())
    }
}

#[cfg(test)]
mod tests {
    use super::{QUIET, Qr};

    /// What is dark in the path, a row each of a unit a module.
    fn drawn(qr: &Qr) -> Vec<Vec<bool>> {
        let mut rows = vec![vec![false; qr.side]; qr.side];
        for run in qr.path().split('M').skip(1) {
            let (from, rest) = run.split_once(' ').expect("two numbers");
            let (y, rest) = rest.split_once('h').expect("a run");
            let (length, end) = rest.split_once('v').expect("a height");
            let [from, y, length] = [from, y, length].map(|number| number.parse::<usize>().expect("a number"));
            assert_eq!(end, format!("1h-{length}z"), "a rectangle of one row");
            rows[y][from..from + length].fill(true);
        }
        rows
    }

    #[test]
    fn what_is_printed_is_read_back_by_another_implementation() {
        let leaf = "0123456789abcdef".repeat(4);
        for address in [
            "https://hibah.bandung.example/entries/0",
            "https://hibah.bandung.go.id/en/entries/1234567",
            "http://127.0.0.1:8080/entries/12",
            &format!("https://{}.example/entries/9007199254740991", "h".repeat(60)),
        ] {
            let qr = Qr::of(address, &leaf).expect("short enough");
            assert_eq!(qr.text, format!("{address}#0123456789abcdef"));
            let rows = drawn(&qr);
            let quiet = |at: usize| at < QUIET || at >= qr.side - QUIET;
            let dark_outside = (0..qr.side).any(|y| (0..qr.side).any(|x| rows[y][x] && (quiet(x) || quiet(y))));
            assert!(!dark_outside, "{address}: nothing is printed around it");
            // Four points a module, as a small print has.
            let side = 4 * qr.side;
            let shade = |x: usize, y: usize| if rows[y / 4][x / 4] { 0 } else { 255 };
            let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
            let grids = picture.detect_grids();
            let read: Vec<String> = grids.iter().map(|grid| grid.decode().expect("readable").1).collect();
            assert_eq!(read, [qr.text], "{address}");
        }
        assert!(Qr::of(&"h".repeat(3000), &leaf).is_none());
        assert!(Qr::of("https://hibah.bandung.example", "short").is_none());
    }
}
