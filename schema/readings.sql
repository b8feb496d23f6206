-- Who read what, when and why, with what it was about: all in order, or so many of the newest.
SELECT r.n, r.statement, r.pointer, r.at, r.office, r.key, r.reason, COALESCE(o.about, '')
FROM readings r
LEFT JOIN openings o ON o.statement = r.statement AND o.pointer = r.pointer AND o.handed_in IS NULL
