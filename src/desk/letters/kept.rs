//! What `desk.db` keeps of letters: who is written to, which letters wait, and up to which entry letters were made.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::desk::store::Store;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::store::StoreError;
use crate::public::pages::words::Lang;
use crate::tlog::hash::sha256;

/// How many confirming letters an organisation may ask for on one day.
const MOST_ASKED: u32 = 5;
/// For how many days the code of a confirming letter is good, and its address is not asked again.
const CODE_DAYS: i64 = 7;

/// Where an organisation is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The organisation's number.
    pub org: u64,
    /// The address.
    pub address: String,
    /// The language of its letters.
    pub(crate) lang: Lang,
    /// Whether whoever reads there has said so.
    pub confirmed: bool,
    /// What ends the letters without signing in.
    pub stop: String,
}

/// A letter, made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// To which organisation.
    pub org: u64,
    /// What it tells, to this organisation once.
    pub event: String,
    /// To whom.
    pub address: String,
    /// What ends the letters; empty in one that no opt-out fits.
    pub stop: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub plain: String,
    /// The same as HTML.
    pub html: String,
}

/// A letter that waits to be sent.
#[derive(Clone, Debug)]
pub struct Waits {
    /// Its number here.
    pub n: u64,
    /// What is sent.
    pub letter: Letter,
    /// When it was made.
    pub made: Timestamp,
    /// How often it was tried in vain.
    pub tries: u32,
}

/// How the letters stand, for operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many wait.
    pub waiting: u64,
    /// When the oldest of those was made.
    pub oldest: Option<Timestamp>,
    /// How many were given up.
    pub given_up: u64,
    /// When the last of those was.
    pub last_given_up: Option<Timestamp>,
}

/// What became of the wish to be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A confirming letter is on its way.
    Written,
    /// The address is confirmed already.
    Known,
    /// Enough confirming letters for one day.
    TooOften,
    /// The address was asked lately, by whichever organisation, or ended letters.
    Lately,
}

fn lang_of(code: &str) -> Lang {
    if code == Lang::English.code() { Lang::English } else { Lang::Indonesian }
}

fn address_of(row: &Row<'_>) -> rusqlite::Result<Address> {
    let lang: String = row.get(2)?;
    Ok(Address {
        org: row.get(0)?,
        address: row.get(1)?,
        lang: lang_of(&lang),
        confirmed: row.get(3)?,
        stop: row.get(4)?,
    })
}

/// SHA-256 of a secret in an address: the file holds none that opens anything.
#[must_use]
pub fn hashed(secret: &str) -> String {
    sha256(secret.as_bytes()).to_hex()
}

fn put(transaction: &Transaction<'_>, letter: &Letter, now: Timestamp) -> rusqlite::Result<()> {
    // A letter that was made before is not made again, whatever became of it.
    let sql = "INSERT OR IGNORE INTO letters (org, event, address, stop, subject, plain, html, made_ms, tries, next_ms)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?8)";
    let Letter { org, event, address, stop, subject, plain, html } = letter;
    transaction
        .prepare_cached(sql)?
        .execute(params![org, event, address, stop, subject, plain, html, now.ms()])
        .map(drop)
}

/// An address is asked once, however it is spelled.
fn asked_as(address: &str) -> String {
    hashed(&address.to_ascii_lowercase())
}

/// Until when what was asked is old by now.
fn old_ms(now: Timestamp) -> i64 {
    now.ms() - CODE_DAYS * 86_400_000
}

/// What nobody answered in time is forgotten, and who was asked.
fn forget_questions(c: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let sql = "DELETE FROM addresses WHERE code IS NOT NULL AND asked_ms <= ?1 RETURNING org, address";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let old: Vec<(u64, String)> = c.prepare(sql)?.query_map([old_ms(now)], read)?.collect::<Result<_, _>>()?;
    old.iter().try_for_each(|(org, address)| drop_letters(c, *org, address, now))?;
    c.execute("DELETE FROM questions WHERE asked_ms <= ?1", [old_ms(now)]).map(drop)
}

/// Whoever is written to no more gets nothing of what waits.
fn drop_letters(c: &Connection, org: u64, address: &str, now: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE letters SET address = '', stop = '', subject = '', plain = '', html = '', next_ms = NULL, outcome = 'gone',
        done_ms = ?3 WHERE org = ?1 AND address = ?2 AND next_ms IS NOT NULL";
    c.execute(sql, params![org, address, now.ms()]).map(drop)
}

impl Store {
    /// Notes where an organisation wants to be written to, with the letter that asks there; `day` is today's.
    ///
    /// # Errors
    /// What the file reports.
    pub fn ask_address(
        &self,
        wanted: &Address,
        code: &str,
        letter: &Letter,
        now: Timestamp,
        day: &str,
    ) -> Result<Asked, StoreError> {
        let Address { org, address, lang, stop, .. } = wanted;
        self.with(|c| {
            let transaction = c.transaction()?;
            forget_questions(&transaction, now)?;
            let sql = "UPDATE addresses SET lang = ?3 WHERE org = ?1 AND address = ?2 AND code IS NULL";
            if transaction.execute(sql, params![org, address, lang.code()])? == 1 {
                return transaction.commit().map(|()| Asked::Known);
            }
            let sql = "INSERT INTO asked VALUES (?1, ?2, 1) ON CONFLICT (org) DO UPDATE
                SET count = CASE WHEN day = excluded.day THEN count + 1 ELSE 1 END, day = excluded.day RETURNING count";
            let count: u32 = transaction.query_row(sql, params![org, day], |row| row.get(0))?;
            if count > MOST_ASKED {
                return Ok(Asked::TooOften);
            }
            let sql = "INSERT OR IGNORE INTO questions VALUES (?1, ?2)";
            if transaction.execute(sql, params![asked_as(address), now.ms()])? == 0 {
                return Ok(Asked::Lately);
            }
            // One question at a time: a mistyped address is left alone.
            let sql = "DELETE FROM addresses WHERE org = ?1 AND code IS NOT NULL RETURNING address";
            let mistyped: Vec<String> =
                transaction.prepare(sql)?.query_map([org], |row| row.get(0))?.collect::<Result<_, _>>()?;
            mistyped.iter().try_for_each(|address| drop_letters(&transaction, *org, address, now))?;
            let sql = "INSERT INTO addresses VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            transaction.execute(sql, params![org, address, lang.code(), hashed(code), now.ms(), stop])?;
            put(&transaction, letter, now)?;
            transaction.commit().map(|()| Asked::Written)
        })
    }

    /// Whose address a code would confirm.
    ///
    /// # Errors
    /// What the file reports.
    pub fn address_of_code(&self, code: &str, now: Timestamp) -> Result<Option<Address>, StoreError> {
        let sql = "SELECT org, address, lang, code IS NULL, stop FROM addresses WHERE code = ?1 AND asked_ms > ?2";
        self.with(|c| c.query_row(sql, params![hashed(code), old_ms(now)], address_of).optional())
    }

    /// From now on this address is written to, also with what waits, in place of the one before, which `farewell` tells.
    ///
    /// # Errors
    /// What the file reports.
    pub fn confirm_address(
        &self,
        confirmed: &Address,
        farewell: impl Fn(&Address) -> Letter,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Address { org, address, stop, .. } = confirmed;
        self.with(|c| {
            let transaction = c.transaction()?;
            let sql = "SELECT org, address, lang, code IS NULL, stop FROM addresses WHERE org = ?1 AND address <> ?2";
            let before: Vec<Address> =
                transaction.prepare(sql)?.query_map(params![org, address], address_of)?.collect::<Result<_, _>>()?;
            for old in &before {
                if old.confirmed {
                    // It was promised once, and an event is told once: what waits goes to the new address.
                    let sql = include_str!("../../../schema/letters-move.sql");
                    transaction.execute(sql, params![org, old.address, address, old.stop, stop, now.ms()])?;
                }
                drop_letters(&transaction, *org, &old.address, now)?;
                if old.confirmed {
                    put(&transaction, &farewell(old), now)?;
                }
            }
            transaction.execute("DELETE FROM addresses WHERE org = ?1 AND address <> ?2", params![org, address])?;
            let sql = "UPDATE addresses SET code = NULL WHERE org = ?1 AND address = ?2";
            transaction.execute(sql, params![org, address])?;
            // It was answered: another organisation may ask.
            transaction.execute("DELETE FROM questions WHERE address = ?1", [asked_as(address)])?;
            transaction.commit()
        })
    }

    /// Forgets the addresses that nobody confirmed in time.
    ///
    /// # Errors
    /// What the file reports.
    pub fn forget_unanswered(&self, now: Timestamp) -> Result<(), StoreError> {
        self.with(|c| {
            let transaction = c.transaction()?;
            forget_questions(&transaction, now)?;
            transaction.commit()
        })
    }

    /// The addresses of an organisation.
    ///
    /// # Errors
    /// What the file reports.
    pub fn addresses_of(&self, org: u64) -> Result<Vec<Address>, StoreError> {
        let sql =
            "SELECT org, address, lang, code IS NULL, stop FROM addresses WHERE org = ?1 ORDER BY code IS NULL DESC";
        self.with(|c| c.prepare_cached(sql)?.query_map([org], address_of)?.collect())
    }

    /// All who are written to.
    ///
    /// # Errors
    /// What the file reports.
    pub fn confirmed_addresses(&self) -> Result<Vec<Address>, StoreError> {
        let sql = "SELECT org, address, lang, code IS NULL, stop FROM addresses WHERE code IS NULL ORDER BY org";
        self.with(|c| c.prepare_cached(sql)?.query_map([], address_of)?.collect())
    }

    /// The address that these letters go to.
    ///
    /// # Errors
    /// What the file reports.
    pub fn address_of_stop(&self, stop: &str) -> Result<Option<Address>, StoreError> {
        let sql = "SELECT org, address, lang, code IS NULL, stop FROM addresses WHERE stop = ?1";
        self.with(|c| c.query_row(sql, [stop], address_of).optional())
    }

    /// Nobody is written to there any more; what waits is not sent. What is told while it lasts, such as a missing signature, is
    /// told anew to the next address that is confirmed. `farewell` tells the address, where somebody else than its reader did
    /// this.
    ///
    /// # Errors
    /// What the file reports.
    pub fn drop_address(&self, gone: &Address, farewell: Option<&Letter>, now: Timestamp) -> Result<(), StoreError> {
        self.with(|c| {
            let transaction = c.transaction()?;
            drop_letters(&transaction, gone.org, &gone.address, now)?;
            if gone.confirmed {
                let sql = "DELETE FROM letters WHERE org = ?1 AND (event GLOB 'sign/*' OR event GLOB 'due/*')";
                transaction.execute(sql, [gone.org])?;
            }
            let sql = "DELETE FROM addresses WHERE org = ?1 AND address = ?2";
            transaction.execute(sql, params![gone.org, gone.address])?;
            match farewell {
                // Nothing goes to an address that never confirmed.
                Some(farewell) if gone.confirmed => put(&transaction, farewell, now)?,
                Some(_) => {}
                // Its reader wants no letter: none that asks either.
                None => {
                    let sql = "INSERT OR REPLACE INTO questions VALUES (?1, ?2)";
                    transaction.execute(sql, params![asked_as(&gone.address), now.ms()])?;
                }
            }
            transaction.commit()
        })
    }

    /// Up to how many entries letters were made of; where none ever were, they begin at `size`.
    ///
    /// # Errors
    /// What the file reports.
    pub fn letters_begin(&self, size: u64) -> Result<u64, StoreError> {
        self.with(|c| {
            c.execute("INSERT OR IGNORE INTO letters_of VALUES (1, ?1)", [size])?;
            c.query_row("SELECT size FROM letters_of", [], |row| row.get(0))
        })
    }

    /// Keeps letters and up to which entry they tell, both or neither. An address that went meanwhile is not written to.
    ///
    /// # Errors
    /// What the file reports.
    pub fn keep_letters(&self, letters: &[Letter], size: u64, now: Timestamp) -> Result<(), StoreError> {
        self.with(|c| {
            let transaction = c.transaction()?;
            for letter in letters {
                let sql = "SELECT EXISTS (SELECT 1 FROM addresses WHERE org = ?1 AND address = ?2 AND code IS NULL)";
                if transaction.query_row(sql, params![letter.org, letter.address], |row| row.get(0))? {
                    put(&transaction, letter, now)?;
                }
            }
            transaction.execute("UPDATE letters_of SET size = ?1", [size])?;
            transaction.commit()
        })
    }

    /// The letters that are to be tried now, at most so many.
    ///
    /// # Errors
    /// What the file reports.
    pub fn letters_to_send(&self, now: Timestamp, most: u32) -> Result<Vec<Waits>, StoreError> {
        let sql = "SELECT n, org, event, address, stop, subject, plain, html, made_ms, tries FROM letters
            WHERE next_ms <= ?1 ORDER BY next_ms, n LIMIT ?2";
        let read = |row: &Row<'_>| {
            let made_ms: i64 = row.get(8)?;
            Ok(Waits {
                n: row.get(0)?,
                letter: Letter {
                    org: row.get(1)?,
                    event: row.get(2)?,
                    address: row.get(3)?,
                    stop: row.get(4)?,
                    subject: row.get(5)?,
                    plain: row.get(6)?,
                    html: row.get(7)?,
                },
                made: Timestamp::from_ms(made_ms).ok_or(rusqlite::Error::IntegralValueOutOfRange(8, made_ms))?,
                tries: row.get(9)?,
            })
        };
        self.with(|c| c.prepare_cached(sql)?.query_map(params![now.ms(), most], read)?.collect())
    }

    /// A letter is done: `sent`, or why it was given up. What it said is forgotten.
    ///
    /// # Errors
    /// What the file reports.
    pub fn letter_done(&self, n: u64, outcome: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE letters SET address = '', stop = '', subject = '', plain = '', html = '', next_ms = NULL, outcome = ?2,
            done_ms = ?3 WHERE n = ?1 AND next_ms IS NOT NULL";
        self.with(|c| c.execute(sql, params![n, outcome, now.ms()]).map(drop))
    }

    /// Gives up all letters that were made more than so many milliseconds ago, and says how many.
    ///
    /// # Errors
    /// What the file reports.
    pub fn letters_late(&self, give_up_ms: i64, now: Timestamp) -> Result<usize, StoreError> {
        let sql = "UPDATE letters SET address = '', stop = '', subject = '', plain = '', html = '', next_ms = NULL, outcome = 'late',
            done_ms = ?1 WHERE made_ms < ?1 - ?2 AND next_ms IS NOT NULL";
        self.with(|c| c.execute(sql, params![now.ms(), give_up_ms]))
    }

    /// Empties the file's log, where what was overwritten or deleted would stay readable. While somebody else reads it stays,
    /// and goes with the next call.
    ///
    /// # Errors
    /// What the file reports.
    pub fn wipe(&self) -> Result<(), StoreError> {
        self.with(|c| c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())))
    }

    /// A letter is tried again at `next`.
    ///
    /// # Errors
    /// What the file reports.
    pub fn letter_again(&self, n: u64, next: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE letters SET tries = tries + 1, next_ms = ?2 WHERE n = ?1 AND next_ms IS NOT NULL";
        self.with(|c| c.execute(sql, params![n, next.ms()]).map(drop))
    }

    /// What may still be signed today and waits for it: the statement, its kind, what it is about, its last day, and who has not signed.
    ///
    /// # Errors
    /// What the file reports.
    pub fn signatures_missing(&self, today: Date) -> Result<Vec<[String; 5]>, StoreError> {
        let sql = "SELECT o.statement, o.kind, o.about, o.expires, m.signer FROM missing m
            JOIN outbox o ON o.statement = m.statement WHERE o.expires >= ?1 ORDER BY o.statement";
        let read = |row: &Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]);
        self.with(|c| c.prepare_cached(sql)?.query_map([today.to_string()], read)?.collect())
    }

    /// How the letters stand; in a file of a version before letters there are none.
    ///
    /// # Errors
    /// What the file reports.
    pub fn letters_standing(&self) -> Result<Standing, StoreError> {
        let time = |ms: Option<i64>| ms.and_then(Timestamp::from_ms);
        self.with(|c| {
            let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'letters')";
            if !c.query_row(sql, [], |row| row.get::<_, bool>(0))? {
                return Ok(Standing::default());
            }
            c.query_row(include_str!("../../../schema/letters-standing.sql"), [], |row| {
                Ok(Standing {
                    waiting: row.get(0)?,
                    oldest: time(row.get(1)?),
                    given_up: row.get(2)?,
                    last_given_up: time(row.get(3)?),
                })
            })
        })
    }

    /// Gives an owner another secret address of feeds, in place of the one before.
    ///
    /// # Errors
    /// What the file reports.
    pub fn renew_feed(&self, owner: &str, token: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO feeds VALUES (?1, ?2, ?3)
            ON CONFLICT (owner) DO UPDATE SET token = excluded.token, since_ms = excluded.since_ms";
        self.with(|c| c.execute(sql, params![owner, hashed(token), now.ms()]).map(drop))
    }

    /// Ends the secret address of an owner.
    ///
    /// # Errors
    /// What the file reports.
    pub fn drop_feed(&self, owner: &str) -> Result<(), StoreError> {
        self.with(|c| c.execute("DELETE FROM feeds WHERE owner = ?1", [owner]).map(drop))
    }

    /// Since when an owner has a secret address.
    ///
    /// # Errors
    /// What the file reports.
    pub fn feed_since(&self, owner: &str) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT since_ms FROM feeds WHERE owner = ?1";
        let found: Option<i64> = self.with(|c| c.query_row(sql, [owner], |row| row.get(0)).optional())?;
        Ok(found.and_then(Timestamp::from_ms))
    }

    /// Whose secret address this is.
    ///
    /// # Errors
    /// What the file reports.
    pub fn feed_owner(&self, token: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT owner FROM feeds WHERE token = ?1";
        self.with(|c| c.query_row(sql, [hashed(token)], |row| row.get(0)).optional())
    }
}
