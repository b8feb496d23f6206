//! Who may say what after a table was played.

use super::Play;
use crate::grants::kinds::Kind;
use crate::grants::roster::{Office, Roster};
use crate::grants::time::Date;

fn played(name: &str) -> Play {
    let mut play = Play::new(name);
    play.read(name);
    assert!(play.failures.is_empty(), "\n{}", play.failures.join("\n"));
    play
}

impl Play {
    fn roster(&self, day: &str) -> Roster {
        Roster::of(&self.state, Date::parse(day).unwrap()).unwrap()
    }
}

fn office<'r>(roster: &'r Roster, code: &str) -> &'r Office {
    roster.offices.iter().find(|office| office.code == code).unwrap()
}

/// `official/5 in force`, `official/6 until 2013-01-10`.
fn holders(roster: &Roster, code: &str) -> Vec<String> {
    let standing = |why_not: &Option<String>| why_not.clone().unwrap_or("in force".to_owned());
    let holders = office(roster, code).holders.iter();
    holders.map(|holder| format!("official/{} {}", holder.n, standing(&holder.standing.why_not))).collect()
}

#[test]
fn an_office_signs_what_the_table_of_parties_and_the_profile_give_it() {
    let roster = played("standard.txt").roster("2013-01-03");
    assert_eq!((roster.rules, roster.threshold, roster.roots.len()), (1, 3, 5));
    assert!(roster.desk.as_ref().is_some_and(|desk| desk.why_not.is_none()));
    let signs = |code: &str, kind: Kind| office(&roster, code).kinds.contains(&kind);
    let cases = [
        ("wali_kota", Kind::CaseRouted, Kind::WarrantIssued),
        ("wali_kota", Kind::DecreeSealed, Kind::AmountRecommended),
        ("kuasa_bud", Kind::WarrantIssued, Kind::DecreeIssued),
        ("tata_usaha", Kind::ApplicationFiledAtCounter, Kind::UseReviewed),
        // What an organisation hands in on paper.
        ("tata_usaha", Kind::UseReported, Kind::CaseRouted),
        // An agency reports on the needs that it has recorded.
        ("skpd_sosial", Kind::UseReported, Kind::AgreementSigned),
        ("inspektorat", Kind::CorrectionRecorded, Kind::CaseReturned),
        ("tim_pertimbangan", Kind::DecisionRefused, Kind::OrganisationRegistered),
        ("registrar", Kind::ReportAnswered, Kind::DecisionRefused),
    ];
    for (code, may, may_not) in cases {
        assert!(signs(code, may), "{code} signs {may}");
        assert!(!signs(code, may_not), "{code} does not sign {may_not}");
    }
    for &kind in [Kind::OfficialAppointed, Kind::RefusalsCounted, Kind::ApplicationSubmitted].iter() {
        assert!(roster.offices.iter().all(|office| !office.kinds.contains(&kind)), "no office signs {kind}");
    }
}

#[test]
fn holders_come_and_go() {
    let play = played("officials.txt");
    let roster = play.roster("2013-01-15");
    assert_eq!(
        holders(&roster, "registrar"),
        ["official/5 until 2013-01-14", "official/15 until 2013-01-12", "official/17 in force"]
    );
    assert!(office(&roster, "registrar").holders[1].acting);
    assert_eq!(holders(&roster, "inspektorat"), ["official/6 until 2013-01-10"]);
    assert_eq!(holders(&play.roster("2012-12-31"), "kuasa_bud"), ["official/4 from 2013-01-01 on"]);
}

#[test]
fn keys_change_hands() {
    let play = played("keys.txt");
    let roster = play.roster("2013-03-14");
    let holders: Vec<&str> = roster.roots.iter().filter_map(|root| root.holder.as_deref()).collect();
    assert_eq!((holders[3], holders[4]), ("Ketua Komisi Informasi", "Ketua DPRD"));
    let revoked: Vec<u64> =
        roster.roots.iter().filter(|root| root.standing.why_not.is_some()).map(|root| root.n).collect();
    assert_eq!(revoked, [3], "the others were replaced");
    assert!(roster.roots[2].standing.why_not.as_ref().unwrap().starts_with("revoked by entry "));
    assert_eq!(roster.ledger.len(), 1);
}

#[test]
fn a_replacement_waits_until_its_day() {
    let mut play = played("standard.txt");
    play.statement("key.replaced org/1 by registrar,inspector,org/1:b => ok");
    let waiting = play.roster("2013-01-16").replacements;
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].org, waiting[0].index, waiting[0].effective.to_string().as_str()), (1, 19, "2013-01-17"));
    assert!(play.roster("2013-01-17").replacements.is_empty());
}
