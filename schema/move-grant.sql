-- Takes what schema/upsert-grant.sql takes: a step that changes nothing by which the grant is found.
UPDATE grants SET status = ?9, stage = ?10, next = ?11, asked = ?14, recommended = ?15, considered = ?16, proposed = ?17,
  enacted = ?18, decreed = ?19, agreed = ?20, paid = ?21, credited = ?22, reported = ?23, refunded = ?24, last_idx = ?25,
  report_due = ?26
WHERE ?27 IS NULL AND ?30 IS NULL AND id = ?1 AND recipient = ?3 AND title = ?5 AND field = ?6 AND agency = ?7
  AND fiscal_year = ?8 AND numbers = ?12 AND words = ?13 AND way = ?28 AND form = ?29 AND numbered = ?31
