-- Openings of commitments: personal data, each under a key of its own. A file of its own: `vault.db`.
CREATE TABLE vault (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  origin  TEXT NOT NULL,               -- the ledger
  wrapped BLOB NOT NULL,               -- with `sealed`: a mark that only this vault's key opens
  sealed  BLOB NOT NULL
) STRICT;

-- Openings that came with a statement which is not recorded yet.
CREATE TABLE handed_in (
  n         INTEGER PRIMARY KEY AUTOINCREMENT,
  statement BLOB NOT NULL CHECK (length(statement) = 32),
  at        TEXT NOT NULL
) STRICT;

CREATE TABLE openings (
  n         INTEGER PRIMARY KEY,
  handed_in INTEGER REFERENCES handed_in (n), -- NULL once the statement is recorded
  statement BLOB NOT NULL CHECK (length(statement) = 32),
  about     TEXT NOT NULL,
  pointer   TEXT NOT NULL,
  put_at    TEXT NOT NULL,
  wrapped   BLOB,                      -- the data key; destroyed by erasure
  sealed    BLOB,                      -- the opening under the data key
  token     BLOB,                      -- equal for equal values of one name
  erased_at TEXT,
  basis     TEXT,                      -- the law that an erasure is based on
  CHECK ((erased_at IS NULL) = (basis IS NULL)),
  CHECK ((erased_at IS NULL) = (wrapped IS NOT NULL)),
  CHECK ((erased_at IS NULL) = (sealed IS NOT NULL)),
  CHECK ((erased_at IS NULL) = (token IS NOT NULL)),
  CHECK (erased_at IS NULL OR handed_in IS NULL)
) STRICT;
CREATE UNIQUE INDEX openings_in_force ON openings (statement, pointer) WHERE handed_in IS NULL;
CREATE INDEX openings_by_about ON openings (about);
CREATE INDEX openings_handed_in ON openings (handed_in) WHERE handed_in IS NOT NULL;
CREATE TRIGGER erased_stays_erased BEFORE UPDATE ON openings WHEN OLD.erased_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was erased never comes back'); END;
CREATE TRIGGER erased_stays_told BEFORE DELETE ON openings WHEN OLD.erased_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an erasure is never forgotten'); END;

-- Who read what, when and why: written before the value is given out.
CREATE TABLE readings (
  n         INTEGER PRIMARY KEY,
  statement BLOB NOT NULL,
  pointer   TEXT NOT NULL,
  at        TEXT NOT NULL,
  office    TEXT NOT NULL,
  key       TEXT NOT NULL,
  reason    TEXT NOT NULL
) STRICT;
CREATE TRIGGER readings_never_change BEFORE UPDATE ON readings
BEGIN SELECT RAISE(ABORT, 'a reading never changes'); END;
CREATE TRIGGER readings_never_go BEFORE DELETE ON readings
BEGIN SELECT RAISE(ABORT, 'a reading is never forgotten'); END;
