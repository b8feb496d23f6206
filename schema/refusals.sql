-- How many statements were refused, by local day, rule and office, until a `refusals.counted` tells it on the ledger.
-- Nothing of a statement is kept but its hash, so that it counts once a day; the hash goes with the day.
CREATE TABLE refused (
  day    TEXT NOT NULL CHECK (length(day) = 10),
  rule   TEXT NOT NULL,
  office TEXT NOT NULL,
  count  INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (day, rule, office)
) STRICT, WITHOUT ROWID;
CREATE TABLE seen (
  day       TEXT NOT NULL,
  statement BLOB NOT NULL CHECK (length(statement) = 32),
  PRIMARY KEY (day, statement)
) STRICT, WITHOUT ROWID;
