//! Tiles: paths, bundles, which tiles a tree has, and hashes read from them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hibah::tlog::merkle::{HashReader, Node, ProveError, prove_consistency, prove_inclusion, root};
use hibah::tlog::tile::{
    Tile, TileError, TileHashReader, TilePath, TileReadError, TileSource, decode_bundle, encode_bundle, new_tiles,
    tiles_of_size,
};

use crate::tlog_merkle::Memory;

#[test]
fn paths_are_read_and_printed_back() {
    let hashes = |level, index, width| TilePath::Hashes(Tile { level, index, width });
    let entries = |index, width| TilePath::Entries { index, width };
    let check = |text: &str, expected: TilePath| {
        assert_eq!(TilePath::parse(text), Ok(expected), "{text}");
        assert_eq!(expected.to_string(), text);
    };
    check("tile/0/000", hashes(0, 0, 256));
    check("tile/0/273.p/112", hashes(0, 273, 112));
    check("tile/1/001.p/17", hashes(1, 1, 17));
    check("tile/63/999.p/255", hashes(63, 999, 255));
    check("tile/0/x001/000", hashes(0, 1000, 256));
    check("tile/0/x001/x234/067.p/1", hashes(0, 1_234_067, 1));
    check("tile/entries/x001/x234/067", entries(1_234_067, 256));
    check("tile/entries/000.p/5", entries(0, 5));
    check("tile/0/x018/x446/x744/x073/x709/x551/615", hashes(0, u64::MAX, 256));
}

#[test]
fn other_paths_are_refused() {
    for text in [
        "",
        "/",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "checkpoint",
        "tile/00/000",
        "tile/+1/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/256/000",
        "tile/x/000",
        "tile/ 0/000",
        "tile/data/000",
        "tile/8/0/000",
        "tile/8/0/000.p/0",
        "Tile/0/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/+00",
        "tile/0/x00",
        "tile/0/x000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/0/x0001/002",
        "tile/0/X001/002",
        "tile/0/x001//002",
        "tile/0/xx01/002",
        "tile/0/x001/x002",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/65537",
        "tile/0/000.p/05",
        "tile/0/000.p/+5",
        "tile/0/000.p/5/",
        "tile/0/000.p/5.p/5",
        "tile/0/000.q/5",
        "tile/0/000.p/5 ",
        "tile/entries/",
        "tile/entries/000.p/256",
        "tile/entries/x000/000",
        "tile/entries/0/000",
        "tile/0/٠٠٠",
        "tile/0/00\u{e9}",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
    ] {
        assert_eq!(TilePath::parse(text), Err(TileError::Path), "{text:?}");
    }
}

#[test]
fn a_changed_path_is_refused_or_prints_back() {
    for sample in ["tile/0/273.p/112", "tile/entries/x001/x234/067", "tile/12/x999/000.p/9"] {
        for place in 0..sample.len() {
            for byte in 0x20..0x7f_u8 {
                let mut changed = sample.as_bytes().to_vec();
                changed[place] = byte;
                let changed = String::from_utf8(changed).expect("ASCII");
                if let Ok(path) = TilePath::parse(&changed) {
                    assert_eq!(path.to_string(), changed);
                }
            }
        }
    }
}

/// The oracle writes `tile/8/<L>/<N>`, a height that C2SP paths have not, `tile/8/data` for entries, and takes a width
/// of 0, on which it panics later (tlog_tiles 0.2.0). The part after the level is right, and compared.
#[test]
fn tlog_tiles_agrees_on_index_and_width() {
    for index in [0, 1, 255, 999, 1000, 1001, 999_999, 1_000_000, 1_234_067, u64::MAX] {
        for width in [1, 2, 112, 255, 256] {
            let ours = TilePath::Hashes(Tile { level: 3, index, width }).to_string();
            let theirs = tlog_tiles::tile::Tile::new(8, 3, index, u32::from(width), false).path();
            assert_eq!(ours.strip_prefix("tile/3/"), theirs.strip_prefix("tile/8/3/"));
        }
    }
}

#[test]
fn tiles_of_size_70000_are_those_of_the_specification() {
    let paths: Vec<String> = tiles_of_size(70_000).map(|path| path.to_string()).collect();
    let count = |start: &str| paths.iter().filter(|path| path.starts_with(start)).count();
    assert_eq!(count("tile/entries/"), 274);
    assert_eq!(count("tile/0/"), 274);
    let partial: Vec<&str> = paths.iter().map(String::as_str).filter(|path| path.contains(".p/")).collect();
    let expected = ["tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"];
    assert_eq!(partial, expected);
    assert_eq!(paths.len(), 274 + 274 + 2 + 1);
}

#[test]
fn tiles_of_sizes_around_a_full_tile() {
    let check = |old: u64, new: u64, expected: &str| {
        let paths: Vec<String> = new_tiles(old, new).map(|path| path.to_string()).collect();
        assert_eq!(paths.join(" "), expected, "{old} to {new}");
    };
    check(0, 0, "");
    check(0, 1, "tile/entries/000.p/1 tile/0/000.p/1");
    check(0, 255, "tile/entries/000.p/255 tile/0/000.p/255");
    check(0, 256, "tile/entries/000 tile/0/000 tile/1/000.p/1");
    check(0, 257, "tile/entries/000 tile/entries/001.p/1 tile/0/000 tile/0/001.p/1 tile/1/000.p/1");
    check(5, 5, "");
    check(256, 256, "");
    check(5, 6, "tile/entries/000.p/6 tile/0/000.p/6");
    check(255, 256, "tile/entries/000 tile/0/000 tile/1/000.p/1");
    check(256, 257, "tile/entries/001.p/1 tile/0/001.p/1");
    check(300, 512, "tile/entries/001 tile/0/001 tile/1/000.p/2");
    check(65_535, 65_536, "tile/entries/255 tile/0/255 tile/1/000 tile/2/000.p/1");
    check(9, 5, "");
    // The topmost level of the largest tree there is.
    assert_eq!(
        new_tiles(u64::MAX - 1, u64::MAX).map(|path| path.to_string()).last(),
        Some("tile/0/x072/x057/x594/x037/x927/935.p/255".to_owned())
    );
}

#[test]
fn a_tree_has_the_tiles_of_its_size_and_of_smaller_sizes() {
    for size in [0, 1, 255, 256, 257, 700, 70_000] {
        assert!(tiles_of_size(size).all(|path| path.is_within(size)), "{size}");
    }
    let check = |text: &str, size: u64, expected: bool| {
        let path = TilePath::parse(text).expect(text);
        assert_eq!(path.is_within(size), expected, "{text} at {size}");
    };
    check("tile/0/273.p/111", 70_000, true);
    check("tile/0/273.p/113", 70_000, false);
    check("tile/0/273", 70_000, false);
    check("tile/1/001.p/18", 70_000, false);
    check("tile/2/000.p/2", 70_000, false);
    check("tile/3/000.p/1", 70_000, false);
    check("tile/entries/273.p/112", 70_000, true);
    check("tile/entries/274.p/1", 70_000, false);
    check("tile/8/000.p/1", u64::MAX, false);
    check("tile/63/000.p/1", u64::MAX, false);
    check("tile/0/x018/x446/x744/x073/x709/x551/615", u64::MAX, false);
}

#[test]
fn bundles_are_read_and_written_back() {
    let check = |entries: &[&[u8]]| {
        let bundle = encode_bundle(entries).expect("within limits");
        let width = entries.len() as u16;
        assert_eq!(decode_bundle(&bundle, width).expect("just written"), entries);
        let short = decode_bundle(&bundle[..bundle.len() - 1], width);
        assert_eq!(short, Err(TileError::BundleShort { entry: width - 1, width }));
        let long = decode_bundle(&[&bundle[..], b"x"].concat(), width).map(|_| ());
        assert_eq!(long, Err(TileError::BundleLong { extra: 1, width }));
    };
    check(&[b""]);
    check(&[b"grant-0", b"", b"grant-2"]);
    check(&[&[7; 65_535]]);
    check(&[b"e"; 256].map(|entry| &entry[..]));
    assert_eq!(decode_bundle(b"\0\x05grant\0", 2), Err(TileError::BundleShort { entry: 1, width: 2 }));
    assert_eq!(decode_bundle(b"", 1), Err(TileError::BundleShort { entry: 0, width: 1 }));
}

#[test]
fn bundles_beyond_the_limits_are_refused() {
    assert_eq!(encode_bundle(&[]), Err(TileError::BundleLimits));
    assert_eq!(encode_bundle(&[b""; 257].map(|entry| &entry[..])), Err(TileError::BundleLimits));
    assert_eq!(encode_bundle(&[&[0; 65_536]]), Err(TileError::BundleLimits));
    assert_eq!(decode_bundle(b"", 0), Err(TileError::BundleLimits));
    assert_eq!(decode_bundle(&[0; 514], 257), Err(TileError::BundleLimits));
}

/// The tiles of a tree, and how often each was read.
struct Tiles {
    tiles: BTreeMap<Tile, Vec<u8>>,
    reads: RefCell<BTreeMap<Tile, u32>>,
}

impl Tiles {
    /// As the specification defines them: hash `i` of a tile is the root of its 256^level leaves.
    fn of_size(size: u64, memory: &Memory) -> Self {
        let tiles = tiles_of_size(size).filter_map(|path| match path {
            TilePath::Hashes(tile) => Some(tile),
            TilePath::Entries { .. } => None,
        });
        let bytes = |tile: Tile| -> Vec<u8> {
            (0..u64::from(tile.width))
                .flat_map(|i| *memory.nodes[&Node { level: 8 * tile.level, index: tile.index * 256 + i }].as_bytes())
                .collect()
        };
        Tiles { tiles: tiles.map(|tile| (tile, bytes(tile))).collect(), reads: RefCell::default() }
    }
}

impl TileSource for Tiles {
    type Error = String;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, String> {
        *self.reads.borrow_mut().entry(tile).or_default() += 1;
        self.tiles.get(&tile).cloned().ok_or_else(|| format!("no {}", TilePath::Hashes(tile)))
    }
}

#[test]
fn hashes_from_tiles_are_the_hashes_from_memory() {
    let largest = 66_000;
    let memory = Memory::of_size(largest);
    for size in [1, 2, 5, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, largest] {
        let tiles = Tiles::of_size(size, &memory);
        let reader = TileHashReader::new(&tiles, size);
        assert_eq!(root(size, &reader).ok(), root(size, &memory).ok(), "size {size}");
        for index in [0, 1, 3, 254, 255, 256, 511, 699, 65_280, 65_535, 65_536, size - 1] {
            if index >= size {
                continue;
            }
            tiles.reads.borrow_mut().clear();
            let expected = prove_inclusion(index, size, &memory).ok();
            assert_eq!(prove_inclusion(index, size, &reader).ok(), expected, "{index} of {size}");
            assert!(tiles.reads.borrow().values().all(|count| *count == 1), "a tile is read once a call");
            let expected = prove_consistency(index, size, &memory).ok();
            assert_eq!(prove_consistency(index, size, &reader).ok(), expected, "{index} to {size}");
        }
    }
    // Every node, at a size with partial tiles on two levels.
    let tiles = Tiles::of_size(700, &memory);
    let reader = TileHashReader::new(&tiles, 700);
    let mut nodes = 0;
    for (node, hash) in &memory.nodes {
        if node.index < 700 >> node.level {
            assert_eq!(reader.read_hashes(&[*node]), Ok(vec![*hash]), "{node:?}");
            nodes += 1;
        } else {
            let beyond = TileReadError::Beyond { node: *node, size: 700 };
            assert_eq!(reader.read_hashes(&[*node]), Err(beyond));
        }
    }
    assert!(nodes > 1300);
}

#[test]
fn tiles_that_cannot_be_had_or_have_another_length_are_errors() {
    let memory = Memory::of_size(300);
    let tile = Tile { level: 0, index: 1, width: 44 };
    let mut tiles = Tiles::of_size(300, &memory);
    tiles.tiles.remove(&tile);
    let failed = root(300, &TileHashReader::new(&tiles, 300));
    let missing = TileReadError::Source("no tile/0/001.p/44".to_owned());
    assert_eq!(failed, Err(ProveError::Reader(missing)));
    for got in [0, 31, 44 * 32 - 1, 44 * 32 + 1, 45 * 32] {
        tiles.tiles.insert(tile, vec![0; got]);
        let failed = root(300, &TileHashReader::new(&tiles, 300));
        let path = TilePath::Hashes(tile);
        let wrong = TileReadError::WrongLength { path, expected: 44 * 32, got };
        assert_eq!(failed, Err(ProveError::Reader(wrong)));
    }
    for level in [9, 63, 64, 200] {
        let node = Node { level, index: 0 };
        let verdict = TileHashReader::new(&tiles, 300).read_hashes(&[node]);
        assert_eq!(verdict, Err(TileReadError::Beyond { node, size: 300 }));
    }
}
