-- The one way on from what was cosigned last, in one step: the row still says what the proof began at (5, 6).
UPDATE logs SET size = ?2, root = ?3, time_s = ?4, note = ?7
WHERE origin = ?1 AND size = ?5 AND root = ?6;
