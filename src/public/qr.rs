//! QR codes on what is printed: an address and the beginning of a leaf hash, so that paper leads back to the record.

use qrcode::{Color, EcLevel, QrCode};

use super::history::History;

/// A QR code as the path of an SVG: a unit a module, without the quiet zone of four around it.
pub(super) struct Qr {
    /// How many modules a side has, the quiet zone included.
    pub(super) side: usize,
    /// `d` of the path.
    pub(super) path: String,
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
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            while x < width {
                let run = row[x..].iter().take_while(|module| **module == Color::Dark).count();
                if run > 0 {
                    path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
                }
                x += run.max(1);
            }
        }
        Some(Self { side: width + 2 * QUIET, path, text })
    }

    /// Of the latest entry that moved a grant; `base` is what the site's addresses begin with.
    pub(super) fn of_latest(history: &History, base: &str) -> Option<Self> {
        let index = history.last_said()?.record.index;
        Self::of(&format!("{base}/entries/{index}"), &history.head.to_hex())
    }
}
