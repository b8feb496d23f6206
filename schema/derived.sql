-- Everything here is made from the entries by replay, and can be thrown away. A file of its own: `derived.db`.
CREATE TABLE progress (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL,               -- how many entries are in these tables
  leaf BLOB NOT NULL                   -- leaf hash of the last of them
) STRICT;

-- A row an entry.
CREATE TABLE records (
  idx         INTEGER PRIMARY KEY,
  kind        TEXT NOT NULL,
  about       TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  event_date  TEXT NOT NULL,
  statement   BLOB NOT NULL            -- statement hash
) STRICT;
CREATE UNIQUE INDEX records_by_statement ON records (statement);

-- Which entries belong to a thing: those about it, and decree rows that name a case.
CREATE TABLE timeline (
  about TEXT NOT NULL,
  idx   INTEGER NOT NULL,
  PRIMARY KEY (about, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE organisations (
  n     INTEGER PRIMARY KEY,
  name  TEXT NOT NULL,
  idx   INTEGER NOT NULL               -- the registration
) STRICT;

-- A row a grant: a case, or a migrated award. Amounts in minor units; NULL is "not yet".
CREATE TABLE grants (
  n             INTEGER PRIMARY KEY,   -- rowid, for the word index
  id            TEXT NOT NULL UNIQUE,  -- case/1/1 or award/<hex>/<row>
  migrated      INTEGER NOT NULL,
  recipient     TEXT NOT NULL,
  organisation  INTEGER,
  title         TEXT NOT NULL,
  field         TEXT NOT NULL,
  agency        TEXT NOT NULL,
  fiscal_year   INTEGER NOT NULL,
  status        TEXT NOT NULL,         -- open, refused, reported, migrated ...
  stage         TEXT NOT NULL,         -- kind of the last step
  next          TEXT NOT NULL,         -- JSON: [{"kind":...,"by":[office codes]}]
  numbers       TEXT NOT NULL,         -- document numbers, for search
  words         TEXT NOT NULL,         -- for search only: a past award's recipient number, programme, sponsor
  asked INTEGER, recommended INTEGER, considered INTEGER, proposed INTEGER, enacted INTEGER, decreed INTEGER,
  agreed INTEGER, paid INTEGER, credited INTEGER, reported INTEGER, refunded INTEGER,
  first_idx     INTEGER NOT NULL,
  last_idx      INTEGER NOT NULL
) STRICT;
CREATE INDEX grants_by_change ON grants (last_idx);
CREATE INDEX grants_by_year ON grants (fiscal_year, last_idx);
CREATE INDEX grants_by_organisation ON grants (organisation, last_idx);

CREATE VIRTUAL TABLE grants_words USING fts5 (
  recipient, title, numbers, words, id,
  content = 'grants', content_rowid = 'n',
  tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
CREATE TRIGGER grants_added AFTER INSERT ON grants BEGIN
  INSERT INTO grants_words (rowid, recipient, title, numbers, words, id)
  VALUES (NEW.n, NEW.recipient, NEW.title, NEW.numbers, NEW.words, NEW.id);
END;
CREATE TRIGGER grants_reworded AFTER UPDATE OF recipient, title, numbers, words ON grants
WHEN OLD.recipient <> NEW.recipient OR OLD.title <> NEW.title OR OLD.numbers <> NEW.numbers OR OLD.words <> NEW.words
BEGIN
  INSERT INTO grants_words (grants_words, rowid, recipient, title, numbers, words, id)
  VALUES ('delete', OLD.n, OLD.recipient, OLD.title, OLD.numbers, OLD.words, OLD.id);
  INSERT INTO grants_words (rowid, recipient, title, numbers, words, id)
  VALUES (NEW.n, NEW.recipient, NEW.title, NEW.numbers, NEW.words, NEW.id);
END;
