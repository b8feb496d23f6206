-- The next checkpoint to show: a larger tree, or the same with other lines. An older one changes nothing.
INSERT INTO shown (one, size, root, note, time_s) VALUES (1, ?1, ?2, ?3, ?4)
ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note, time_s = excluded.time_s
WHERE excluded.size > size OR (excluded.size = size AND excluded.root = root);
