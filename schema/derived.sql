-- Everything here is made from the entries by replay, and can be thrown away. A file of its own: `derived.db`.
CREATE TABLE progress (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL,               -- how many entries are in these tables
  leaf BLOB NOT NULL,                  -- leaf hash of the last of them
  day  TEXT NOT NULL                   -- its local day
) STRICT;

-- A row an entry.
CREATE TABLE records (
  idx         INTEGER PRIMARY KEY,
  kind        TEXT NOT NULL,
  about       TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  event_date  TEXT NOT NULL,
  statement   BLOB NOT NULL,           -- statement hash
  leaf        INTEGER NOT NULL         -- the first 8 bytes of the leaf hash, as people quote it
) STRICT;
CREATE UNIQUE INDEX records_by_statement ON records (statement);
CREATE INDEX records_by_leaf ON records (leaf);

-- Which entries name a document.
CREATE TABLE documents (
  sha256 BLOB NOT NULL,
  idx    INTEGER NOT NULL,
  PRIMARY KEY (sha256, idx)
) STRICT, WITHOUT ROWID;

-- Which entries belong to a thing: those about it, and decree rows that name a case.
CREATE TABLE timeline (
  about TEXT NOT NULL,
  idx   INTEGER NOT NULL,
  PRIMARY KEY (about, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE organisations (
  n     INTEGER PRIMARY KEY,
  name  TEXT NOT NULL,                 -- empty: erased
  named INTEGER NOT NULL,              -- the entry that gave the name
  idx   INTEGER NOT NULL,              -- the registration
  licence  TEXT NOT NULL,              -- the number of its licence or deed; empty: none, or erased
  licensed INTEGER,                    -- the entry that gave that
  squeezed TEXT NOT NULL               -- that number as it is sought: its letters and digits alone
) STRICT;
CREATE INDEX organisations_by_licence ON organisations (squeezed);

-- Entries that later entries name: corrections, confirmations, objections, erasures.
CREATE TABLE mentions (
  entry INTEGER NOT NULL,              -- the one that is named
  idx   INTEGER NOT NULL,              -- the one that names it
  PRIMARY KEY (entry, idx)
) STRICT, WITHOUT ROWID;

-- Texts that pages, search and exports hide (erasure.recorded).
CREATE TABLE hidden (
  entry   INTEGER NOT NULL,            -- where the text stands
  pointer TEXT NOT NULL,               -- at /body/...
  idx     INTEGER NOT NULL,            -- the erasure
  PRIMARY KEY (entry, pointer)
) STRICT, WITHOUT ROWID;

-- What flags found: a row a finding.
CREATE TABLE findings (
  flag   TEXT NOT NULL,
  thing  TEXT NOT NULL,                 -- the case
  idx    INTEGER NOT NULL,              -- the entry that shows it
  others TEXT NOT NULL,                 -- other cases that it is about, with spaces between
  facts  TEXT NOT NULL,                 -- JSON: what was found, by name
  PRIMARY KEY (flag, thing, idx, others)
) STRICT, WITHOUT ROWID;
CREATE INDEX findings_by_thing ON findings (thing, idx);
CREATE INDEX findings_by_entry ON findings (idx);

-- A row a grant: a case, or a migrated award. Amounts in minor units; NULL is "not yet".
CREATE TABLE grants (
  n             INTEGER PRIMARY KEY,   -- rowid, for the word index
  id            TEXT NOT NULL UNIQUE,  -- case/1/1 or award/<hex>/<row>
  migrated      INTEGER NOT NULL,
  recipient     TEXT NOT NULL,
  organisation  INTEGER,
  title         TEXT NOT NULL,         -- empty: none, or erased
  titled        INTEGER NOT NULL,      -- the entry that gave the title
  way           TEXT NOT NULL,         -- grant, assistance_planned, assistance_unplanned; empty: unknown
  form          TEXT NOT NULL,         -- money, goods, services; empty: unknown
  adopted       TEXT NOT NULL,         -- the stage at which it was taken over from paper; empty: it was not
  field         TEXT NOT NULL,
  agency        TEXT NOT NULL,
  fiscal_year   INTEGER NOT NULL,
  status        TEXT NOT NULL,         -- open, refused, reported, migrated ...
  stage         TEXT NOT NULL,         -- kind of the last step
  next          TEXT NOT NULL,         -- JSON: [{"kind":...,"by":[office codes]}]
  numbers       TEXT NOT NULL,         -- document numbers, for search, a line each
  numbered      TEXT NOT NULL,         -- the entry that gave each of them, a line each; -: a trial ledger of rule set 0
  words         TEXT NOT NULL,         -- for search only: a past award's recipient number, programme, sponsor
  asked INTEGER, recommended INTEGER, considered INTEGER, proposed INTEGER, enacted INTEGER, decreed INTEGER,
  agreed INTEGER, paid INTEGER, credited INTEGER, reported INTEGER, refunded INTEGER,
  report_due    TEXT,                  -- the day by which its use must be reported, as long as it is not
  first_idx     INTEGER NOT NULL,
  last_idx      INTEGER NOT NULL,
  -- The numbers without what is written between their letters and digits: for search.
  squeezed      TEXT GENERATED ALWAYS AS (
    replace(replace(replace(replace(replace(replace(replace(numbers, ' ', ''), '/', ''), '.', ''), '-', ''), ',', ''), ':', ''), '_', '')
  ) VIRTUAL
) STRICT;
CREATE INDEX grants_by_change ON grants (last_idx);
CREATE INDEX grants_by_report_due ON grants (report_due) WHERE report_due IS NOT NULL;
-- Without last_idx, which every entry changes.
CREATE INDEX grants_by_year ON grants (fiscal_year);
CREATE INDEX grants_by_organisation ON grants (organisation);

CREATE VIRTUAL TABLE grants_words USING fts5 (
  recipient, title, numbers, words, id, squeezed,
  content = 'grants', content_rowid = 'n',
  tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
CREATE TRIGGER grants_added AFTER INSERT ON grants BEGIN
  INSERT INTO grants_words (rowid, recipient, title, numbers, words, id, squeezed)
  VALUES (NEW.n, NEW.recipient, NEW.title, NEW.numbers, NEW.words, NEW.id, NEW.squeezed);
END;
CREATE TRIGGER grants_reworded AFTER UPDATE OF recipient, title, numbers, words ON grants
WHEN OLD.recipient <> NEW.recipient OR OLD.title <> NEW.title OR OLD.numbers <> NEW.numbers OR OLD.words <> NEW.words
BEGIN
  INSERT INTO grants_words (grants_words, rowid, recipient, title, numbers, words, id, squeezed)
  VALUES ('delete', OLD.n, OLD.recipient, OLD.title, OLD.numbers, OLD.words, OLD.id, OLD.squeezed);
  INSERT INTO grants_words (rowid, recipient, title, numbers, words, id, squeezed)
  VALUES (NEW.n, NEW.recipient, NEW.title, NEW.numbers, NEW.words, NEW.id, NEW.squeezed);
END;
