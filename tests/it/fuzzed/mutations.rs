//! Small changes to good inputs, the same at every run: bits, bytes, ranges, lines, and words that formats trip over.

/// Words at which a strict parser has to make up its mind.
const WORDS: [&str; 40] = [
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\0",
    "\t",
    " ",
    "  ",
    "\u{2014} ",
    "\u{feff}",
    "\u{fffd}",
    "e\u{301}",
    "\u{200b}",
    "\u{85}",
    "-0",
    "007",
    "+5",
    "1e3",
    "0.5",
    "null",
    "true",
    "9007199254740992",
    "18446744073709551616",
    "[[[[[[[[[[[[",
    "{{{{",
    "\"\"",
    "\\u0000",
    "\\ud800",
    "=",
    "==",
    "AAAA",
    "x000/",
    ".p/256",
    ".p/0",
    "--b--\r\n",
    "--b\r\n",
    "Content-Disposition: form-data; name=\"document\"\r\n\r\n",
    "quorum none\n",
    "2026-02-30",
    "#",
];

/// A number after the other, from a seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: &str) -> Self {
        Self(
            seed.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)),
        )
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, or 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % (end.max(1) as u64)).expect("below a length")
    }

    /// A short range within `length`.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let most = if self.below(4) == 0 { length } else { 12 };
        start..(start + self.below(most + 1)).min(length)
    }
}

/// One of the seeds with one to three changes.
pub fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(3) {
        let other = &seeds[dice.below(seeds.len())];
        if dice.below(3) == 0 { change_lines(&mut bytes, other, dice) } else { change_bytes(&mut bytes, other, dice) }
    }
    bytes
}

fn change_bytes(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let at = dice.below(bytes.len());
    match dice.below(8) {
        _ if bytes.is_empty() => bytes.extend_from_slice(other),
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = dice.below(256).to_le_bytes()[0],
        2 => drop(bytes.drain(dice.range(bytes.len()))),
        3 => bytes.truncate(at),
        4 => {
            let range = dice.range(bytes.len());
            let again = bytes[range.clone()].repeat(1 + dice.below(3));
            bytes.splice(range.end..range.end, again);
        }
        5 => {
            let word = WORDS[dice.below(WORDS.len())].bytes();
            bytes.splice(at..at, word);
        }
        6 => {
            let part = other[dice.range(other.len())].to_vec();
            bytes.splice(dice.range(bytes.len()), part);
        }
        // Digits and letters for others of their sort: what is well formed often stays so.
        _ => {
            for byte in bytes.iter_mut().skip(at).take(1 + dice.below(4)) {
                *byte = match *byte {
                    b'0'..=b'9' => b'0' + dice.below(10).to_le_bytes()[0],
                    b'a'..=b'z' => b'a' + dice.below(26).to_le_bytes()[0],
                    kept => kept,
                };
            }
        }
    }
}

fn change_lines(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(4) {
        _ if lines.is_empty() => return,
        0 => drop(lines.remove(from)),
        1 => lines.insert(to, lines[from].clone()),
        2 => lines.swap(from, to),
        _ => {
            let others: Vec<&[u8]> = other.split_inclusive(|byte| *byte == b'\n').collect();
            if let Some(line) = others.get(dice.below(others.len())) {
                lines[to] = line.to_vec();
            }
        }
    }
    *bytes = lines.concat();
}

/// A seed with one of its lines again and again, until it is larger than anything a format takes.
pub fn stretched(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    const LARGE: usize = 1_100_000;
    let lines: Vec<&[u8]> = seed.split_inclusive(|byte| *byte == b'\n').collect();
    let at = dice.below(lines.len());
    let line = lines.get(at).copied().unwrap_or(b"x");
    let mut lines: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
    lines.insert(at, line.repeat(LARGE / line.len() + 1));
    lines.concat()
}
