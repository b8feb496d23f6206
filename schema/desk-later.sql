-- What desk.db has beside the tables that it began with (desk.sql). Run once, where `began` is not there yet.

-- Which key began it, once it went over to another key of the same holder. Were that other one a thief's, and revoked, the holder's next
-- key still finds it.
ALTER TABLE drafts ADD COLUMN began TEXT;
ALTER TABLE uploads ADD COLUMN began TEXT;
ALTER TABLE outbox ADD COLUMN began TEXT;
ALTER TABLE sent ADD COLUMN began TEXT;
CREATE INDEX drafts_began ON drafts (began) WHERE began IS NOT NULL;
CREATE INDEX uploads_began ON uploads (began) WHERE began IS NOT NULL;
CREATE INDEX outbox_began ON outbox (began) WHERE began IS NOT NULL;
CREATE INDEX sent_began ON sent (began) WHERE began IS NOT NULL;

-- Whether it is of a key that is not in force: such drafts are dropped sooner.
ALTER TABLE drafts ADD COLUMN stranger INTEGER NOT NULL DEFAULT 0;

-- The public key that a statement brings, as a verifier key spells it. Of what waits already it is the end of the text of `key`.
ALTER TABLE outbox ADD COLUMN brings TEXT;
UPDATE outbox SET brings = substr(note, instr(note, '"key":"') + 7) WHERE instr(note, '"key":"') > 0;
UPDATE outbox SET brings = substr(substr(brings, 1, instr(brings, '"') - 1), -44) WHERE brings IS NOT NULL;
CREATE INDEX outbox_brings ON outbox (brings) WHERE brings IS NOT NULL;
CREATE INDEX outbox_of ON outbox (owner);
