INSERT INTO grants (id, migrated, recipient, organisation, title, field, agency, fiscal_year, status, stage, next,
  numbers, words, asked, recommended, considered, proposed, enacted, decreed, agreed, paid, credited, reported, refunded,
  first_idx, last_idx, report_due, titled, way, form, adopted, numbered)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?25, ?26, coalesce(?27, ?25), ?28, ?29, coalesce(?30, ''), ?31)
ON CONFLICT (id) DO UPDATE SET
  recipient = excluded.recipient, title = excluded.title, field = excluded.field, agency = excluded.agency,
  fiscal_year = excluded.fiscal_year, status = excluded.status, stage = excluded.stage, next = excluded.next,
  numbers = excluded.numbers, numbered = excluded.numbered, words = excluded.words, asked = excluded.asked, recommended = excluded.recommended,
  considered = excluded.considered, proposed = excluded.proposed, enacted = excluded.enacted,
  decreed = excluded.decreed, agreed = excluded.agreed, paid = excluded.paid, credited = excluded.credited,
  reported = excluded.reported, refunded = excluded.refunded, last_idx = excluded.last_idx, report_due = excluded.report_due,
  titled = coalesce(?27, titled), way = excluded.way, form = excluded.form, adopted = coalesce(?30, adopted)
