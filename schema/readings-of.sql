-- Who read what of one organisation and of its cases, from its openings on: their few readings are not looked for among all.
SELECT r.n, r.statement, r.pointer, r.at, r.office, r.key, r.reason, o.about
FROM openings o
CROSS JOIN readings r ON r.statement = o.statement AND r.pointer = o.pointer
WHERE o.handed_in IS NULL AND r.n < ?1
  -- The character behind the slash is the digit 0: all cases of the organisation, and of no other.
  AND (o.about = 'org/' || ?2 OR o.about > 'case/' || ?2 || '/' AND o.about < 'case/' || ?2 || '0')
ORDER BY r.n DESC LIMIT ?3
