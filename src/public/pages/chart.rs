//! Charts as SVG, made here: bars from a zero baseline, each with its words beside it, so that none needs a pointer, a colour
//! or a script to be read. Every chart stands beside the table of its numbers.

/// Height of the words above a bar, of a second line of them, of the bar, and of the gap below it, in pixels.
const WORDS: u32 = 20;
const NOTE: u32 = 17;
const BAR: u32 = 14;
const GAP: u32 = 12;
/// The longest label; a table beside the chart has the whole.
const MAX_LABEL_CHARS: usize = 30;
/// What a full width is in the coordinates that stretch.
const FULL: u32 = 1_000;

/// One bar to draw.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: String,
    /// What stands in a second line, where the chart has one.
    pub(super) note: Option<String>,
    /// How long it is; below zero is drawn as zero.
    pub(super) length: i128,
    /// Which of the chart's hatches it has: 0 the first accent, 1 the second.
    pub(super) series: u8,
}

/// A bar in its place.
pub(super) struct Placed {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) note: Option<String>,
    pub(super) words_y: u32,
    pub(super) note_y: u32,
    pub(super) y: u32,
    pub(super) height: u32,
    /// In thousandths of the width.
    pub(super) width: u32,
    pub(super) series: u8,
    /// From this bar to the next, where the chart is a flow.
    pub(super) wedge: Option<String>,
}

/// A chart; `charts.html` draws it.
pub(super) struct Chart {
    /// The name of its parts on the page: letters only.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) height: u32,
    pub(super) bars: Vec<Placed>,
}

impl Chart {
    /// Bars under one another, all to one scale from zero.
    pub(super) fn bars(id: &'static str, title: String, bars: Vec<Bar>) -> Self {
        let longest = bars.iter().map(|bar| bar.length).max().unwrap_or(0).max(1);
        let words = if bars.iter().any(|bar| bar.note.is_some()) { WORDS + NOTE } else { WORDS };
        let height = u32::try_from(bars.len()).unwrap_or(u32::MAX).saturating_mul(words + BAR + GAP);
        let place = |(at, bar): (u32, Bar)| {
            let top = at * (words + BAR + GAP);
            Placed {
                label: short(&bar.label),
                value: bar.value,
                note: bar.note,
                words_y: top + WORDS - 5,
                note_y: top + WORDS + NOTE - 5,
                y: top + words,
                height: BAR,
                width: width(bar.length, longest),
                series: bar.series,
                wedge: None,
            }
        };
        Self { id, title, height, bars: (0..).zip(bars).map(place).collect() }
    }

    /// Bars whose ends are joined: what of each step reaches the next.
    pub(super) fn flow(id: &'static str, title: String, bars: Vec<Bar>) -> Self {
        let mut chart = Self::bars(id, title, bars);
        for at in 1..chart.bars.len() {
            let (from, to) = (&chart.bars[at - 1], &chart.bars[at]);
            let (top, bottom) = (from.y + from.height, to.y);
            let wedge = format!("0,{top} {},{top} {},{bottom} 0,{bottom}", from.width, to.width);
            chart.bars[at - 1].wedge = Some(wedge);
        }
        chart
    }
}

/// Something that is not zero is seen.
fn width(length: i128, longest: i128) -> u32 {
    if length <= 0 {
        return 0;
    }
    u32::try_from(length.saturating_mul(i128::from(FULL)) / longest).unwrap_or(FULL).clamp(2, FULL)
}

fn short(label: &str) -> String {
    match label.char_indices().nth(MAX_LABEL_CHARS) {
        None => label.to_owned(),
        Some((cut, _)) => {
            let whole = label[..cut].rfind(' ').unwrap_or(cut);
            format!("{}…", &label[..whole])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, Chart};

    #[test]
    fn bars_begin_at_zero_and_a_flow_joins_their_ends() {
        let bar = |length| Bar { label: "a".to_owned(), value: String::new(), note: None, length, series: 0 };
        let chart = Chart::flow("x", String::new(), vec![bar(400), bar(100), bar(0), bar(-3), bar(1)]);
        let widths: Vec<u32> = chart.bars.iter().map(|bar| bar.width).collect();
        assert_eq!(widths, [1_000, 250, 0, 0, 2]);
        assert_eq!(chart.bars[0].wedge.as_deref(), Some("0,34 1000,34 250,66 0,66"));
        assert_eq!(chart.bars[4].wedge, None);
        assert_eq!(chart.height, 5 * 46);
        assert!(Chart::bars("x", String::new(), vec![bar(1), bar(2)]).bars.iter().all(|bar| bar.wedge.is_none()));
        assert!(Chart::bars("x", String::new(), Vec::new()).bars.is_empty());
    }

    #[test]
    fn long_labels_end_at_a_word() {
        assert_eq!(super::short("Pemberdayaan perempuan dan anak-anak"), "Pemberdayaan perempuan dan…");
        assert_eq!(super::short("Kesehatan"), "Kesehatan");
    }
}
