//! The demo is the same for everybody, byte for byte; the golden cases in it say what their papers say; and every
//! state that a case can be in is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use hibah::cli::demo::city::signer_id;
use hibah::cli::demo::town::{self, Town};
use hibah::cli::demo::{openings, script};
use hibah::grants::about::{About, CaseId, CaseOwner};
use hibah::grants::figures::Figure;
use hibah::grants::kinds::Kind;
use hibah::grants::one::state::State as Book;
use hibah::grants::one::things::{Case, Closed, Official};
use hibah::grants::one::{profile, stages};
use hibah::grants::signer::SignerId;
use hibah::grants::state::State;
use hibah::grants::time::Timestamp;
use hibah::ledger::reader::{GrantQuery, Reader};
use hibah::ledger::replay::{Replay, Signatures};
use hibah::ledger::statement::Statement;
use hibah::ledger::vault::{NotAReader, VaultError, VaultReader, readers_of};
use hibah::ledger::verify::{Trust, verify};
use serde_json::{Value, json};

/// Kinds that a demo has not: another rule set's adoption, and a second key that its servers would need.
const ABSENT: [Kind; 2] = [Kind::RulesAdopted, Kind::LedgerRekeyed];

#[test]
fn the_demo_has_the_committed_root_and_the_golden_cases() {
    let dir = tempfile::tempdir().expect("a folder");
    let script = script::script().expect("the script");
    let town = town::play(dir.path(), &script, &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    let reader = Reader::open(dir.path()).expect("a ledger");
    let report = verify(&reader, &Trust::default(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    let seen = format!("{} {}\n", report.checkpoint.size, report.checkpoint.root);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors/v1/demo-root.txt");
    if std::env::var_os("HIBAH_WRITE_VECTORS").is_some() {
        std::fs::write(&file, &seen).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(&file).expect("the committed root");

    golden(&reader, "case/1/1", [600, 150, 100, 75], "978/Kep.161-DPKAD/2014");
    golden(&reader, "case/2/1", [750, 175, 100, 50], "978/Kep.574-DPKAD/2014");
    let played = replayed(&reader, report.checkpoint.size);
    let of = |case: &str| {
        let id = CaseId::parse(case).expect("a case");
        played.flags.iter().filter(|(case, _)| *case == id).map(|(_, flag)| *flag).collect::<BTreeSet<_>>()
    };
    assert_eq!(of("case/1/1"), BTreeSet::from(["consecutive_control_numbers", "report_late"]));
    assert_eq!(of("case/2/1"), BTreeSet::from(["consecutive_control_numbers", "report_late", "year_end_rush"]));
    let raised = |name: &str| played.flags.iter().filter(|(_, flag)| *flag == name).count();
    let (late, before) = (raised("late_entry"), raised("dated_before_predecessor"));
    assert!(before > 0 && late > 2 * before, "{late} late entries, {before} dated before their predecessor");
    let kinds: BTreeSet<Kind> = played.statements.iter().filter_map(|said| Kind::parse(said.kind())).collect();
    let missing: Vec<&Kind> = Kind::ALL.iter().filter(|kind| !kinds.contains(kind)).collect();
    assert_eq!(missing, ABSENT.iter().collect::<Vec<_>>(), "these kinds never happen");
    every_state_is_there(&reader, &played.state);
    the_papers_are_large_and_the_names_differ(&played);
    a_successor_records_what_the_predecessor_decided(&played);
    the_treasury_lacks_one_warrant(dir.path(), &town, &played);
    every_key_file_is_of_a_key_in_force(&town, &played.state);
    the_vault_opens_what_the_ledger_seals(dir.path(), &town, &played);
    assert_eq!(seen, committed, "the demo's root");
}

/// What is on the ledger: flags with their cases, statements by entry, the last state.
struct Played {
    flags: Vec<(CaseId, &'static str)>,
    statements: Vec<Statement>,
    state: State,
}

impl Played {
    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(move |said| said.kind() == kind.name())
    }

    fn book(&self) -> &Book {
        let State::One(book) = &self.state else { panic!("the demo is of rule set 1") };
        book
    }
}

fn replayed(reader: &Reader, size: u64) -> Played {
    let mut replay = Replay::with_flags(script::script().expect("the script").origin());
    let (mut flags, mut statements) = (Vec::new(), Vec::new());
    for index in 0..size {
        let entry = reader.entry(index).expect("read").expect("it is there");
        let step = replay.extend(&entry, Signatures::VerifiedBefore).expect("it holds");
        flags.extend(step.findings.iter().map(|finding| (finding.case, finding.flag.name())));
        statements.push(step.statement);
    }
    Played { flags, statements, state: replay.state().clone() }
}

/// At the end some case waits before every stage of every way, and cases were closed in every way.
fn every_state_is_there(reader: &Reader, state: &State) {
    let total = |query: GrantQuery| reader.grants(&GrantQuery { limit: 1, ..query }).expect("the list").total;
    for status in ["open", "disputed", "refused", "withdrawn", "cancelled", "settled"] {
        let found = total(GrantQuery { status: Some(status.to_owned()), ..GrantQuery::default() });
        assert!(found > 0, "no grant is {status}");
    }
    let State::One(book) = state else { panic!("the demo is of rule set 1") };
    let profile = profile::named("kota-bandung").expect("it ships");
    let mut waiting = BTreeSet::new();
    let mut settled = BTreeSet::new();
    for (_, case) in book.cases() {
        let way = (case.core.facts.way.name(), case.core.facts.form.name());
        if case.core.closed == Some(Closed::Settled) {
            settled.insert(way);
        }
        waiting.extend(stages::next(&profile, &case.core).first().map(|kind| (way, *kind)));
    }
    for way in &profile.ways {
        let name = (way.way.name(), way.form.name());
        assert!(settled.contains(&name), "no {name:?} was carried out to its end");
        for stage in &way.stages[1..] {
            assert!(waiting.contains(&(name, *stage)), "no case of {name:?} waits for {stage}");
        }
    }
    let refund = |case: &Case| case.core.closed.is_none() && case.core.stage == Kind::UseReviewed;
    assert!(book.cases().any(|(_, case)| refund(case)), "no case waits for a refund");
    let cases = state.case_count();
    assert!(cases >= 1_500, "{cases} cases: the demo plays two fiscal years of a city");
    assert!(state.org_count() >= 400 && book.orgs().any(|(_, org)| org.suspended.is_none()));
    assert!(!state.reports_missing(state.local_date(replay_end(reader))).is_empty(), "no report is missing");
}

fn the_papers_are_large_and_the_names_differ(played: &Played) {
    let rows = played.of_kind(Kind::DecreeIssued).filter_map(|said| said.body()["rows"].as_u64());
    let largest = rows.max().expect("a decree");
    assert!(largest >= 600, "the largest decree has {largest} rows");
    let names: BTreeSet<&str> = played.book().orgs().map(|(_, org)| &*org.name).collect();
    assert_eq!(names.len(), played.book().orgs().count(), "two organisations have one name");
}

/// The key is the successor's; who decided had left before it was recorded.
fn a_successor_records_what_the_predecessor_decided(played: &Played) {
    let officials: BTreeMap<u64, &Official> = played.book().officials().collect();
    let holder = |id: &SignerId| officials.get(&id.name().rsplit_once("/official/")?.1.parse().ok()?).copied();
    let of_another = played.of_kind(Kind::AmountRecommended).filter(|said| {
        let signer = said.signers().first().and_then(holder).expect("an official signs");
        let decided = said.body()["decided_by"]["person"].as_str().expect("a person");
        let left = officials.values().any(|official| *official.person == *decided && official.retired.is_some());
        *signer.person != *decided && left
    });
    assert_eq!(of_another.count(), 3);
}

/// What the treasury reports of the month, and what `hibah reconcile` says of its register, is the same one warrant.
fn the_treasury_lacks_one_warrant(dir: &Path, town: &Town<'_>, played: &Played) {
    let (year, month) = town::DIFFERENT_MONTH;
    let register = dir.join("register.csv");
    std::fs::write(&register, town.register_of((year, month))).expect("it is written");
    let hibah = |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_hibah")).args(args).output().expect("it runs");
    let (dir, register) = (dir.to_str().expect("a path"), register.to_str().expect("a path"));
    let within = ["--year", &year.to_string(), "--month", &month.to_string()];
    let done = hibah(&[&["reconcile", dir, register, "--json"], within.as_slice()].concat());
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
    let found: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let empty = |name: &str| found[name].as_array().is_some_and(Vec::is_empty);
    assert!(empty("missing") && empty("different") && empty("repeated"), "{found}");
    let [lacks] = found["extra"].as_array().expect("a list").as_slice() else { panic!("{found}") };
    let told = played.of_kind(Kind::TreasuryReconciled).filter(|said| *said.about() == About::Year(year));
    let told = told.map(Statement::body).filter(|body| body["month"] == json!(month));
    let ledger = &found["ledger"];
    let less = |way: &str, name: &str| ledger[way][name].as_i64().expect("a number");
    let amount = lacks["amount"].as_i64().expect("an amount");
    let expected = json!({"count": less("grants", "count") - 1, "sum": less("grants", "sum") - amount});
    assert_eq!(told.filter(|body| body["grants"] == expected && body["assistance"] == ledger["assistance"]).count(), 1);

    // The yearly recapitulation has what was paid in cash too.
    for recap in played.of_kind(Kind::NeedsRecapped) {
        let &About::Year(year) = recap.about() else { panic!("it is about a year") };
        let paid = |kind: Kind| {
            let of_year = played.of_kind(kind).filter(move |said| said.event_date().year() == year);
            let needs =
                of_year.filter(|said| matches!(said.about(), About::Case(CaseId { owner: CaseOwner::Agency(_), .. })));
            needs.filter_map(|said| said.body()["amount"].as_i64()).collect::<Vec<_>>()
        };
        let (warrants, cash) = (paid(Kind::WarrantIssued), paid(Kind::CashPaid));
        assert!(!warrants.is_empty() && !cash.is_empty(), "{year}");
        let sum: i64 = warrants.iter().chain(&cash).sum();
        assert_eq!(recap.body()["count"], json!(warrants.len() + cash.len()));
        assert_eq!(recap.body()["sum"], json!(sum));
    }
}

/// A newcomer may sign with each of them.
fn every_key_file_is_of_a_key_in_force(town: &Town<'_>, state: &State) {
    let keys = hibah::cli::demo::keys(&town.city).expect("the keys");
    let names: BTreeSet<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), keys.len());
    for name in ["desk.key", "kuasa_bud.key", "wali_kota.key", "skpd_sosial.key", "root-1.key", "org-1.key"] {
        assert!(names.contains(name), "{name} is missing");
    }
    let today = town.city.today();
    for (name, key) in keys.iter().filter(|(name, _)| !["ledger.key", "vault.key"].contains(&name.as_str())) {
        let id = signer_id(key);
        assert_eq!(state.vkey_of(&id), Some(key.verifier().to_string().as_str()), "{name} is not on the ledger");
        assert!(state.in_force(&id, today).is_ok(), "{name} is not in force");
        assert!(state.office_of_key(&id).is_none_or(|office| *name == format!("{office}.key")), "{name} is another's");
    }
}

/// Each commitment on the ledger has its opening in the vault, but for the one that was erased.
fn the_vault_opens_what_the_ledger_seals(dir: &Path, town: &Town<'_>, played: &Played) {
    let mut vault = openings::fill_vault(dir, &town.city).unwrap_or_else(|e| panic!("{e}"));
    let kept = vault.vault().list().expect("the list");
    let mut sealed = BTreeSet::new();
    for said in &played.statements {
        for name in said.body().get("sealed").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name) {
            sealed.insert((said.hash().to_hex(), format!("/body/sealed/{name}")));
        }
    }
    let listed: BTreeSet<_> = kept.iter().map(|kept| (kept.statement.to_hex(), kept.pointer.clone())).collect();
    assert_eq!(listed, sealed, "commitments without an opening, or the other way round");
    assert!(kept.iter().any(|kept| kept.about.starts_with("case/")) && kept.iter().all(|kept| kept.in_force));

    let erasures: Vec<&Statement> = played.of_kind(Kind::ErasureRecorded).collect();
    let erased: Vec<_> = kept.iter().filter(|kept| kept.erased.is_some()).collect();
    assert_eq!((erasures.len(), erased.len()), (1, 1));
    let (told, erased) = (erasures[0].body(), erased[0]);
    assert_eq!(told["statement"], json!(erased.statement.to_hex()));
    assert_eq!(told["pointers"], json!([erased.pointer]));
    assert_eq!(told["basis"].as_str(), erased.erased.as_ref().map(|erasure| erasure.basis.as_str()));

    let (state, now) =
        (town.city.state(), kept.last().and_then(|kept| Timestamp::parse(&kept.put_at)).expect("a time"));
    let prove =
        |office: &str| VaultReader::prove(state, town.city.key(office).expect("its key"), now, &readers_of(state));
    assert!(matches!(prove("wali_kota"), Err(NotAReader::OtherOffice { .. })));
    let reader = prove("inspektorat").expect("the profile lets it");
    let gone = vault.read(&erased.statement, &erased.pointer, &reader, "a test", now);
    assert!(matches!(gone, Err(VaultError::Erased { .. })), "the erased opening is still there");
    let account = kept.iter().find(|kept| kept.about == "org/1" && kept.pointer.ends_with("account")).expect("kept");
    let read = vault.read(&account.statement, &account.pointer, &reader, "a test", now).expect("it is read");
    assert_eq!(read.value, "account 1 (rekaan)");
    // What the flags of the inspectorate speak of.
    let same: BTreeSet<String> =
        vault.vault().same().expect("read").into_iter().flatten().map(|kept| kept.about).collect();
    assert_eq!(same.len(), 12);
    for flag in played.of_kind(Kind::FlagRaised) {
        let case = CaseId::parse(flag.body()["case"].as_str().expect("a case")).expect("a case");
        let CaseOwner::Org(n) = case.owner else { panic!("an organisation's case") };
        assert!(same.contains(&format!("org/{n}")), "case {} is flagged without reason", flag.body());
    }
}

fn replay_end(reader: &Reader) -> hibah::grants::time::Timestamp {
    let size = reader.signed().expect("read").size;
    let bytes = reader.entry(size - 1).expect("read").expect("it is there");
    hibah::ledger::entry::Entry::parse(&bytes).expect("an entry").recorded_at
}

/// `millions`: asked, recommended, considered, and the amount of proposal, budget, decree, agreement, warrant, credit
/// and report.
fn golden(reader: &Reader, id: &str, millions: [i64; 4], decree: &str) {
    let grant = reader.grant(id).expect("read").expect("it is there");
    let [asked, recommended, considered, granted] = millions.map(|m| m * 1_000_000);
    for (name, amount) in Figure::NAMES.iter().zip(grant.amounts) {
        let expected = match *name {
            "asked" => Some(asked),
            "recommended" => Some(recommended),
            "considered" => Some(considered),
            "refunded" => None,
            _ => Some(granted),
        };
        assert_eq!(amount, expected, "{id} {name}");
    }
    assert!(grant.numbers.split('\n').any(|number| number == decree), "{id}: {}", grant.numbers);
    let steps = reader.timeline(id).expect("read");
    let last = steps.last().expect("it has steps");
    assert_eq!((last.kind.as_str(), last.event_date.as_str()), ("use.reported", "2015-01-12"));
    let local_morning = "T02:00:00.000Z";
    assert!(steps.iter().all(|step| step.recorded_at.ends_with(local_morning)), "09:00 in Bandung is 02:00 UTC");
}
