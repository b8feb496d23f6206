-- A second note of one text is no second proof. What was kept without a proof gives way to the same with one.
INSERT INTO evidence (origin, proved, at, ours, theirs) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (origin, theirs) DO UPDATE SET proved = 1, at = excluded.at, ours = excluded.ours
WHERE excluded.proved AND NOT proved;
