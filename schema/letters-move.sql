-- What waits for one address of an organisation (?1, ?2) goes to another (?3), at once (?6), and what ends the letters (?4) is
-- the other's (?5) in their texts too. A letter that nothing ends, such as a farewell, is for its own address alone.
UPDATE letters SET address = ?3, stop = ?5, plain = replace(plain, ?4, ?5), html = replace(html, ?4, ?5), next_ms = ?6
WHERE org = ?1 AND address = ?2 AND stop = ?4 AND next_ms IS NOT NULL
