-- Letters to organisations, in desk.db. An address is personal data: it is in this file alone, and goes when its holder says so.

CREATE TABLE IF NOT EXISTS addresses (
    org INTEGER NOT NULL,
    address TEXT NOT NULL,
    -- The language of the letters: id or en.
    lang TEXT NOT NULL,
    -- SHA-256 of the code in the confirming letter; none: it is confirmed, and written to.
    code TEXT UNIQUE,
    asked_ms INTEGER NOT NULL,
    -- What ends the letters without signing in; it stands in each of them.
    stop TEXT NOT NULL UNIQUE,
    PRIMARY KEY (org, address)
) STRICT, WITHOUT ROWID;

-- How many confirming letters an organisation asked for on a day.
CREATE TABLE IF NOT EXISTS asked (
    org INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which addresses were asked, or ended letters, in the last days: SHA-256 of each. They are not asked again meanwhile, whichever
-- organisation wishes it, and whatever became of the question.
CREATE TABLE IF NOT EXISTS questions (
    address TEXT PRIMARY KEY,
    asked_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS letters (
    n INTEGER PRIMARY KEY,
    org INTEGER NOT NULL,
    -- What is told, to an organisation once: entry/12/case/1/2, due/case/1/2/2015-01-10/30.
    event TEXT NOT NULL,
    -- To whom, and what; empty once it is done.
    address TEXT NOT NULL,
    stop TEXT NOT NULL,
    subject TEXT NOT NULL,
    plain TEXT NOT NULL,
    html TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    -- When it is tried next; none once it is done.
    next_ms INTEGER,
    -- How it ended: sent, or why it was given up (a code of the mail server, late, gone).
    outcome TEXT,
    done_ms INTEGER,
    UNIQUE (org, event)
) STRICT;
CREATE INDEX IF NOT EXISTS letters_next ON letters (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS letters_given_up ON letters (done_ms) WHERE outcome <> 'sent';

-- Up to how many entries letters were made of.
CREATE TABLE IF NOT EXISTS letters_of (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL
) STRICT;

-- The secret addresses of feeds: SHA-256 of each, and whose key it is.
CREATE TABLE IF NOT EXISTS feeds (
    owner TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
