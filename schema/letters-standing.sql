SELECT
    (SELECT count(*) FROM letters WHERE next_ms IS NOT NULL),
    (SELECT min(made_ms) FROM letters WHERE next_ms IS NOT NULL),
    (SELECT count(*) FROM letters WHERE outcome <> 'sent' AND outcome <> 'gone'),
    (SELECT max(done_ms) FROM letters WHERE outcome <> 'sent' AND outcome <> 'gone')
