//! Documents that name many cases: lists, budgets and decrees. Each is issued, its rows are recorded, and it is sealed
//! or abandoned. It takes effect when sealed, and only if rows and total agree exactly.

use std::collections::BTreeMap;

use super::bodies::{Body, BudgetEnacted, Ceiling as CeilingBody, DecreeAmended, Way};
use super::change::{Abouts, Edit};
use super::things::{Case, Ceiling, Paper, PaperStatus};
use super::{Bench, Made, Outcome, refuse};
use crate::grants::about::{About, CaseId, DecreeId};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Sum};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::grants::shape::{Label, Year};
use crate::grants::signer::SignerId;

/// How a paper begins, whatever its sort.
struct Issue<'a> {
    number: &'a Label,
    fiscal_year: Year,
    way: Option<Way>,
    total: Amount,
    rows: u64,
    amends: Option<DecreeId>,
    ceilings: &'a [CeilingBody],
}

impl<'a> Bench<'a> {
    pub(super) fn paper_step(&self) -> Outcome {
        let about = self.envelope.about;
        match self.body {
            Body::ListNominated(body) => self.issue(
                about,
                &Issue {
                    number: &body.number,
                    fiscal_year: body.fiscal_year,
                    way: Some(body.way),
                    total: body.total,
                    rows: body.rows,
                    amends: None,
                    ceilings: &[],
                },
            ),
            Body::BudgetEnacted(body) | Body::BudgetAmended(body) => self.issue(about, &budget(body)),
            Body::DecreeIssued(body) => self.issue(
                about,
                &Issue {
                    number: &body.number,
                    fiscal_year: body.fiscal_year,
                    way: Some(body.way),
                    total: body.total,
                    rows: body.rows,
                    amends: None,
                    ceilings: &[],
                },
            ),
            Body::DecreeAmended(body) => self.issue(about, &amending(body)),
            Body::ListRows(body) | Body::BudgetRows(body) | Body::DecreeRows(body) => self.rows(about, &body.rows),
            Body::ListSealed(_) | Body::BudgetSealed(_) | Body::DecreeSealed(_) => self.sealed(about),
            Body::ListAbandoned(_) | Body::BudgetAbandoned(_) | Body::DecreeAbandoned(_) => self.abandoned(about),
            Body::DecreeRevoked(_) => self.decree_revoked(about),
            _ => Err(Refusal::form(sentence!(
                "A statement of {} is about no paper",
                "Pernyataan {:#} tidak mengenai daftar, APBD, atau keputusan; pakai jenis pernyataan lain",
                self.body.kind()
            ))),
        }
    }

    fn issue(&self, about: About, issue: &Issue) -> Outcome {
        let (_, _, persons) = self.said()?;
        self.free_of_personal_data()?;
        self.titles_are_known()?;
        self.ceilings_are_words(issue.ceilings)?;
        if issue.rows > 0 {
            self.some_way_has(stage_of(about), issue.way)?;
        }
        self.follows_sealed(about)?;
        if let Some(amended) = issue.amends {
            self.can_be_amended(about, amended, issue.way)?;
        }
        // `said` found exactly one signer, for a paper brings no key and needs one office.
        let Some(signer) = self.envelope.signers.first().cloned() else {
            return refuse(
                Rule::B2,
                sentence!("{about} has no signer; sign it", "{about} tidak memiliki penanda tangan; tandatangani"),
            );
        };
        let ceilings = issue.ceilings.iter().map(|ceiling| Ceiling {
            way: ceiling.way,
            field: ceiling.field.as_ref().map(|code| code.0.as_str().into()),
            agency: ceiling.agency.as_ref().map(|code| code.0.as_str().into()),
            amount: ceiling.amount,
        });
        let paper = Paper {
            // The entry becomes its head when it is recorded.
            head: self.frame.entry_0,
            number: issue.number.0.as_str().into(),
            fiscal_year: issue.fiscal_year.0,
            way: issue.way,
            total: issue.total,
            row_count: issue.rows,
            sum: 0,
            recorded: 0,
            last_row: 0,
            signer,
            persons: persons.into_vec(),
            status: PaperStatus::Open,
            rows: Vec::new(),
            added: BTreeMap::new(),
            amends: issue.amends,
            ceilings: ceilings.collect(),
        };
        Ok(Made::of(Edit::Issue(about, Box::new(paper)), about))
    }

    /// Form: ways, fields and agencies of ceilings are the profile's.
    fn ceilings_are_words(&self, ceilings: &[CeilingBody]) -> Result<(), Refusal> {
        for ceiling in ceilings {
            if !self.profile.ways.iter().any(|list| list.way == ceiling.way) {
                let sentence = sentence!(
                    "The profile has no way {}; leave its ceiling out",
                    "Profil tidak memuat jalur {:#}; hapus pagunya",
                    ceiling.way.words()
                );
                return Err(Refusal::form(sentence));
            }
            if let Some(field) = &ceiling.field {
                self.known_field(field)?;
            }
            if let Some(code) = &ceiling.agency
                && self.profile.agency(&code.0).is_none()
            {
                let sentence = sentence!(
                    "The profile has no agency {}; name one of its agencies",
                    "Profil tidak memuat SKPD {}; sebutkan salah satu SKPD dari profil",
                    code.0
                );
                return Err(Refusal::form(sentence));
            }
        }
        Ok(())
    }

    /// B1: a way of the paper goes through its seal.
    fn some_way_has(&self, stage: Kind, way: Option<Way>) -> Result<(), Refusal> {
        let mut lists = self.profile.ways.iter().filter(|list| way.is_none_or(|way| list.way == way));
        if lists.any(|list| list.stages.contains(&stage)) {
            return Ok(());
        }
        let way = match way {
            None => Both("Every way", "Setiap jalur").into(),
            Some(way) => sentence!("The way {}", "Jalur {:#}", way.words()),
        };
        refuse(
            Rule::B1,
            sentence!(
                "{way} of the profile is without {stage}; leave the paper out",
                "{way:#} dalam profil tidak memuat tahap {stage:#}; jangan catat dokumen ini"
            ),
        )
    }

    /// B1: a later version of a budget follows one that is sealed or abandoned.
    fn follows_sealed(&self, about: About) -> Result<(), Refusal> {
        let About::Budget { year, version: 2.. } = about else { return Ok(()) };
        let last = About::Budget { year, version: self.state.last_number(&about) };
        match self.state.paper(&last) {
            Some(paper) if paper.status == PaperStatus::Open => refuse(
                Rule::B1,
                sentence!(
                    "{last} is neither sealed nor abandoned; do that before the next version",
                    "{last} belum diberlakukan atau dibatalkan; lakukan itu sebelum versi berikutnya"
                ),
            ),
            _ => Ok(()),
        }
    }

    /// B1: only a sealed decree of the same year and way is amended.
    fn can_be_amended(&self, about: About, amended: DecreeId, way: Option<Way>) -> Result<(), Refusal> {
        let Some(paper) = self.state.paper(&About::Decree(amended)) else {
            return refuse(
                Rule::B1,
                sentence!(
                    "There is no {amended} on the ledger; name the decree that {about} amends",
                    "{amended} tidak ada di buku besar; sebutkan keputusan (SK) yang diubah oleh {about}"
                ),
            );
        };
        if paper.status != PaperStatus::Sealed {
            return refuse(
                Rule::B1,
                sentence!(
                    "{amended} is {} and cannot be amended; only a sealed decree can",
                    "{amended} {:#} dan tidak dapat diubah; hanya keputusan (SK) yang berlaku dapat diubah",
                    status(paper.status)
                ),
            );
        }
        let same_year = matches!(about, About::Decree(id) if id.year == amended.year);
        if !same_year || paper.way != way {
            return refuse(
                Rule::B1,
                sentence!(
                    "{about} is of another year or way than {amended}; amend a decree of its own year and way",
                    "{about} untuk tahun atau jalur lain daripada {amended}; ubah keputusan (SK) dari tahun dan jalur yang sama"
                ),
            );
        }
        Ok(())
    }

    /// B1: the paper takes rows, a seal or its abandonment.
    pub(super) fn open_paper(&self, about: About) -> Result<&'a Paper, Refusal> {
        let Some(paper) = self.state.paper(&about) else {
            return refuse(
                Rule::B1,
                sentence!(
                    "There is no {about} on the ledger; correct about and sign again",
                    "{about} tidak ada di buku besar; perbaiki about lalu tandatangani lagi"
                ),
            );
        };
        if paper.status == PaperStatus::Open {
            return Ok(paper);
        }
        refuse(
            Rule::B1,
            sentence!(
                "{about} is {} and takes nothing more; issue another",
                "{about} {:#} dan tidak menerima apa pun lagi; terbitkan yang baru",
                status(paper.status)
            ),
        )
    }

    /// The key that issued the paper: it alone records rows and seals.
    pub(super) fn paper_key(&self) -> Result<&'a SignerId, Refusal> {
        self.open_paper(self.envelope.about).map(|paper| &paper.signer)
    }

    /// B2: rows and seal come from the key that issued the paper. When that key is in force no more, the paper can
    /// only be abandoned.
    pub(super) fn same_signer(&self, about: About, paper: &Paper) -> Result<(), Refusal> {
        if self.envelope.signers == std::slice::from_ref(&paper.signer) {
            return Ok(());
        }
        refuse(
            Rule::B2,
            sentence!(
                "{about} was issued with the key {}; sign with the same alone, or abandon it",
                "{about} diterbitkan dengan kunci {}; tandatangani hanya dengan kunci itu, atau batalkan",
                paper.signer
            ),
        )
    }

    fn sealed(&self, about: About) -> Outcome {
        let paper = self.open_paper(about)?;
        self.same_signer(about, paper)?;
        for row in &paper.rows {
            self.undisputed(row.case)?;
        }
        if paper.recorded != paper.row_count {
            return refuse(
                Rule::B1,
                sentence!(
                    "{about} has {} rows of {}; record the others before its seal",
                    "{about} memiliki {} dari {} baris; catat baris yang lain sebelum diberlakukan",
                    paper.recorded,
                    paper.row_count
                ),
            );
        }
        if paper.sum != i128::from(paper.total.minor()) {
            return refuse(
                Rule::B1,
                sentence!(
                    "The rows of {about} add up to {}, not to its total {}; abandon it and issue it again",
                    "Jumlah baris {about} adalah {:#}, bukan totalnya {:#}; batalkan lalu terbitkan lagi",
                    Sum(paper.sum),
                    paper.total
                ),
            );
        }
        // Another decree or budget may have been sealed since its rows were recorded.
        self.within_ceilings(about, paper, &BTreeMap::new())?;
        Ok(Made {
            moves: with_cases(about, paper.rows.iter().map(|row| row.case)),
            ..Made::of(Edit::Seal(about), about)
        })
    }

    fn abandoned(&self, about: About) -> Outcome {
        let paper = self.open_paper(about)?;
        self.said()?;
        self.free_of_personal_data()?;
        let moves = with_cases(about, paper.rows.iter().map(|row| row.case));
        Ok(Made { moves, ..Made::of(Edit::Abandon(about), about) })
    }

    fn decree_revoked(&self, about: About) -> Outcome {
        let About::Decree(id) = about else {
            return Err(Refusal::form(sentence!(
                "{about} is no decree; only a decree is revoked",
                "{about} bukan keputusan (SK); hanya keputusan (SK) yang dapat dicabut"
            )));
        };
        let sealed = self.state.paper(&about).is_some_and(|paper| paper.status == PaperStatus::Sealed);
        if !sealed {
            let now = self.state.paper(&about).map_or(Both("unknown", "tidak dikenal"), |paper| status(paper.status));
            return refuse(
                Rule::B1,
                sentence!(
                    "{about} is {now}; only a sealed decree is revoked",
                    "{about} {now:#}; hanya keputusan (SK) yang berlaku dapat dicabut"
                ),
            );
        }
        let of_decree = |case: &Case| case.core.decree.is_some_and(|place| place.decree == id);
        let cases: Vec<(CaseId, &Case)> = self.state.cases().filter(|(_, case)| of_decree(case)).collect();
        for (case, _) in cases.iter().filter(|(_, case)| case.core.closed.is_none()) {
            self.not_held(*case)?;
        }
        self.said()?;
        self.free_of_personal_data()?;
        self.titles_are_known()?;
        for (id, case) in &cases {
            rests_nothing_on_it(about, *id, case)?;
        }
        let open: Vec<CaseId> =
            cases.iter().filter(|(_, case)| case.core.closed.is_none()).map(|(id, _)| *id).collect();
        let moves = with_cases(about, open.iter().copied());
        Ok(Made { moves, ..Made::of(Edit::RevokeDecree(id, open), about) })
    }

    /// B6: with what this paper's rows add, decrees of the fiscal year stay within each ceiling of the budget.
    pub(super) fn within_ceilings(
        &self,
        about: About,
        paper: &Paper,
        more: &BTreeMap<&str, i128>,
    ) -> Result<(), Refusal> {
        let (About::Decree(_), Some(way), Some(year)) = (about, paper.way, self.state.year(paper.fiscal_year)) else {
            return Ok(());
        };
        for ceiling in year.ceilings.iter().filter(|ceiling| ceiling.way == way) {
            let counts = |field: &str| self.counts_to(ceiling, field);
            let before = year.decreed.iter().filter(|(field, _)| counts(field)).map(|(_, sums)| sums[way as usize]);
            let recorded = paper.added.iter().filter(|(field, _)| counts(field)).map(|(_, sum)| *sum);
            let now = more.iter().filter(|(field, _)| counts(field)).map(|(_, sum)| *sum);
            let (recorded, now) = (recorded.sum::<i128>(), now.sum::<i128>());
            let sum = before.sum::<i128>() + recorded + now;
            // What takes away from a sum that is above its ceiling is welcome.
            if sum > i128::from(ceiling.amount.minor()) && recorded + now > 0 {
                let sum = Sum(sum);
                return refuse(
                    Rule::B6,
                    sentence!(
                        "With {about} the decrees of {} would grant {sum} {}, more than the budget's {}; lower them, or amend the budget",
                        "Dengan {about}, keputusan (SK) tahun {} akan memberi {sum:#} {:#}, melebihi {:#} dalam APBD; turunkan jumlahnya, atau ubah APBD",
                        paper.fiscal_year,
                        wording(ceiling),
                        ceiling.amount
                    ),
                );
            }
        }
        Ok(())
    }

    /// Whether what is granted for a field counts to a ceiling.
    fn counts_to(&self, ceiling: &Ceiling, field: &str) -> bool {
        let agency = || self.profile.field(field).map(|field| field.agency.0.as_str());
        ceiling.field.as_deref().is_none_or(|own| own == field)
            && ceiling.agency.as_deref().is_none_or(|own| agency() == Some(own))
    }
}

fn budget(body: &BudgetEnacted) -> Issue<'_> {
    Issue {
        number: &body.number,
        fiscal_year: body.fiscal_year,
        way: None,
        total: body.total,
        rows: body.rows,
        amends: None,
        ceilings: body.ceilings.as_deref().unwrap_or_default(),
    }
}

fn amending(body: &DecreeAmended) -> Issue<'_> {
    Issue {
        number: &body.number,
        fiscal_year: body.fiscal_year,
        way: Some(body.way),
        total: body.total,
        rows: body.rows,
        amends: Some(body.amends),
        ceilings: &[],
    }
}

/// The stage that the seal of a paper is.
pub(super) fn stage_of(about: About) -> Kind {
    match about {
        About::List { .. } => Kind::ListSealed,
        About::Budget { .. } => Kind::BudgetSealed,
        _ => Kind::DecreeSealed,
    }
}

fn status(status: PaperStatus) -> Both {
    match status {
        PaperStatus::Open => Both("open", "masih terbuka"),
        PaperStatus::Sealed => Both("sealed", "sudah berlaku"),
        PaperStatus::Abandoned => Both("abandoned", "sudah dibatalkan"),
        PaperStatus::Revoked => Both("revoked", "sudah dicabut"),
    }
}

/// B1: money or an agreement rests on the decree.
fn rests_nothing_on_it(decree: About, id: CaseId, case: &Case) -> Result<(), Refusal> {
    let core = &case.core;
    let has = if core.done.has(Kind::WarrantIssued) || core.amount(Figure::Paid) > Amount::ZERO {
        Both("a warrant", "SP2D")
    } else if core.figures.get(Figure::Agreed).is_some() {
        Both("an agreement", "NPHD")
    } else if core.done.has(Kind::GoodsHandedOver) {
        Both("a hand-over", "serah terima")
    } else {
        return Ok(());
    };
    refuse(
        Rule::B1,
        sentence!(
            "{id} has {has} that rests on {decree}; undo that before the decree is revoked",
            "{id} memiliki {has:#} yang berdasar {decree}; batalkan itu sebelum keputusan (SK) dicabut"
        ),
    )
}

/// `on grant for the field pendidikan`.
fn wording(ceiling: &Ceiling) -> Sentence {
    let none = || Sentence::name("");
    let field =
        ceiling.field.as_ref().map_or_else(none, |field| sentence!(" for the field {field}", " untuk bidang {field}"));
    let agency = ceiling
        .agency
        .as_ref()
        .map_or_else(none, |agency| sentence!(" through the agency {agency}", " melalui SKPD {agency}"));
    sentence!("on {}{field}{agency}", "lewat jalur {:#}{field:#}{agency:#}", ceiling.way.words())
}

pub(super) fn with_cases(about: About, cases: impl Iterator<Item = CaseId>) -> Abouts {
    std::iter::once(about).chain(cases.map(About::Case)).collect()
}
