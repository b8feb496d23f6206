-- Compare and swap of the last-signed record (I3): it says what the program left there (4, 5), and the tree grows to the
-- new checkpoint (1, 2, 3), or is the same and the note at most gains lines behind those that it has.
UPDATE last_signed SET size = ?1, root = ?2, note = ?3
WHERE size = ?4 AND root = ?5
  AND (size < ?1 OR (size = ?1 AND root = ?2 AND substr(?3, 1, length(note)) = note));
