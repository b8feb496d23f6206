//! Notes: they are about something, move no head, and so can stall nobody.
//!
//! Decisions that the text of the rules leaves open: a note bears the key of its own signer; a report may be answered
//! again until its sender has rated an answer; a flag may be answered again until it is closed, and may be closed
//! without an answer; days of counted refusals ascend.

use super::bodies::{
    Body, ErasureRecorded, FlagAnswered, FlagClosed, FlagRaised, NoteId, RefusalsCounted, ReplacementObjected,
    ReportRated, ReportReceived,
};
use super::change::{Edit, KeyEdit, NoteEdit};
use super::keys::Holder;
use super::profile::{Office, Role};
use super::signers::{Persons, Signed};
use super::state::Known;
use super::things::{Duty, Flag, PersonNumber, Report, Trace};
use super::{Bench, Made, Outcome, refuse};
use crate::grants::about::{About, CaseId, CaseOwner, NoteSigner};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::sentence;

impl Bench<'_> {
    pub(super) fn note(&self) -> Outcome {
        let about = self.envelope.about;
        let About::Note { signer, .. } = about else {
            // `Body::about_agrees` has let nothing else pass.
            return Err(Refusal::form(sentence!(
                "A statement of {} is a note, not about {about}",
                "Pernyataan {:#} adalah catatan, bukan mengenai {about}; perbaiki about",
                self.body.kind()
            )));
        };
        if let Some(id) = self.case_named() {
            self.case_is_known(id)?;
        }
        let (signed, persons) = self.heard()?;
        self.is_by(signer, &signed)?;
        let mut keys = KeyEdit::default();
        let edit = match self.body {
            Body::MonitoringRecorded(body) => self.own_case(body.case, &signed)?,
            Body::WarningIssued(body) => self.own_case(body.case, &signed)?,
            Body::ReportReceived(body) => received(about, body),
            Body::ReportAnswered(body) => {
                self.open_report(body.report)?;
                NoteEdit::ReportAnswered(body.report.about())
            }
            Body::ReportRated(body) => self.report_rated(body)?,
            Body::FlagRaised(body) => self.flag_raised(about, body, persons)?,
            Body::FlagAnswered(body) => self.flag_answered(signer, body, &signed, persons)?,
            Body::FlagClosed(body) => self.flag_closed(body, persons)?,
            Body::RefusalsCounted(body) => self.refusals_counted(body)?,
            Body::ErasureRecorded(body) => self.erasure_recorded(body)?,
            Body::ReplacementObjected(body) => {
                let (n, held) = self.replacement_objected(signer, body)?;
                keys = held;
                let made = Made { keys, ..Made::of(Edit::Note(signer, NoteEdit::Objected(n)), about) };
                return Ok(Made { shown: vec![About::Org(n)], ..made });
            }
            body => {
                return Err(Refusal::form(sentence!(
                    "A statement of {} is not a note",
                    "Pernyataan {:#} bukan catatan; perbaiki about",
                    body.kind()
                )));
            }
        };
        let shown = self.shown();
        Ok(Made { keys, shown, ..Made::of(Edit::Note(signer, edit), about) })
    }

    /// The case that the note names.
    fn case_named(&self) -> Option<CaseId> {
        match self.body {
            Body::MonitoringRecorded(body) => Some(body.case),
            Body::WarningIssued(body) => Some(body.case),
            Body::ReportReceived(body) => body.case,
            Body::FlagRaised(body) => body.case,
            Body::ErasureRecorded(body) => body.case,
            _ => None,
        }
    }

    /// What pages show otherwise from now on: what the note, or the flag or report that it answers, concerns.
    fn shown(&self) -> Vec<About> {
        let flag = |note: NoteId| self.state.flag(&note.about()).map(|flag| (flag.case, flag.org));
        let report = |note: NoteId| self.state.report(&note.about()).map(|report| (report.case, None));
        let (case, org) = match self.body {
            Body::FlagRaised(body) => Some((body.case, body.org)),
            Body::FlagAnswered(body) => flag(body.flag),
            Body::FlagClosed(body) => flag(body.flag),
            Body::ReportAnswered(body) => report(body.report),
            Body::ReportRated(body) => report(body.report),
            _ => Some((self.case_named(), None)),
        }
        .unwrap_or((None, None));
        case.map(About::Case).into_iter().chain(org.map(About::Org)).collect()
    }

    fn case_is_known(&self, id: CaseId) -> Result<(), Refusal> {
        match self.state.known(&id) {
            Some(_) => Ok(()),
            None => refuse(
                Rule::B4,
                sentence!(
                    "No application {id} is on the ledger; name a case that there is",
                    "Permohonan {id} tidak ada di buku besar; sebutkan kasus yang ada"
                ),
            ),
        }
    }

    /// B2: a note of official/4 bears the key of official/4. For organisations and the desk the needs say so.
    fn is_by(&self, signer: NoteSigner, signed: &Signed) -> Result<(), Refusal> {
        match signer {
            NoteSigner::Official(n) if *signed.officials != [n] => refuse(
                Rule::B2,
                sentence!(
                    "A note of official/{n} is signed by the key of official/{n}; number it among your own notes",
                    "Catatan official/{n} ditandatangani kunci official/{n}; beri nomor di antara catatan Anda sendiri"
                ),
            ),
            _ => Ok(()),
        }
    }

    /// The office whose key signed.
    fn office(&self, signed: &Signed) -> Option<&Office> {
        let official = signed.officials.first().and_then(|&n| self.state.official(n))?;
        self.profile.office(&official.office)
    }

    /// B2: an agency speaks of the cases of its own fields only.
    fn own_case(&self, id: CaseId, signed: &Signed) -> Result<NoteEdit, Refusal> {
        match self.office(signed).filter(|office| office.role == Role::Agency) {
            Some(office) if !self.is_of_agency(id, office) => refuse(
                Rule::B2,
                sentence!(
                    "{} is not the agency of {id}; its own agency or the inspectorate may record this",
                    "{} bukan SKPD dari {id}; hanya SKPD-nya sendiri atau Inspektorat yang boleh mencatat ini",
                    office.code.0
                ),
            ),
            _ => Ok(NoteEdit::None),
        }
    }

    /// Whether the office is of the agency of this case. Of an archived case the agency's number is left.
    fn is_of_agency(&self, id: CaseId, office: &Office) -> bool {
        let Some(agency) = &office.agency else { return false };
        match self.state.known(&id) {
            Some(Known::Whole(case)) => *case.core.facts.agency == *agency.0,
            Some(Known::Archived(residue)) => {
                self.profile.agency(&agency.0).is_some_and(|agency| agency.n == residue.agency)
            }
            None => false,
        }
    }

    /// B1: the report is there and not rated yet.
    fn open_report(&self, note: NoteId) -> Result<&Report, Refusal> {
        match self.state.report(&note.about()) {
            Some(report) => Ok(report),
            None => refuse(
                Rule::B1,
                sentence!(
                    "{note} is no citizen's report, or was rated already; correct report",
                    "{note} bukan laporan warga, atau sudah dinilai; perbaiki report"
                ),
            ),
        }
    }

    fn report_rated(&self, body: &ReportRated) -> Result<NoteEdit, Refusal> {
        if !self.open_report(body.report)?.answered {
            return refuse(
                Rule::B1,
                sentence!(
                    "{} is not answered yet; rate it once it is",
                    "{} belum dijawab; nilai setelah ada jawaban",
                    body.report
                ),
            );
        }
        Ok(NoteEdit::ReportRated(body.report.about()))
    }

    fn flag_raised(&self, about: About, body: &FlagRaised, persons: Persons) -> Result<NoteEdit, Refusal> {
        if let Some(n) = body.org {
            if self.state.org(n).is_none() {
                return refuse(
                    Rule::B14,
                    sentence!(
                        "org/{n} is not registered; name an organisation that is",
                        "org/{n} belum terdaftar; sebutkan lembaga yang terdaftar"
                    ),
                );
            }
            if let Some(id) = body.case.filter(|id| id.owner != CaseOwner::Org(n)) {
                return Err(Refusal::form(sentence!(
                    "{id} is not a case of org/{n}; name one of the two",
                    "{id} bukan kasus org/{n}; sebutkan salah satu saja"
                )));
            }
        }
        self.may_inspect(body.case, &persons)?;
        let flag = Flag { case: body.case, org: body.org, answered: false };
        Ok(NoteEdit::Flag(about, flag, persons))
    }

    /// B3: who considered a case does not speak for the inspectorate on it.
    fn may_inspect(&self, case: Option<CaseId>, persons: &[PersonNumber]) -> Result<(), Refusal> {
        match case.and_then(|id| Some((id, self.state.case(&id)?))) {
            Some((id, case)) => self.apart(id, case, persons, Duty::Inspected),
            None => Ok(()),
        }
    }

    fn open_flag(&self, note: NoteId) -> Result<&Flag, Refusal> {
        match self.state.flag(&note.about()) {
            Some(flag) => Ok(flag),
            None => refuse(
                Rule::B1,
                sentence!(
                    "{note} is no flag, or is closed already; correct flag",
                    "{note} bukan temuan, atau sudah ditutup; perbaiki flag"
                ),
            ),
        }
    }

    /// B2: whom a flag concerns answers it: the organisation, the agency of the case, an office that acted.
    fn flag_answered(
        &self,
        signer: NoteSigner,
        body: &FlagAnswered,
        signed: &Signed,
        persons: Persons,
    ) -> Result<NoteEdit, Refusal> {
        let flag = self.open_flag(body.flag)?;
        let concerned = match signer {
            NoteSigner::Org(n) => flag.org == Some(n) || flag.case.is_some_and(|id| id.owner == CaseOwner::Org(n)),
            _ => self.office(signed).is_some_and(|office| self.is_concerned(flag, office)),
        };
        if !concerned {
            let sentence = sentence!(
                "{} concerns another; its organisation, the agency of its case or an office that acted on it may answer",
                "{} menyangkut pihak lain; yang boleh menjawab adalah lembaganya, SKPD kasusnya, atau jabatan yang menanganinya",
                body.flag
            );
            return refuse(Rule::B2, sentence);
        }
        let inspects = self.office(signed).is_some_and(|office| office.role == Role::Inspectorate);
        let persons = if inspects { persons } else { Persons::new() };
        self.may_inspect(flag.case, &persons)?;
        Ok(NoteEdit::FlagAnswered(body.flag.about(), persons))
    }

    fn is_concerned(&self, flag: &Flag, office: &Office) -> bool {
        let acted = |traces: &[Trace]| {
            traces.iter().flat_map(|trace| trace.keys.iter().flatten()).any(|&key| {
                match self.state.keys.at(key).holder() {
                    Holder::Official(n) => {
                        self.state.official(n).is_some_and(|official| *official.office == *office.code.0)
                    }
                    _ => false,
                }
            })
        };
        let on_case =
            |id: CaseId| self.is_of_agency(id, office) || self.state.case(&id).is_some_and(|case| acted(&case.trace));
        flag.case.is_some_and(on_case) || flag.org.and_then(|n| self.state.org(n)).is_some_and(|org| acted(&org.trace))
    }

    fn flag_closed(&self, body: &FlagClosed, persons: Persons) -> Result<NoteEdit, Refusal> {
        self.may_inspect(self.open_flag(body.flag)?.case, &persons)?;
        Ok(NoteEdit::FlagClosed(body.flag.about(), persons))
    }

    /// B9: a day that is over or goes on. B1: each day once, in order.
    fn refusals_counted(&self, body: &RefusalsCounted) -> Result<NoteEdit, Refusal> {
        if body.day > self.today {
            return refuse(
                Rule::B9,
                sentence!(
                    "The day {} is after today, {}; count it once it is over",
                    "Hari {:#} sesudah hari ini, {:#}; hitung setelah hari itu lewat",
                    body.day,
                    self.today
                ),
            );
        }
        match self.state.refusals_counted.filter(|&last| body.day <= last) {
            None => Ok(NoteEdit::Counted(body.day)),
            Some(last) => refuse(
                Rule::B1,
                sentence!(
                    "Refusals are counted until {last} already; count days after that, each once",
                    "Penolakan sudah dihitung sampai {last:#}; hitung hari sesudahnya, masing-masing satu kali"
                ),
            ),
        }
    }

    fn erasure_recorded(&self, body: &ErasureRecorded) -> Result<NoteEdit, Refusal> {
        if body.entry >= self.place.index {
            return refuse(
                Rule::B1,
                sentence!(
                    "There is no entry {} before entry {}; name the entry that held it",
                    "Tidak ada entri {} sebelum entri {}; sebutkan entri yang memuatnya",
                    body.entry,
                    self.place.index
                ),
            );
        }
        Ok(NoteEdit::None)
    }

    /// The old key objects before the new one is in force: that is held, and the old one has its time back.
    fn replacement_objected(&self, signer: NoteSigner, body: &ReplacementObjected) -> Result<(u64, KeyEdit), Refusal> {
        let NoteSigner::Org(n) = signer else {
            // `Body::about_agrees` has let no other signer pass.
            return Err(Refusal::form(sentence!(
                "Only an organisation objects to a replacement of its key",
                "Hanya lembaga yang dapat menyatakan keberatan atas penggantian kuncinya; perbaiki about"
            )));
        };
        let pending = self.state.org(n).and_then(|org| org.pending_on(self.today));
        let Some(pending) = pending.filter(|pending| pending.index == body.replacement) else {
            let sentence = sentence!(
                "Entry {} is no replacement of the key of org/{n} that is still to come into force; correct replacement",
                "Entri {} bukan penggantian kunci org/{n} yang belum berlaku; perbaiki replacement",
                body.replacement
            );
            return refuse(Rule::B1, sentence);
        };
        let (old, new) = (self.state.keys.number(&pending.retires), self.state.keys.number(&pending.key));
        let last = old.into_iter().map(|old| (old, None)).collect();
        Ok((n, KeyEdit { last, hold: new, ..KeyEdit::default() }))
    }
}

fn received(about: About, body: &ReportReceived) -> NoteEdit {
    NoteEdit::Report(about, Report { case: body.case, answered: false, rated: false })
}
