-- Work at the desk that is not done yet. Nothing of it is on the ledger and nothing of it proves anything; what is sealed is
-- never here, nor is any key.

-- A statement that somebody fills in: its fields as they were typed.
CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    -- The public key of whoever began it, as a verifier key spells it.
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What it is about; `new` in place of a number that is not given yet.
    about TEXT NOT NULL,
    -- A JSON object: the name of a field, and the text in it.
    fields TEXT NOT NULL,
    -- Grows with each change, so that of two who change it at once the second is told.
    version INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_of ON drafts (owner, changed_ms);

-- A document on its way, or there; the bytes are in a file beside.
CREATE TABLE uploads (
    owner TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (owner, sha256)
) STRICT, WITHOUT ROWID;

-- A statement that waits for more signers, with the lines that it has. Its documents and openings wait beside the vault.
CREATE TABLE outbox (
    statement TEXT PRIMARY KEY,
    note TEXT NOT NULL,
    -- Who signed first.
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    -- The last day on which it may be recorded.
    expires TEXT NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the outbox waits for.
CREATE TABLE missing (
    statement TEXT NOT NULL REFERENCES outbox (statement) ON DELETE CASCADE,
    -- A signer: <key name>+<8 hex digits>.
    signer TEXT NOT NULL,
    PRIMARY KEY (signer, statement)
) STRICT, WITHOUT ROWID;

-- What was recorded through these pages, for whoever signed it.
CREATE TABLE sent (
    owner TEXT NOT NULL,
    statement TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    idx INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (owner, statement)
) STRICT, WITHOUT ROWID;
