//! Organisations, and past awards.

use super::bodies::{
    AwardMigrated, OrganisationAmended, OrganisationClaimed, OrganisationRegistered, OrganisationReinstated,
    OrganisationSuspended, Registration,
};
use super::change::{Edit, KeyEdit};
use super::keys::{Holder, NewKey};
use super::profile::Class;
use super::things::Org;
use super::{Bench, Made, Outcome, refuse};
use crate::grants::about::{About, AwardId};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::sentence;

impl Bench<'_> {
    pub(super) fn registered(&self, n: u64, body: &OrganisationRegistered) -> Outcome {
        self.heard()?;
        self.state.keys.check_new(&body.key, Holder::Org(n), self.state.origin())?;
        let recipient_type = &body.recipient_type.0;
        let Some(term) = self.profile.recipient_type(recipient_type) else {
            return Err(Refusal::form(sentence!(
                "The profile has no recipient type {recipient_type}; name one of its types",
                "Profil tidak memuat jenis penerima {recipient_type}; sebutkan salah satu jenis dari profil"
            )));
        };
        if term.class == Class::Individual {
            return refuse(
                Rule::B15,
                sentence!(
                    "A recipient of type {recipient_type} is a person or family, whose name stays off the ledger; let an agency record the need",
                    "Penerima jenis {recipient_type} adalah orang atau keluarga, yang namanya tidak dicatat di buku besar; minta SKPD mencatat kebutuhannya"
                ),
            );
        }
        self.licence_is_not_of_the_future(body.registration.as_ref())?;
        // `Body::parse` has found both commitments.
        let (Some(account), Some(chair)) = (body.sealed.get("account"), body.sealed.get("chair")) else {
            return Err(Refusal::form(sentence!(
                "An organisation needs commitments to its account and its chair; seal both",
                "Lembaga memerlukan komitmen untuk rekening dan ketuanya; segel keduanya"
            )));
        };
        let org = Org {
            // The entry becomes the head when it is applied.
            head: self.frame.entry_0,
            name: body.name.0.as_str().into(),
            recipient_type: recipient_type.as_str().into(),
            account,
            chair,
            key: body.key.id().clone(),
            pending: None,
            suspended: None,
            barred_until: None,
            cases: 0,
            open_cases: 0,
            revisions: (0, 0),
            trace: Vec::new(),
        };
        let new = NewKey { vkey: body.key.clone(), holder: Holder::Org(n), from: None, last: None };
        let keys = KeyEdit { admit: vec![new], ..KeyEdit::default() };
        Ok(Made { keys, ..Made::of(Edit::Org(n, Box::new(org)), About::Org(n)) })
    }

    fn licence_is_not_of_the_future(&self, licence: Option<&Registration>) -> Result<(), Refusal> {
        match licence.filter(|licence| licence.date > self.today) {
            None => Ok(()),
            Some(licence) => refuse(
                Rule::B9,
                sentence!(
                    "The registration's date {} is after today, {}; correct it and sign again",
                    "Tanggal pendaftaran {:#} sesudah hari ini, {:#}; perbaiki lalu tandatangani lagi",
                    licence.date,
                    self.today
                ),
            ),
        }
    }

    pub(super) fn org_amended(&self, n: u64, body: &OrganisationAmended) -> Outcome {
        self.heard()?;
        self.licence_is_not_of_the_future(body.registration.as_ref())?;
        let mut org = self.settled_org(n)?;
        if let Some(name) = &body.name {
            org.name = name.0.as_str().into();
        }
        if let Some(sealed) = &body.sealed {
            org.account = sealed.get("account").unwrap_or(org.account);
            org.chair = sealed.get("chair").unwrap_or(org.chair);
        }
        if org.account == org.chair {
            return Err(Refusal::form(sentence!(
                "The commitments to the account and the chair of org/{n} would be the same; each has its own salt, so seal it anew",
                "Komitmen rekening dan ketua org/{n} akan sama; masing-masing memakai nilai acak sendiri, jadi segel ulang"
            )));
        }
        Ok(Made::of(Edit::Org(n, Box::new(org)), About::Org(n)))
    }

    pub(super) fn suspended(&self, n: u64, _: &OrganisationSuspended) -> Outcome {
        self.heard()?;
        let mut org = self.settled_org(n)?;
        if let Some(index) = org.suspended {
            return refuse(
                Rule::B1,
                sentence!(
                    "org/{n} is suspended already, since entry {index}; nothing is left to do",
                    "org/{n} sudah ditangguhkan sejak entri {index}; tidak ada lagi yang perlu dilakukan"
                ),
            );
        }
        org.suspended = Some(self.place.index);
        Ok(Made::of(Edit::Org(n, Box::new(org)), About::Org(n)))
    }

    pub(super) fn reinstated(&self, n: u64, _: &OrganisationReinstated) -> Outcome {
        self.heard()?;
        let mut org = self.settled_org(n)?;
        if org.suspended.take().is_none() {
            return refuse(
                Rule::B1,
                sentence!(
                    "org/{n} is not suspended; nothing is left to do",
                    "org/{n} tidak ditangguhkan; tidak ada lagi yang perlu dilakukan"
                ),
            );
        }
        Ok(Made::of(Edit::Org(n, Box::new(org)), About::Org(n)))
    }

    /// A past award is joined to one organisation, once.
    pub(super) fn claimed(&self, n: u64, body: &OrganisationClaimed) -> Outcome {
        self.heard()?;
        let award = About::Award(body.award);
        if !self.state.has_award(&body.award) {
            return refuse(
                Rule::B1,
                sentence!(
                    "There is no {award} on the ledger; correct award and sign again",
                    "{award} tidak ada di buku besar; perbaiki award lalu tandatangani lagi"
                ),
            );
        }
        if self.state.claims.contains(&body.award) {
            return refuse(
                Rule::B1,
                sentence!(
                    "{award} is claimed already; a past award has one recipient",
                    "{award} sudah diakui; hibah terdahulu hanya memiliki satu penerima, jadi pilih yang lain"
                ),
            );
        }
        Ok(Made { shown: vec![award], ..Made::of(Edit::Claim(body.award), About::Org(n)) })
    }

    /// A migrated award is exempt from B1, B3 to B8, B10 and B11; its amounts may be below zero.
    pub(super) fn migrated(&self, id: AwardId, body: &AwardMigrated) -> Outcome {
        self.heard()?;
        let edit = Edit::Migrate(id, body.fiscal_year.0, Box::new(body.amounts.0));
        Ok(Made::of(edit, About::Award(id)))
    }
}
