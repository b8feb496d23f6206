-- What witnesses said of the ledger's checkpoints. A file of its own: `cosigned.db`. If it is lost, witnesses are asked
-- again. The newest checkpoint that a quorum of the policy has seen: what `/checkpoint` shows. It only grows, and the same
-- text only gains or renews lines of witnesses.
CREATE TABLE shown (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  size   INTEGER NOT NULL CHECK (size >= 0),
  root   BLOB NOT NULL CHECK (length(root) = 32),
  note   TEXT NOT NULL,
  time_s INTEGER NOT NULL CHECK (time_s >= 0) -- of its newest cosignature; 0: it has none
) STRICT;
CREATE TRIGGER shown_grows BEFORE UPDATE ON shown
WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'what was shown never shrinks and has one root a size'); END;

-- How it stands with each witness.
CREATE TABLE witnesses (
  vkey    TEXT PRIMARY KEY,
  name    TEXT NOT NULL,               -- in the policy
  size    INTEGER NOT NULL,            -- of the newest checkpoint that it cosigned; with time_s
  time_s  INTEGER NOT NULL,            -- 0: none yet
  problem TEXT NOT NULL                -- a sentence; empty: none
) STRICT;

-- What must be looked at by a person. `fork`: a witness saw another history; `lost`: it saw a larger tree than is signed here.
CREATE TABLE alarms (
  n        INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL CHECK (kind IN ('fork', 'lost')),
  vkey     TEXT NOT NULL,              -- the witness's
  size     INTEGER NOT NULL,           -- of the tree that it saw
  sentence TEXT NOT NULL,
  ours     TEXT NOT NULL,              -- the checkpoint that it was asked to cosign
  theirs   TEXT NOT NULL,              -- the one that it cosigned last, if it shows it
  UNIQUE (kind, vkey, size)
) STRICT;
CREATE TRIGGER alarms_stay BEFORE DELETE ON alarms
BEGIN SELECT RAISE(ABORT, 'an alarm is never removed'); END;
