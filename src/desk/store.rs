//! `desk.db`: drafts, documents on their way, statements that wait for more signers, and what was sent.
//!
//! Nothing here is on the ledger. When the file is lost, people fill in and sign again; what was recorded is untouched.
// long: all that is asked of one file, a table after the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::drafting::brought;
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::statement::Statement;
use crate::ledger::store::{self, Access, DESK_FILE, StoreError};
use crate::tlog::hash::Hash;

/// How many drafts one key has at most.
pub const MAX_DRAFTS: u32 = 400;
/// After how many days without a change a draft is dropped.
const DRAFT_DAYS: i64 = 90;
/// After how many one is whose key is not in force.
const STRANGERS_DRAFT_DAYS: i64 = 7;
/// What was typed, by the names of the fields.
pub type Fields = BTreeMap<String, String>;

/// A statement that is being filled in.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its place in addresses: 16 hex digits.
    pub id: String,
    /// Of which kind.
    pub kind: String,
    /// What it is about.
    pub about: String,
    /// As typed.
    pub fields: Fields,
    /// Which change this is, from 1.
    pub version: u64,
    /// The time of the last change.
    pub changed: Timestamp,
}

/// A statement that waits for more signers.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// SHA-256 of its text.
    pub hash: String,
    /// The note, with the lines that it has.
    pub note: String,
    /// The public key of who signed first.
    pub owner: String,
    /// Of which kind.
    pub kind: String,
    /// What it is about.
    pub about: String,
    /// The last day on which it may be recorded, `YYYY-MM-DD`.
    pub expires: String,
    /// The time of the last signature.
    pub changed: Timestamp,
}

/// What was recorded.
#[derive(Clone, Debug)]
pub struct Sent {
    /// SHA-256 of its text.
    pub hash: String,
    /// Of which kind.
    pub kind: String,
    /// What it is about.
    pub about: String,
    /// Its entry.
    pub index: u64,
    /// When.
    pub at: Timestamp,
}

/// What became of a change to a draft.
#[derive(Clone, Debug)]
pub enum Saved {
    /// It is this version now.
    Version(u64),
    /// Somebody else changed it since: this is how it stands.
    Changed(Box<Draft>),
    /// There is no such draft of this owner.
    Gone,
}

/// The file, open.
pub struct Store {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the file of the ledger in `dir`, and makes it when it is not there.
    ///
    /// # Errors
    /// What the file reports.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(DESK_FILE);
        let connection = match path.exists() {
            true => store::open(&path, Access::Write)?,
            false => {
                let connection = store::open(&path, Access::Create)?;
                let schema = concat!("BEGIN;", include_str!("../../schema/desk.sql"), "COMMIT;");
                connection.execute_batch(schema).map_err(|e| StoreError::sql(&path, &e))?;
                connection
            }
        };
        // Of a later version than the tables above: a file from before has them from here.
        let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('drafts') WHERE name = 'began')";
        if !connection.query_row(sql, [], |row| row.get::<_, bool>(0)).map_err(|e| StoreError::sql(&path, &e))? {
            let schema = concat!("BEGIN IMMEDIATE;", include_str!("../../schema/desk-later.sql"), "COMMIT;");
            connection.execute_batch(schema).map_err(|e| StoreError::sql(&path, &e))?;
        }
        let schema = concat!("BEGIN IMMEDIATE;", include_str!("../../schema/letters.sql"), "COMMIT;");
        // Addresses and letters that are done with are overwritten, not only unlinked.
        let ready =
            connection.pragma_update(None, "secure_delete", true).and_then(|()| connection.execute_batch(schema));
        ready.map_err(|e| StoreError::sql(&path, &e))?;
        Ok(Self { path, connection: Mutex::new(connection) })
    }

    /// Opens the file for one who reads once and ends; none where there is none.
    ///
    /// # Errors
    /// What the file reports.
    pub fn read(dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = dir.join(DESK_FILE);
        match store::open(&path, Access::ReadOnce) {
            Err(StoreError::Missing(_)) => Ok(None),
            opened => Ok(Some(Self { connection: Mutex::new(opened?), path })),
        }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic leaves no half of a transaction behind.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&mut self.connection()).map_err(|e| StoreError::sql(&self.path, &e))
    }

    /// Keeps a new draft, of a `stranger` where the owner's key is not in force; none where the owner has too many.
    ///
    /// # Errors
    /// What the file reports.
    pub fn begin(&self, owner: &str, stranger: bool, draft: &Draft) -> Result<bool, StoreError> {
        let fields = fields_text(&draft.fields);
        let now = draft.changed.ms();
        self.with(|c| {
            let sql = "DELETE FROM drafts WHERE changed_ms < ?1 OR (stranger = 1 AND changed_ms < ?2)";
            let before = |days: i64| now - days * 86_400_000;
            c.execute(sql, [before(DRAFT_DAYS), before(STRANGERS_DRAFT_DAYS)])?;
            let sql = "INSERT INTO drafts (id, owner, kind, about, fields, version, changed_ms, stranger)
                SELECT ?1, ?2, ?3, ?4, ?5, 1, ?6, ?8 WHERE (SELECT count(*) FROM drafts WHERE owner = ?2) < ?7";
            let row = params![draft.id, owner, draft.kind, draft.about, fields, now, MAX_DRAFTS, stranger];
            Ok(c.execute(sql, row)? == 1)
        })
    }

    /// One draft of an owner.
    ///
    /// # Errors
    /// What the file reports.
    pub fn draft(&self, owner: &str, id: &str) -> Result<Option<Draft>, StoreError> {
        self.with(|c| {
            let sql = "SELECT id, kind, about, fields, version, changed_ms FROM drafts WHERE owner = ?1 AND id = ?2";
            c.query_row(sql, [owner, id], draft_of).optional()
        })
    }

    /// The drafts of an owner, the one that changed last first.
    ///
    /// # Errors
    /// What the file reports.
    pub fn drafts(&self, owner: &str) -> Result<Vec<Draft>, StoreError> {
        self.with(|c| {
            let sql = "SELECT id, kind, about, fields, version, changed_ms FROM drafts
                WHERE owner = ?1 ORDER BY changed_ms DESC, id";
            c.prepare_cached(sql)?.query_map([owner], draft_of)?.collect()
        })
    }

    /// Changes a draft, if it is still the version that was changed.
    ///
    /// # Errors
    /// What the file reports.
    pub fn save(
        &self,
        owner: &str,
        id: &str,
        version: u64,
        fields: &Fields,
        now: Timestamp,
    ) -> Result<Saved, StoreError> {
        let changed = self.with(|c| change(c, owner, id, version, fields, now))?;
        self.saved(changed, owner, id, version)
    }

    fn saved(&self, changed: bool, owner: &str, id: &str, version: u64) -> Result<Saved, StoreError> {
        if changed {
            return Ok(Saved::Version(version + 1));
        }
        Ok(self.draft(owner, id)?.map_or(Saved::Gone, |draft| Saved::Changed(Box::new(draft))))
    }

    /// Changes a draft as [`Store::save`] does, and keeps new ones about the same thing in place of others of their kinds: all of it
    /// or nothing. None where the owner would have too many.
    ///
    /// # Errors
    /// What the file reports.
    pub fn save_with(&self, owner: &str, changed: &Draft, new: &[Draft]) -> Result<Option<Saved>, StoreError> {
        let Draft { id, about, version, changed: now, .. } = changed;
        let done = self.with(|c| {
            let transaction = c.transaction()?;
            if !change(&transaction, owner, id, *version, &changed.fields, *now)? {
                return Ok(Some(false));
            }
            for draft in new {
                let sql = "DELETE FROM drafts WHERE owner = ?1 AND about = ?2 AND kind = ?3 AND id <> ?4";
                transaction.execute(sql, [owner, about, &draft.kind, id])?;
            }
            for draft in new {
                let sql = "INSERT INTO drafts (id, owner, kind, about, fields, version, changed_ms)
                    VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)";
                let row = params![draft.id, owner, draft.kind, about, fields_text(&draft.fields), now.ms()];
                transaction.execute(sql, row)?;
            }
            let count: u32 =
                transaction.query_row("SELECT count(*) FROM drafts WHERE owner = ?1", [owner], |row| row.get(0))?;
            // What is not committed is undone.
            if count > MAX_DRAFTS { Ok(None) } else { transaction.commit().map(|()| Some(true)) }
        })?;
        done.map(|changed| self.saved(changed, owner, id, *version)).transpose()
    }

    /// Drops a draft.
    ///
    /// # Errors
    /// What the file reports.
    pub fn drop_draft(&self, owner: &str, id: &str) -> Result<(), StoreError> {
        self.with(|c| c.execute("DELETE FROM drafts WHERE owner = ?1 AND id = ?2", [owner, id]).map(drop))
    }

    /// Notes that an owner sends a document.
    ///
    /// # Errors
    /// What the file reports.
    pub fn touch_upload(&self, owner: &str, sha256: &str, now: Timestamp) -> Result<(), StoreError> {
        self.with(|c| {
            let sql = "INSERT INTO uploads (owner, sha256, changed_ms) VALUES (?1, ?2, ?3)
                ON CONFLICT (owner, sha256) DO UPDATE SET changed_ms = excluded.changed_ms";
            c.execute(sql, params![owner, sha256, now.ms()]).map(drop)
        })
    }

    /// How many documents an owner has on their way, besides this one.
    ///
    /// # Errors
    /// What the file reports.
    pub fn uploads_besides(&self, owner: &str, sha256: &str) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM uploads WHERE owner = ?1 AND sha256 <> ?2";
        self.with(|c| c.query_row(sql, [owner, sha256], |row| row.get(0)))
    }

    /// Forgets documents that nobody touched since a time, and says whose they were.
    ///
    /// # Errors
    /// What the file reports.
    pub fn forget_uploads(&self, before: Timestamp) -> Result<Vec<(String, String)>, StoreError> {
        self.with(|c| {
            let sql = "DELETE FROM uploads WHERE changed_ms < ?1 RETURNING owner, sha256";
            c.prepare(sql)?.query_map([before.ms()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// Keeps a statement that waits for more signers, in place of `known`, the note that was kept of it and whose lines it has; none
    /// where nothing was. Answers whether it did: not where another signed, or took it back, since that note was read.
    ///
    /// # Errors
    /// What the file reports.
    pub fn wait(
        &self,
        owner: &str,
        statement: &Statement,
        known: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let hash = statement.hash().to_hex();
        let note = String::from_utf8_lossy(&statement.to_bytes()).into_owned();
        let missing: Vec<String> = statement.missing_signers().iter().map(ToString::to_string).collect();
        let (kind, about) = (statement.kind(), statement.about().to_string());
        let expires = statement.expires().to_string();
        let brings = brought(statement).map(|vkey| vkey.public_base64().to_owned());
        self.with(|c| {
            let transaction = c.transaction()?;
            let changed = match known {
                Some(known) => {
                    let sql = "UPDATE outbox SET note = ?3, changed_ms = ?4 WHERE statement = ?1 AND note = ?2";
                    transaction.execute(sql, params![hash, known, note, now.ms()])?
                }
                None => {
                    let sql = "INSERT OR IGNORE INTO outbox (statement, note, owner, kind, about, expires, changed_ms, brings)
                        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
                    transaction.execute(sql, params![hash, note, owner, kind, about, expires, now.ms(), brings])?
                }
            };
            if changed == 0 {
                return Ok(false);
            }
            transaction.execute("DELETE FROM missing WHERE statement = ?1", [&hash])?;
            for signer in &missing {
                transaction.execute("INSERT INTO missing VALUES (?1, ?2)", [&hash, signer])?;
            }
            transaction.commit()?;
            Ok(true)
        })
    }

    /// One statement that waits.
    ///
    /// # Errors
    /// What the file reports.
    pub fn waiting(&self, hash: &str) -> Result<Option<Waiting>, StoreError> {
        Ok(self.waiting_where("statement = ?1", hash)?.pop())
    }

    /// What waits for this signer.
    ///
    /// # Errors
    /// What the file reports.
    pub fn waiting_for(&self, signer: &SignerId) -> Result<Vec<Waiting>, StoreError> {
        self.with(|c| {
            let sql = "SELECT o.statement, o.note, o.owner, o.kind, o.about, o.expires, o.changed_ms FROM missing m
                JOIN outbox o ON o.statement = m.statement WHERE m.signer = ?1 ORDER BY o.changed_ms, o.statement";
            c.prepare_cached(sql)?.query_map([signer.to_string()], waiting_of)?.collect()
        })
    }

    /// What this owner signed first and others have not signed yet.
    ///
    /// # Errors
    /// What the file reports.
    pub fn waiting_of(&self, owner: &str) -> Result<Vec<Waiting>, StoreError> {
        self.waiting_where("owner = ?1 ORDER BY changed_ms, statement", owner)
    }

    /// What waits and brings the key with this public half: its holder signs it before the ledger knows the key.
    ///
    /// # Errors
    /// What the file reports.
    pub fn waiting_naming(&self, public: &str) -> Result<Vec<Waiting>, StoreError> {
        self.waiting_where("brings = ?1 ORDER BY changed_ms, statement", public)
    }

    /// All that waits of a kind, the newest first.
    ///
    /// # Errors
    /// What the file reports.
    pub fn waiting_of_kind(&self, kind: &str) -> Result<Vec<Waiting>, StoreError> {
        self.waiting_where("kind = ?1 ORDER BY changed_ms DESC, statement", kind)
    }

    fn waiting_where(&self, condition: &str, value: &str) -> Result<Vec<Waiting>, StoreError> {
        let sql =
            format!("SELECT statement, note, owner, kind, about, expires, changed_ms FROM outbox WHERE {condition}");
        self.with(|c| c.prepare_cached(&sql)?.query_map([value], waiting_of)?.collect())
    }

    /// Drops what can be recorded no more: its last day was before this one.
    ///
    /// # Errors
    /// What the file reports.
    pub fn forget_waiting(&self, today: Date) -> Result<(), StoreError> {
        self.with(|c| {
            let transaction = c.transaction()?;
            let gone = "DELETE FROM missing WHERE statement IN (SELECT statement FROM outbox WHERE expires < ?1)";
            transaction.execute(gone, [today.to_string()])?;
            transaction.execute("DELETE FROM outbox WHERE expires < ?1", [today.to_string()])?;
            transaction.commit()
        })
    }

    /// What earlier keys of the same holder began becomes this key's, in whoever's hands it is, and the documents that were on their way
    /// for them are named: each with whose it was.
    ///
    /// # Errors
    /// What the file reports.
    pub fn inherit(&self, earlier: &[String], owner: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.with(|c| {
            let transaction = c.transaction()?;
            let mut uploads = Vec::new();
            for old in earlier {
                let sql = "SELECT owner, sha256 FROM uploads WHERE (owner = ?1 OR began = ?1) AND owner <> ?2";
                let mut found = transaction.prepare_cached(sql)?;
                let found = found.query_map([old.as_str(), owner], |row| Ok((row.get(0)?, row.get(1)?)))?;
                uploads.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
                for table in ["drafts", "outbox", "uploads", "sent"] {
                    let sql = format!(
                        "UPDATE OR IGNORE {table} SET began = coalesce(began, owner), owner = ?2
                        WHERE (owner = ?1 OR began = ?1) AND owner <> ?2"
                    );
                    transaction.execute(&sql, [old.as_str(), owner])?;
                }
            }
            transaction.commit()?;
            Ok(uploads)
        })
    }

    /// Takes a statement out of the outbox.
    ///
    /// # Errors
    /// What the file reports.
    pub fn drop_waiting(&self, hash: &str) -> Result<(), StoreError> {
        self.with(|c| {
            let transaction = c.transaction()?;
            transaction.execute("DELETE FROM missing WHERE statement = ?1", [hash])?;
            transaction.execute("DELETE FROM outbox WHERE statement = ?1", [hash])?;
            transaction.commit()
        })
    }

    /// Notes what was recorded, for this owner.
    ///
    /// # Errors
    /// What the file reports.
    pub fn keep_sent(&self, owner: &str, sent: &Sent) -> Result<(), StoreError> {
        self.with(|c| {
            let sql = "INSERT OR IGNORE INTO sent (owner, statement, kind, about, idx, at_ms)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            c.execute(sql, params![owner, sent.hash, sent.kind, sent.about, sent.index, sent.at.ms()]).map(drop)
        })
    }

    /// One that was recorded for this owner.
    ///
    /// # Errors
    /// What the file reports.
    pub fn sent_one(&self, owner: &str, hash: &str) -> Result<Option<Sent>, StoreError> {
        let sql = "SELECT statement, kind, about, idx, at_ms FROM sent WHERE owner = ?1 AND statement = ?2";
        self.with(|c| c.query_row(sql, [owner, hash], sent_of).optional())
    }

    /// The newest that were recorded for this owner.
    ///
    /// # Errors
    /// What the file reports.
    pub fn sent(&self, owner: &str, most: u32) -> Result<Vec<Sent>, StoreError> {
        self.with(|c| {
            let sql = "SELECT statement, kind, about, idx, at_ms FROM sent
                WHERE owner = ?1 ORDER BY idx DESC LIMIT ?2";
            c.prepare_cached(sql)?.query_map(params![owner, most], sent_of)?.collect()
        })
    }
}

fn fields_text(fields: &Fields) -> String {
    serde_json::Value::from_iter(fields.iter().map(|(name, text)| (name.as_str(), text.as_str()))).to_string()
}

fn time(row: &Row<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    let ms: i64 = row.get(at)?;
    Timestamp::from_ms(ms).ok_or(rusqlite::Error::IntegralValueOutOfRange(at, ms))
}

fn draft_of(row: &Row<'_>) -> rusqlite::Result<Draft> {
    let fields: String = row.get(3)?;
    // It was written by `fields_text`; what is something else was changed by hand, and is an empty draft.
    let fields = serde_json::from_str(&fields).unwrap_or_default();
    Ok(Draft {
        id: row.get(0)?,
        kind: row.get(1)?,
        about: row.get(2)?,
        fields,
        version: row.get(4)?,
        changed: time(row, 5)?,
    })
}

/// Changes a draft, and says whether it was still the version that was changed.
fn change(
    c: &Connection,
    owner: &str,
    id: &str,
    version: u64,
    fields: &Fields,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE drafts SET fields = ?4, version = version + 1, changed_ms = ?5
        WHERE owner = ?1 AND id = ?2 AND version = ?3";
    Ok(c.execute(sql, params![owner, id, version, fields_text(fields), now.ms()])? == 1)
}

fn waiting_of(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        hash: row.get(0)?,
        note: row.get(1)?,
        owner: row.get(2)?,
        kind: row.get(3)?,
        about: row.get(4)?,
        expires: row.get(5)?,
        changed: time(row, 6)?,
    })
}

fn sent_of(row: &Row<'_>) -> rusqlite::Result<Sent> {
    Ok(Sent { hash: row.get(0)?, kind: row.get(1)?, about: row.get(2)?, index: row.get(3)?, at: time(row, 4)? })
}

/// The owner's documents lie under names that are hard to guess for others: their digest and a digest of both.
#[must_use]
pub fn upload_name(owner: &str, sha256: &Hash) -> String {
    let of = crate::tlog::hash::sha256(format!("{owner}\n{sha256}").as_bytes());
    format!("{sha256}-{}", &of.to_hex()[..16])
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::grants::about::About;
    use crate::grants::signer::SignerId;
    use crate::grants::time::{Date, Timestamp};
    use crate::ledger::statement::{Content, Statement};
    use crate::ledger::store::DESK_FILE;
    use crate::tlog::ed25519::SigningKey;
    use crate::tlog::hash::sha256;
    use crate::tlog::note::NoteSigner;

    const ORIGIN: &str = "hibah.example/ledger";

    fn key(seed: u8) -> NoteSigner {
        let name = format!("{ORIGIN}/root/{seed}");
        NoteSigner::new(&name, SigningKey::from_seed([seed; 32])).expect("a key's name")
    }

    /// A statement that roots 1, 2 and 3 are to sign, with the lines of these.
    fn signed(by: &[u8]) -> Statement {
        let day = |text| Date::parse(text).expect("a day");
        let id = |seed: u8| {
            let vkey = key(seed).verifier().to_string();
            SignerId::parse(&vkey[..vkey.len() - 45]).expect("a signer")
        };
        let content = Content {
            origin: ORIGIN.to_owned(),
            kind: "key.replaced".to_owned(),
            about: About::Official(1),
            after: Some(sha256(b"before")),
            body: serde_json::json!({ "key": key(4).verifier().to_string() }),
            event_date: day("2026-01-02"),
            expires: day("2026-01-30"),
            signers: [1, 2, 3].map(id).to_vec(),
        };
        let mut statement = content.draft().expect("a draft");
        by.iter().for_each(|seed| statement.sign(&key(*seed)).expect("signed"));
        statement
    }

    fn text(statement: &Statement) -> String {
        String::from_utf8(statement.to_bytes()).expect("text")
    }

    #[test]
    fn of_two_who_sign_at_once_the_second_is_told() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(dir.path()).expect("opened");
        let now = Timestamp::parse("2026-01-02T00:00:00.000Z").expect("a time");
        let wait = |by: &[u8], known: Option<&[u8]>| {
            let known = known.map(|by| text(&signed(by)));
            store.wait("A", &signed(by), known.as_deref(), now).expect("asked")
        };
        let hash = signed(&[]).hash().to_hex();
        let kept = || store.waiting(&hash).expect("read").map(|waiting| waiting.note);
        assert!(!wait(&[1], Some(&[])), "nothing waits that could be changed");
        assert_eq!(kept(), None);
        assert!(wait(&[1], None) && !wait(&[2], None), "it waits already");
        assert!(wait(&[1, 2], Some(&[1])));
        assert!(!wait(&[1, 3], Some(&[1])), "another signed meanwhile");
        assert_eq!(kept(), Some(text(&signed(&[1, 2]))), "and that line is still there");
        let third = signed(&[]).signers()[2].clone();
        assert_eq!(store.waiting_for(&third).expect("read").len(), 1);
        store.drop_waiting(&hash).expect("dropped");
        assert!(!wait(&[1, 2, 3], Some(&[1, 2])), "it was recorded, or taken back");
        assert_eq!(kept(), None, "and does not return");
    }

    /// What waits in a file of a version before `brings` is found by its key all the same.
    #[test]
    fn an_earlier_file_is_brought_up_to_date() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = rusqlite::Connection::open(dir.path().join(DESK_FILE)).expect("made");
        file.execute_batch(include_str!("../../schema/desk.sql")).expect("tables");
        let row = "INSERT INTO outbox VALUES ('ab', ?1, 'A', 'key.replaced', 'official/1', '2026-01-30', 0)";
        file.execute(row, [text(&signed(&[1]))]).expect("kept");
        drop(file);
        let vkey = key(4).verifier().to_string();
        for _ in 0..2 {
            let store = Store::open(dir.path()).expect("opened");
            let found = store.waiting_naming(&vkey[vkey.len() - 44..]).expect("read");
            assert_eq!(found.len(), 1, "{vkey}");
            assert_eq!(store.waiting_naming("A").expect("read").len(), 0);
        }
    }
}
