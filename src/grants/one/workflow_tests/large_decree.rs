//! A decree as large as Bandung's of 2012: 2,016 grants, in statements of at most 200 rows.

use super::*;
use crate::grants::figures::Figure;

const CASES: u64 = 2016;
const OF_ONE: u64 = 672;
const AMOUNT: u64 = 75;

/// The shortest way that a grant can go, so that a case is soon where a list can name it.
const WAYS: &str = r#"[{"way":"grant","form":"money","stages":["application.submitted","list.sealed","decree.sealed","agreement.signed","integrity.pledged","payment.requested","payment.verified","payment.ordered","warrant.issued","funds.credited","use.reported","use.reviewed"]},{"way":"assistance_unplanned","form":"money","stages":["need.recorded","decree.sealed","warrant.issued"]}]"#;

impl Play {
    /// Records a statement that must be accepted.
    fn record(&mut self, said: &str) {
        let (_, change) = self.judge(said).unwrap_or_else(|refusal| panic!("{said}: {refusal}"));
        let leaf = sha256(format!("leaf {} {said}", self.state.size()).as_bytes());
        self.last = Some(change.clone());
        self.state.apply(change, leaf);
    }

    /// Issues a paper over all cases, records its rows and seals it; answers how many statements rows took.
    fn paper_of_all(&mut self, issue: &str, about: &str) -> usize {
        let (family, _) = issue.split_once('.').unwrap();
        let total = CASES * AMOUNT;
        self.record(&format!("{issue} {about} by official/1 rows={CASES} total={total}"));
        let rows: Vec<u64> = (0..CASES).collect();
        let parts = rows.chunks(200);
        let count = parts.len();
        for part in parts {
            let row = |n: &u64| format!("row={}:{}:{AMOUNT}", n + 1, case(*n));
            let rows: Vec<String> = part.iter().map(row).collect();
            self.record(&format!("{family}.rows {about} by official/1 {}", rows.join(" ")));
        }
        self.record(&format!("{family}.sealed {about} by official/1"));
        count
    }
}

fn case(n: u64) -> String {
    format!("case/{}/{}", n / OF_ONE + 1, n % OF_ONE + 1)
}

#[test]
fn a_decree_of_2016_rows_goes_through() {
    let mut play = Play::new("standard.txt");
    play.read("standard.txt");
    play.record(&format!("profile.amended ledger by root/1,root/2,root/3 profile.limits.open_cases=1000 profile.deadlines=- profile.ways={WAYS}"));
    for n in 0..CASES {
        play.record(&format!("application.submitted {} by org/{}", case(n), n / OF_ONE + 1));
    }
    assert_eq!(play.paper_of_all("list.nominated", "list/2014/1"), 11);
    assert_eq!(play.paper_of_all("decree.issued", "decree/2014/1"), 11);
    let touched = play.last.as_ref().map(|change| change.touches().len());
    assert_eq!(touched, Some(2017), "the seal moves the decree and every case");
    let book = play.book();
    assert_eq!(book.year(2014).unwrap().case_sums.get(Figure::Decreed).minor, i128::from(CASES * AMOUNT));
    assert!(book.cases().all(|(_, case)| case.core.stage == Kind::DecreeSealed && case.held_by.is_none()));
    assert_eq!(invariants::broken(book), None);
}
