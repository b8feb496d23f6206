//! What the servers allow their clients, in one place. Beyond each of these there is an answer or an end, never a wait
//! without one.
//!
//! | limit | beyond it |
//! |---|---|
//! | connections at once | the one that was silent longest is ended; where all are being answered, the next waits |
//! | the head of a request: time, bytes, fields | the end of the connection, 431 |
//! | path, query | 414 |
//! | the life of a connection, its last answer | the end of the connection |
//! | readers of the ledger's files at once | a wait, then 503 |
//! | what is counted of all grants, until it was read once after a start | a wait, then 503 |
//! | lists of any length that are made at once | a wait, then 503 |
//! | dossiers that are made at once | a wait, then 503 |
//! | a client that reads nothing of a list | its end, broken off |
//! | a statement: bytes, time | 413, 408 |
//! | submissions in parts: how many at once, bytes, time | 503, 413, 408 |
//! | a request to a witness: bytes, time | 413, 408 |
//! | statements that wait for the writer | 503 |
//! | the writer's answer | 504; the statement may be recorded all the same |
//! | requests under way when the server is stopped | the end of the program, once what waits for the writer is recorded |
//!
//! What one statement, opening or document may have is said where it is parsed: `MAX_STATEMENT_BYTES`,
//! `MAX_OPENING_BYTES`, and `Limits::SERVED` of documents, all in `src/ledger/`.

use std::time::Duration;

/// What a server allows its clients of connections.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The most connections at once.
    pub connections: u32,
    /// How long the head of a request may take to arrive, also from the end of the request before it.
    pub head: Duration,
    /// After how long a connection takes no further request.
    pub lifetime: Duration,
    /// How long its last request and answer may take then.
    pub last: Duration,
}

impl Bounds {
    /// Those of every server. Half of the files that a process commonly may open; longer than any answer of the desk.
    pub const SERVED: Self = Self {
        connections: 512,
        head: Duration::from_secs(15),
        lifetime: Duration::from_secs(300),
        last: Duration::from_secs(90),
    };
}

/// The most bytes in the head of a request.
pub const MAX_HEAD_BYTES: usize = 16 * 1024;
/// The most header fields.
pub const MAX_HEADERS: usize = 64;
/// What a connection reads ahead at most, in bytes.
pub const MAX_READ_AHEAD_BYTES: usize = 64 * 1024;
/// The most bytes in a path; the longest of ours is that of a tile.
pub const MAX_PATH_BYTES: usize = 2_048;
/// The most bytes in a query.
pub const MAX_QUERY_BYTES: usize = 4_096;
/// How long nothing is accepted after the system could not give a connection: some must end first.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// How soon a full server looks again whether a connection can be ended.
pub const FULL_PAUSE: Duration = Duration::from_millis(5);

/// The most readers of the ledger's files at once, on the public server.
pub const MAX_READERS: usize = 8;
/// How long a request waits for a reader before it is told to come back.
pub const READER_WAIT: Duration = Duration::from_secs(5);

/// How long a request waits for what is counted of all grants, after a start.
pub const MEMORY_WAIT: Duration = Duration::from_secs(2);

/// The most lists of any length that are made at once; each holds one of the readers until its client has read on.
pub const MAX_LISTS: usize = 4;
/// The most dossiers that are in memory at once, each until its client has read it.
pub const MAX_DOSSIERS: usize = 4;
/// A list is sent in pieces of about this many bytes,
pub const LIST_CHUNK_BYTES: usize = 64 * 1024;
/// of which so many may wait for the client.
pub const LIST_CHUNKS: usize = 4;
/// How long a list waits for a client that reads nothing of it.
pub const LIST_STALL: Duration = Duration::from_secs(15);

/// How many bytes of hash tiles are kept in memory: all of a ledger of 1,000,000 entries.
pub const TILE_SHELF_BYTES: usize = 36_000_000;
/// How many bytes of entry bundles are kept in memory.
pub const BUNDLE_SHELF_BYTES: usize = 20_000_000;
/// How many bytes of pages and answers of the API are kept in memory, and for how long.
pub const FRESH_SHELF_BYTES: u64 = 2_000_000;
/// See [`FRESH_SHELF_BYTES`].
pub const FRESH: Duration = Duration::from_secs(1);
/// The largest of them that is kept.
pub const MAX_FRESH_BYTES: u64 = 256 * 1024;
/// What SQLite keeps of each file for each reader, in KiB: three files a reader. With the shelves about 64 MB.
pub const PAGE_CACHE_KIB: u32 = 256;

/// What is read of a statement that is too large, in bytes: a client that is cut off while it sends never hears why.
pub const MAX_STATEMENT_READ_BYTES: usize = 256 * 1024;
/// How long the body of a statement may take to arrive, and each piece of a submission in parts.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// How long an answer may take: the disk is slow, not the judgement. The statement may be recorded all the same.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// How many submissions in parts are read at once: each may fill the disk with as much as its bounds allow.
pub const MAX_IN_PARTS: usize = 8;
/// How long a submission in parts may take to arrive, all in all.
pub const PARTS_TIMEOUT: Duration = Duration::from_secs(240);
/// How much of it may arrive that is neither a part's head nor its content, in bytes.
pub const MAX_PARTS_HEAD_BYTES: usize = 256 * 1024;
/// What heads, openings and the statement may add to the bytes of the documents.
pub const MAX_PARTS_OTHER_BYTES: u64 = 2_000_000;
/// How many statements wait at the desk before it answers "full".
pub const MAX_QUEUE: usize = 1_024;
/// How long requests under way are waited for at the end.
pub const GRACE: Duration = Duration::from_secs(10);
