//! What happens in the made-up city beside the usual: offices change hands, keys are lost and revoked, things are
//! corrected, reported, flagged, reconciled and erased. Each on its day.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::bodies;
use super::city::{CityError, Saying};
use super::town::{DIFFERENT_MONTH, LeftBehind, Town, shares_account};
use crate::grants::about::{About, AwardId, CaseId, CaseOwner, NoteSigner};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::one::ways::Way;
use crate::grants::time::{Date, Timestamp};

/// Organisations that these events tell of; chance leaves them alone.
pub(super) const OWN: [u64; 8] = [17, 23, 31, 40, 41, 50, 60, 70];
/// The source of the past register: the first 8 bytes of its file's digest.
const REGISTER: [u8; 8] = [0x5a, 0xb1, 0x11, 0x0b, 0x20, 0x12, 0x00, 0x01];

/// Since when the stolen key of the sports agency is suspect.
const SUSPECT_SINCE: &str = "2014-04-02T00:00:00.000Z";

/// Everything of this day.
pub(super) fn on(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    match on.to_string().as_str() {
        "2013-01-21" => past_awards(town, on),
        "2013-03-04" => adopted(town, on),
        "2013-08-05" => replaced(town, on, 17),
        "2013-09-02" => replaced(town, on, 23),
        "2013-09-06" => objected(town, on),
        "2013-09-30" => office_changes_hands(town, on),
        "2013-10-07" => claimed(town, on),
        "2013-11-04" => organisations(town, on),
        "2014-01-13" => rotated(town, on, "org/31", About::Org(31)),
        "2014-03-03" => acting(town, on),
        "2014-03-10" => suspended(town, on, true),
        "2014-04-14" => suspended(town, on, false),
        "2014-04-30" => acting_ends(town),
        "2014-05-12" => revoked(town, on),
        "2014-05-19" => confirmed(town, on),
        "2014-07-01" => {
            let n = town.city.holder("kuasa_bud");
            rotated(town, on, &format!("official/{n}"), About::Official(n))
        }
        "2014-08-18" => addendum(town, on),
        "2014-09-01" => corrected(town, on),
        "2014-10-06" => root_replaced(town, on),
        "2014-11-17" => irregular(town, on),
        "2014-12-29" => profile_amended(town, on),
        "2015-03-16" => erased(town, on),
        "2015-05-04" => sanctioned(town, on),
        _ => Ok(()),
    }?;
    notes(town, on)?;
    if on.day() == 5 && on.year() >= 2014 {
        reconciled(town, on)?;
    }
    if on.month() == 1 && on.day() == 4 && on.year() >= 2015 {
        recapped(town, on)?;
    }
    Ok(())
}

fn say(
    town: &mut Town<'_>,
    on: Date,
    kind: &str,
    about: About,
    body: Value,
    signers: &[&str],
) -> Result<(), CityError> {
    town.city.say(&Saying { kind, about, body, on, signers })
}

fn past_awards(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    for row in 1..=60 {
        let about = About::Award(AwardId { source: REGISTER, row });
        let names = &town.script.names;
        let name = names[town.chance(&format!("award {row}"), names.len() as u64) as usize].clone();
        let amount = 5_000_000 * (1 + town.chance(&format!("award {row} amount"), 30) as i64);
        let body = json!({
            "recipient": {"name": format!("Yayasan {name}")}, "fiscal_year": 2012, "outcome": "awarded",
            "amounts": {"decreed": amount, "paid": amount}, "purpose": "Hibah menurut register tahun 2012 (rekaan).",
            "source": {
                "file_sha256": format!("{}{}", hex::encode(REGISTER), "0".repeat(48)), "row": row,
                "map_sha256": "11".repeat(32),
            },
        });
        say(town, on, "award.migrated", about, body, &["ppkd"])?;
    }
    Ok(())
}

/// Running cases that are taken over from paper.
fn adopted(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    for at in 0..5_u64 {
        let org = 4 + at;
        let id = CaseId { owner: CaseOwner::Org(org), n: 1 };
        let amount = 10_000_000 * (3 + at as i64);
        let body = json!({
            "title": "Kegiatan yang berjalan sebelum buku besar", "purpose": "Diambil alih dari berkas kertas (rekaan).",
            "field": "pendidikan", "form": "money", "way": "grant", "fiscal_year": 2013, "stage": "decree.sealed",
            "amounts": {"asked": amount * 2, "enacted": amount, "decreed": amount},
            "document": bodies::document("Keputusan wali kota", &About::Case(id).to_string()),
        });
        say(town, on, "case.adopted", About::Case(id), body, &["ppkd", "inspektorat"])?;
        let day = town.later(on, 5 + at);
        town.adopt(id, day);
    }
    Ok(())
}

fn replaced(town: &mut Town<'_>, on: Date, org: u64) -> Result<(), CityError> {
    town.city.flush()?;
    let role = format!("org/{org}");
    let (key, old) = town.city.new_key(&role);
    let body = json!({"key": key, "retires": old, "reason": "Kartu kunci lembaga hilang; dilaporkan ke kelurahan."});
    say(town, on, "key.replaced", About::Org(org), body, &["registrar", "inspektorat", &role])
}

/// The old key was not lost after all: it objects, and the replacement is held.
fn objected(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let today = town.city.today();
    let entry = town.book()?.org(23).and_then(|org| org.pending_on(today)).map(|pending| pending.index);
    let body = json!({"replacement": entry, "reason": "Kunci lama masih kami pegang; permohonan bukan dari pengurus."});
    let about = note(town, "org/23");
    say(town, on, "replacement.objected", about, body, &["org/23:old"])
}

fn rotated(town: &mut Town<'_>, on: Date, role: &str, about: About) -> Result<(), CityError> {
    town.city.flush()?;
    let (key, old) = town.city.new_key(role);
    let body = json!({"key": key, "retires": old});
    say(town, on, "key.rotated", about, body, &[role, &format!("{role}:old")])
}

/// The head of the social agency moves; the successor records a decision of the predecessor.
fn office_changes_hands(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let n = town.city.holder("skpd_sosial");
    let body =
        json!({"decree_number": "821/Kep.77-REKAAN/2013", "last_day": on.to_string(), "reason": "Pindah tugas."});
    say(town, on, "official.retired", About::Official(n), body, &["root/1", "root/2", "root/3"])?;
    town.left_behind = Some(LeftBehind {
        office: "skpd_sosial".to_owned(),
        decided: town.city.decided_by("skpd_sosial"),
        last_day: on,
        count: 3,
    });
    let until = on.plus_days(3_650).unwrap_or(on);
    town.city.appoint_person("skpd_sosial", 101, until, false).map(|_| ())
}

fn acting(town: &mut Town<'_>, _on: Date) -> Result<(), CityError> {
    let until = town.city.today().plus_days(57).unwrap_or(town.city.today());
    town.acting_for = Some(town.city.holder("skpd_kesehatan"));
    town.city.appoint_person("skpd_kesehatan", 102, until, true).map(|_| ())
}

fn acting_ends(town: &mut Town<'_>) -> Result<(), CityError> {
    if let Some(n) = town.acting_for.take() {
        town.city.give_back("skpd_kesehatan", n);
    }
    Ok(())
}

fn claimed(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    for (org, row) in [(9, 3), (12, 8), (15, 21)] {
        let award = About::Award(AwardId { source: REGISTER, row }).to_string();
        let body = json!({"award": award, "reason": "Nama dan alamat sama dengan penerima dalam register 2012."});
        say(town, on, "organisation.claimed", About::Org(org), body, &["registrar"])?;
    }
    Ok(())
}

fn organisations(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    let body = json!({"reason": "Ketua baru menurut rapat anggota."});
    let (kind, signers) = ("organisation.amended", ["registrar", "org/40"]);
    let saying = Saying { kind, about: About::Org(40), body, on, signers: &signers };
    town.city.say_sealed(saying, &[("chair", "chair 40, second (rekaan)".to_owned())])?;
    let body = json!({
        "address": {"street": "Jalan Rekaan 8", "ward": "Lebakgede", "city": "Bandung"},
        "deed": bodies::document("Akta perubahan", "org/41"), "reason": "Pindah alamat; akta ditunjukkan di loket.",
    });
    say(town, on, "organisation.amended", About::Org(41), body, &["registrar"])
}

fn suspended(town: &mut Town<'_>, on: Date, begins: bool) -> Result<(), CityError> {
    let (kind, reason) = if begins {
        ("organisation.suspended", "Alamat tidak ditemukan pada kunjungan.")
    } else {
        ("organisation.reinstated", "Alamat baru sudah didaftarkan.")
    };
    say(town, on, kind, About::Org(50), json!({"reason": reason}), &["inspektorat"])
}

/// The key of the sports agency is stolen: revoked, what it signed since is disputed, and the holder gets another.
fn revoked(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let n = town.city.holder("skpd_olahraga");
    let key = town.city.key(&format!("official/{n}"))?;
    let id = super::city::signer_id(key).to_string();
    let body = json!({
        "key": id, "reason": "Laptop dicuri; kunci dipakai orang lain.", "suspect_since": SUSPECT_SINCE,
    });
    say(town, on, "key.revoked", About::Official(n), body, &["root/1", "root/2", "root/3"])?;
    let until = on.plus_days(3_650).unwrap_or(on);
    town.city.appoint_person("skpd_olahraga", n, until, false).map(|_| ())
}

/// The new key confirms what the old one signed rightly; two cases stay disputed.
fn confirmed(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let since = Timestamp::parse(SUSPECT_SINCE).ok_or_else(|| CityError::Script("no time".to_owned()))?;
    let mut suspect: Vec<(CaseId, u64)> = Vec::new();
    for (id, case) in town.book()?.cases() {
        let signed = case.trace.iter().filter(|trace| trace.at >= since && is_agency_step(trace.kind));
        if town.book()?.is_disputed(&id) && case.held_by.is_none() {
            suspect.extend(signed.map(|trace| (id, trace.index)));
        }
    }
    let disputed: BTreeSet<CaseId> = suspect.iter().map(|(id, _)| *id).collect();
    let left: BTreeSet<CaseId> = disputed.into_iter().take(2).collect();
    for (id, entry) in suspect {
        if !left.contains(&id) {
            town.city.flush()?;
            say(town, on, "entry.confirmed", About::Case(id), json!({"entry": entry}), &["skpd_olahraga"])?;
        }
    }
    Ok(())
}

/// What an agency signs about a case.
fn is_agency_step(kind: Kind) -> bool {
    matches!(kind, Kind::AmountRecommended | Kind::UseReviewed | Kind::NeedRecorded | Kind::GoodsHandedOver)
}

/// A typing error in a control number, and one in a report.
fn corrected(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let mut found: Vec<(CaseId, u64, String)> = Vec::new();
    for (id, case) in town.book()?.cases() {
        let numbered = case.trace.iter().find(|trace| trace.kind == Kind::CompletenessChecked);
        let usual =
            case.core.closed.is_none() && case.held_by.is_none() && matches!(id.owner, CaseOwner::Org(n) if n > 2);
        if let Some(trace) = numbered.filter(|_| usual && found.len() < 2) {
            found.push((id, trace.index, trace.number().unwrap_or_default().to_owned()));
        }
    }
    for (id, entry, number) in found {
        let body = json!({
            "entry": entry, "reason": "Nomor kendali salah ketik pada lembar kelengkapan.",
            "body": {"control_number": format!("{number}-A"), "decided_by": town.city.decided_by("tata_usaha")},
        });
        say(town, on, "correction.recorded", About::Case(id), body, &["tata_usaha", "inspektorat"])?;
    }
    Ok(())
}

/// Both parties of an agreement move its report to the end of March.
fn addendum(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let found = town.book()?.cases().find(|(id, case)| {
        let waits = case.core.done.has(Kind::AgreementSigned) && !case.core.done.has(Kind::UseReported);
        waits && case.core.pay.plan.is_empty() && matches!(id.owner, CaseOwner::Org(n) if n > 2)
    });
    let Some((id, amount)) = found.map(|(id, case)| (id, case.core.amount(Figure::Agreed).minor())) else {
        return Ok(());
    };
    let CaseOwner::Org(n) = id.owner else { return Ok(()) };
    let body = json!({
        "number": "33/Addendum.R/1/2014", "amount": amount, "report_due": "2015-03-31",
        "document": bodies::document("Adendum perjanjian hibah daerah", &About::Case(id).to_string()),
        "reason": "Kegiatan mundur karena musim hujan.", "decided_by": town.city.decided_by("ppkd"),
    });
    say(town, on, "agreement.amended", About::Case(id), body, &["ppkd", &format!("org/{n}")])
}

fn root_replaced(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let (key, _) = town.city.new_key("root/5");
    let body = json!({
        "root": 5, "holder": "Rektor sebuah universitas (rekaan)", "decree_number": "180/Kep.9-REKAAN/2014",
        "reason": "Pemegang lama purna tugas.", "key": key,
    });
    say(town, on, "root.replaced", About::Ledger, body, &["root/1", "root/2", "root/3", "root/5"])
}

/// Money that was paid outside the rules is recorded as what it is.
fn irregular(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let case = town.book()?.cases().find(|(id, case)| {
        let waits = case.core.decree.is_some() && case.core.figures.get(Figure::Agreed).is_none();
        // The golden cases keep to their trail.
        let own = matches!(id.owner, CaseOwner::Org(n) if n > 2);
        waits && own && case.core.closed.is_none() && case.held_by.is_none()
    });
    let Some(id) = case.map(|(id, _)| id) else { return Ok(()) };
    let body = json!({
        "rule": "B5", "fact": "Dibayar dari kas sebelum NPHD ditandatangani.", "amount": 2_500_000,
        "documents": [bodies::document("Bukti transfer", "di luar ketentuan")],
    });
    say(town, on, "irregularity.recorded", About::Case(id), body, &["inspektorat", "kuasa_bud"])
}

fn profile_amended(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let Some(profile) = town.book()?.profile() else { return Ok(()) };
    let mut profile = profile.to_json();
    profile["limits"]["open_cases"] = json!(6);
    let body = json!({
        "profile": profile, "decree_number": "Perwal 1-REKAAN/2014",
        "reason": "Batas permohonan terbuka menjadi enam per lembaga.",
    });
    say(town, on, "profile.amended", About::Ledger, body, &["root/1", "root/2", "root/3"])
}

/// A chair has died; the heirs ask for what identifies them to be erased.
fn erased(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let Some(entry) = town.book()?.org(70).and_then(|org| org.trace().first().map(|trace| trace.index)) else {
        return Ok(());
    };
    let Some(opening) = town.city.openings().first(&About::Org(70), "chair") else { return Ok(()) };
    let (statement, pointer) = (opening.statement, opening.pointer.clone());
    let basis = "UU 27/2022 Pasal 8, permintaan ahli waris subjek data";
    town.city.erase(statement, &pointer, basis)?;
    let n = town.city.holder("registrar");
    let about = note(town, &format!("official/{n}"));
    let body = json!({
        "entry": entry, "statement": statement.to_hex(), "pointers": [pointer], "what": "sealed",
        "basis": basis,
    });
    say(town, on, "erasure.recorded", about, body, &["registrar"])
}

/// Who never reported is barred until the end of the next year.
fn sanctioned(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    town.city.flush()?;
    let today = town.city.today();
    let missing = town.city.state().reports_missing(today);
    for (id, _) in missing.into_iter().take(3) {
        let body = json!({
            "until": "2016-12-31", "reason": "Laporan penggunaan tidak disampaikan setelah dua kali teguran.",
            "decided_by": town.city.decided_by("wali_kota"),
        });
        say(town, on, "sanction.imposed", About::Case(id), body, &["wali_kota"])?;
    }
    Ok(())
}

/// The next note of a signer.
fn note(town: &mut Town<'_>, signer: &str) -> About {
    let n = town.notes.entry(signer.to_owned()).or_insert(0);
    *n += 1;
    let signer = match signer.split_once('/') {
        Some(("official", number)) => NoteSigner::Official(number.parse().unwrap_or_default()),
        Some((_, number)) => NoteSigner::Org(number.parse().unwrap_or_default()),
        None => NoteSigner::Desk,
    };
    About::Note { signer, n: *n }
}

fn official_note(town: &mut Town<'_>, office: &str) -> About {
    let n = town.city.holder(office);
    note(town, &format!("official/{n}"))
}

/// Citizens report, offices answer, the inspectorate looks, the machine counts what it refused.
fn notes(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    if !town.profile.is_working_day(on) || on.year() < 2014 {
        return Ok(());
    }
    if town.chance(&format!("report {on}"), 30) == 0 {
        citizen(town, on)?;
    }
    if town.chance(&format!("monitoring {on}"), 12) == 0 {
        monitored(town, on)?;
    }
    if town.chance(&format!("flag {on}"), 60) == 0 {
        flagged(town, on)?;
    }
    if town.chance(&format!("refusals {on}"), 8) == 0 {
        let count = |what: &str, limit: u64| 1 + town.chance(&format!("refusals {on} {what}"), limit);
        let body = json!({
            "day": on.to_string(),
            "counts": [
                {"rule": "B1", "office": "org", "count": count("a", 4)},
                {"rule": "B13", "office": "skpd_pendidikan", "count": count("b", 3)},
            ],
        });
        let about = note(town, "desk");
        say(town, on, "refusals.counted", about, body, &["desk"])?;
    }
    Ok(())
}

/// A case of an organisation that money was paid to, by chance.
fn some_paid_case(town: &mut Town<'_>, name: &str, of: fn(u64) -> bool) -> Result<Option<CaseId>, CityError> {
    town.city.flush()?;
    let paid: Vec<CaseId> = town
        .book()?
        .cases()
        .filter(|(id, case)| {
            // The golden cases keep to their trail.
            case.core.figures.get(Figure::Paid).is_some() && matches!(id.owner, CaseOwner::Org(n) if n > 2 && of(n))
        })
        .map(|(id, _)| id)
        .collect();
    if paid.is_empty() {
        return Ok(None);
    }
    Ok(Some(paid[town.chance(name, paid.len() as u64) as usize]))
}

fn citizen(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    let Some(id) = some_paid_case(town, &format!("citizen {on}"), |_| true)? else { return Ok(()) };
    let report = note(town, "desk");
    let body = json!({"case": About::Case(id).to_string()});
    let sealed = [
        ("text", format!("Papan nama kegiatan {} tidak terpasang. (rekaan)", About::Case(id))),
        ("receipt", format!("tanda terima laporan {on} (rekaan)")),
    ];
    let saying = Saying { kind: "report.received", about: report, body, on, signers: &["desk"] };
    town.city.say_sealed(saying, &sealed)?;
    if town.chance(&format!("answer {on}"), 4) == 0 {
        return Ok(());
    }
    town.city.flush()?;
    let core = town.core(&id)?;
    let office = core.map(|core| town.agency_office(&core.facts.agency)).unwrap_or_default();
    let about = official_note(town, &office);
    let body =
        json!({"report": report.to_string(), "answer": "Sudah ditinjau ke lokasi; hasilnya pada catatan monitoring."});
    say(town, on, "report.answered", about, body, &[&office])?;
    if town.chance(&format!("rating {on}"), 2) == 0 {
        town.city.flush()?;
        let about = note(town, "desk");
        let rating = 1 + town.chance(&format!("stars {on}"), 5);
        let body = json!({"report": report.to_string(), "rating": rating});
        say(town, on, "report.rated", about, body, &["desk"])?;
    }
    Ok(())
}

fn monitored(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    let Some(id) = some_paid_case(town, &format!("monitored {on}"), |_| true)? else { return Ok(()) };
    let case = About::Case(id).to_string();
    if town.is_overdue(&id)? {
        let about = official_note(town, "inspektorat");
        let body = json!({"case": case, "reason": "Laporan penggunaan melewati batas waktu."});
        return say(town, on, "warning.issued", about, body, &["inspektorat"]);
    }
    let core = town.core(&id)?;
    let office = core.map(|core| town.agency_office(&core.facts.agency)).unwrap_or_default();
    let about = official_note(town, &office);
    let body = json!({"case": case, "finding": "Kegiatan berjalan; papan nama dan daftar hadir diperiksa."});
    say(town, on, "monitoring.recorded", about, body, &[&office])
}

fn flagged(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    let Some(id) = some_paid_case(town, &format!("flagged {on}"), shares_account)? else { return Ok(()) };
    let flag = official_note(town, "inspektorat");
    let decided = town.city.decided_by("inspektorat");
    let body = json!({
        "case": About::Case(id).to_string(), "flag": "same_account", "decided_by": decided,
        "fact": "Menurut brankas rekening penerima sama dengan rekening lembaga lain.",
    });
    say(town, on, "flag.raised", flag, body, &["inspektorat"])?;
    let CaseOwner::Org(n) = id.owner else { return Ok(()) };
    if town.chance(&format!("flag answer {on}"), 3) == 0 {
        return Ok(());
    }
    town.city.flush()?;
    let role = format!("org/{n}");
    let about = note(town, &role);
    let body = json!({"flag": flag.to_string(), "answer": "Rekening bersama dua lembaga dalam satu yayasan induk."});
    say(town, on, "flag.answered", about, body, &[&role])?;
    if town.chance(&format!("flag close {on}"), 3) > 0 {
        town.city.flush()?;
        let about = official_note(town, "inspektorat");
        let body = json!({
            "flag": flag.to_string(), "outcome": "cleared", "reason": "Penjelasan sesuai akta.",
            "decided_by": town.city.decided_by("inspektorat"),
        });
        say(town, on, "flag.closed", about, body, &["inspektorat"])?;
    }
    Ok(())
}

/// The treasury's count and sum of the month before. In one month its register lacks a warrant of the ledger's.
fn reconciled(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    let last = on.plus_days(-10).unwrap_or(on);
    let (year, month) = (last.year(), last.month());
    if (year, month) == DIFFERENT_MONTH {
        let lacks = town.warrants(year, month).find(|paid| paid.way == Way::Grant);
        town.unregistered = lacks.map(|paid| paid.number.clone());
    }
    let of = |grant: bool| {
        let own = town.warrants(year, month).filter(|paid| (paid.way == Way::Grant) == grant);
        let own = own.filter(|paid| town.unregistered.as_ref() != Some(&paid.number));
        own.fold((0, 0), |(count, sum), paid| (count + 1, sum + paid.amount))
    };
    let (grants, assistance) = (of(true), of(false));
    let body = json!({
        "month": month, "grants": {"count": grants.0, "sum": grants.1},
        "assistance": {"count": assistance.0, "sum": assistance.1},
        "register": bodies::document("Register SP2D", &format!("{year}-{month:02}")),
    });
    say(town, on, "treasury.reconciled", About::Year(year), body, &["kuasa_bud", "inspektorat"])
}

/// What was paid for needs in the year before, by warrant or in cash.
fn recapped(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    let year = on.year() - 1;
    let own = town.paid.iter().filter(|paid| paid.on.year() == year && paid.way == Way::AssistanceUnplanned);
    let (count, sum) = own.fold((0, 0), |(count, sum), paid| (count + 1, sum + paid.amount));
    let title = "Rekapitulasi bantuan sosial tidak terencana";
    let body = json!({
        "count": count, "sum": sum, "document": bodies::document(title, &format!("{year}")),
    });
    say(town, on, "needs.recapped", About::Year(year), body, &["ppkd"])
}
