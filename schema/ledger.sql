-- The ground truth: entries, in the order they were recorded. Nothing here is ever changed or removed (I1).
CREATE TABLE entries (
  idx   INTEGER PRIMARY KEY,
  leaf  BLOB NOT NULL CHECK (length(leaf) = 32),
  bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 65535)
) STRICT;

-- Roots of complete subtrees of 256^level leaves: hash tile (level, n) is the rows 256n .. 256n+255 of its level.
-- Level 0 is the column entries.leaf.
CREATE TABLE nodes (
  level INTEGER NOT NULL CHECK (level > 0),
  idx   INTEGER NOT NULL,
  hash  BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'a recorded entry never changes'); END;
CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'a recorded entry is never removed'); END;
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM entries)
BEGIN SELECT RAISE(ABORT, 'an entry takes the next index'); END;
CREATE TRIGGER nodes_never_change BEFORE UPDATE ON nodes
BEGIN SELECT RAISE(ABORT, 'a tree hash never changes'); END;
CREATE TRIGGER nodes_never_go BEFORE DELETE ON nodes
BEGIN SELECT RAISE(ABORT, 'a tree hash is never removed'); END;
-- INSERT OR REPLACE would remove a row without the trigger above; of entries, it finds no index free but the next.
CREATE TRIGGER nodes_follow BEFORE INSERT ON nodes
WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM nodes WHERE level = NEW.level)
BEGIN SELECT RAISE(ABORT, 'a tree hash takes the next place of its level'); END;
