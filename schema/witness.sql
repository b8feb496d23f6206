-- What a witness keeps of the logs that it knows. A file of its own: `witness.db`. It is never put back from a copy: a
-- witness that forgets what it cosigned may cosign another history.
CREATE TABLE witness (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  vkey TEXT NOT NULL                   -- its one key
) STRICT;

-- The newest checkpoint of each log that was cosigned; of one that never was, the empty tree.
CREATE TABLE logs (
  origin TEXT PRIMARY KEY,
  hash   BLOB NOT NULL UNIQUE CHECK (length(hash) = 32), -- SHA-256 of the origin: its address for monitors
  url    TEXT NOT NULL,                -- where the log is; empty: not told
  size   INTEGER NOT NULL CHECK (size >= 0),
  root   BLOB NOT NULL CHECK (length(root) = 32),
  time_s INTEGER NOT NULL CHECK (time_s >= 0), -- of its newest cosignature; 0: there is none
  note   TEXT NOT NULL                 -- with the log's lines and the cosignature; empty: there is none
) STRICT;
CREATE TRIGGER logs_grow BEFORE UPDATE ON logs
WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'a cosigned tree never shrinks and has one root a size'); END;
CREATE TRIGGER logs_stay BEFORE DELETE ON logs
BEGIN SELECT RAISE(ABORT, 'what was cosigned is never forgotten'); END;
-- INSERT OR REPLACE would remove the row without the trigger above.
CREATE TRIGGER logs_are_added_once BEFORE INSERT ON logs
WHEN EXISTS (SELECT 1 FROM logs WHERE origin = NEW.origin OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'what was cosigned is never made anew'); END;

-- The verifier keys of each log, in the order in which they were added.
CREATE TABLE keys (
  n      INTEGER PRIMARY KEY,
  vkey   TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL REFERENCES logs (origin)
) STRICT;

-- Two notes of one log that do not agree, each signed by it. `proved`: they give one size two roots, which no honest log
-- does. Otherwise the proof that came with the second did not hold, and a true one may exist.
CREATE TABLE evidence (
  n      INTEGER PRIMARY KEY,
  origin TEXT NOT NULL REFERENCES logs (origin),
  proved INTEGER NOT NULL CHECK (proved IN (0, 1)),
  at     TEXT NOT NULL,
  ours   TEXT NOT NULL,                -- what was cosigned
  theirs TEXT NOT NULL,                -- what was asked for
  UNIQUE (origin, theirs)
) STRICT;
CREATE TRIGGER proved_evidence_stays BEFORE DELETE ON evidence WHEN OLD.proved
BEGIN SELECT RAISE(ABORT, 'the proof of a fork is never removed'); END;
