-- What `vault.sql` did not have at first: made at each opening of a vault that lacks it.
CREATE INDEX IF NOT EXISTS readings_of ON readings (statement, pointer);
CREATE INDEX IF NOT EXISTS readings_by_key ON readings (key, at);
