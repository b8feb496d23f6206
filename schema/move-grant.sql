UPDATE grants SET status = ?2, stage = ?3, next = ?4, asked = ?5, recommended = ?6, considered = ?7, proposed = ?8,
  enacted = ?9, decreed = ?10, agreed = ?11, paid = ?12, credited = ?13, reported = ?14, refunded = ?15, report_due = ?16,
  last_idx = ?17
WHERE id = ?1 AND recipient = ?18 AND title = ?19 AND field = ?20 AND agency = ?21 AND fiscal_year = ?22
  AND numbers = ?23 AND numbered = ?24 AND words = ?25 AND way = ?26 AND form = ?27
