-- The last checkpoint that the ledger key signed (I3). One row; it only grows. It lives in a file of its own so that
-- restoring an old copy of the entries cannot take it back, and it is never created anew for a ledger that has one.
CREATE TABLE last_signed (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL
) STRICT;
CREATE TRIGGER last_signed_grows BEFORE UPDATE ON last_signed
WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'a signed tree never shrinks and has one root a size'); END;
CREATE TRIGGER last_signed_stays BEFORE DELETE ON last_signed
BEGIN SELECT RAISE(ABORT, 'the last signed checkpoint is never removed'); END;
-- INSERT OR REPLACE would remove the row without the trigger above.
CREATE TRIGGER last_signed_is_one BEFORE INSERT ON last_signed
WHEN EXISTS (SELECT 1 FROM last_signed)
BEGIN SELECT RAISE(ABORT, 'the last signed checkpoint is never made anew'); END;
