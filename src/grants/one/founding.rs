//! Entry 0.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bodies::{Body, LedgerFounded, ProfileJson};
use super::change::{Change, Edit, KeyEdit};
use super::claim::Claim;
use super::keys::{Holder, KeyRing, NewKey};
use super::profile::Profile;
use super::state::{Frame, State};
use super::things::Trace;
use super::{dates, refuse};
use crate::grants::about::About;
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule, RuleSet};
use crate::grants::sentence::sentence;
use crate::grants::signer::Vkey;
use crate::grants::state::Place;
use crate::tlog::hash::Hash;

pub(super) fn judge(state: &State, claim: &Claim, place: Place) -> Result<Change, Refusal> {
    let Body::LedgerFounded(body) = &claim.body else {
        return refuse(
            Rule::B1,
            sentence!(
                "The ledger is not founded; ledger.founded must come before {}",
                "Buku besar belum didirikan; ledger.founded harus mendahului {:#}",
                claim.body.kind()
            ),
        );
    };
    if RuleSet::number(body.rules) != Some(RuleSet::One) {
        return Err(Refusal::form(sentence!(
            "Rule set 1 judges no founding under number {}; name rules 1",
            "Perangkat aturan 1 tidak menilai pendirian dengan nomor {}; sebutkan rules 1",
            body.rules
        )));
    }
    let profile = read_profile(&body.profile, Kind::LedgerFounded)?;
    let today = place.recorded_at.local_date(profile.utc_offset_min);
    dates(&claim.envelope, today, &profile)?;
    trial(state.origin(), body.trial)?;
    holders_match(&profile, body.keys.roots.len() as u64)?;
    let keys = keys(state.origin(), body)?;
    let mut roots: Vec<_> = body.keys.roots.iter().map(Vkey::id).collect();
    roots.sort();
    if !claim.envelope.signers.iter().eq(roots) {
        return refuse(
            Rule::B2,
            sentence!(
                "A founding is signed by every root key and no other; sign it again with exactly those",
                "Pendirian ditandatangani semua kunci akar dan tidak ada kunci lain; tandatangani lagi dengan persis kunci itu"
            ),
        );
    }
    let act = Trace::new(place.index, place.recorded_at, claim.envelope.event_date, Kind::LedgerFounded);
    Ok(Change {
        index: place.index,
        today,
        act,
        touches: smallvec::smallvec![About::Ledger],
        moved: 1,
        edit: Edit::Frame(Box::new(frame(body, profile))),
        keys: KeyEdit { admit: keys, ..KeyEdit::default() },
        used: Vec::new(),
        freed: Vec::new(),
    })
}

fn frame(body: &LedgerFounded, profile: Profile) -> Frame {
    let roots: BTreeMap<u64, _> = (1..).zip(body.keys.roots.iter().map(|root| root.id().clone())).collect();
    // Applying sets both hashes: nobody knows the leaf before the entry is written.
    let unknown = Hash::from_bytes([0; 32]);
    Frame {
        entry_0: unknown,
        head: unknown,
        rules: RuleSet::One,
        trial: body.trial,
        currency: body.currency.clone(),
        profile: Arc::new(profile),
        ledger_keys: vec![body.keys.ledger.id().clone()],
        threshold: body.keys.threshold,
        roots,
        desk: None,
    }
}

/// Form: the profile of a body, with the field that is at fault.
pub(super) fn read_profile(json: &ProfileJson, kind: Kind) -> Result<Profile, Refusal> {
    Profile::from_json(&json.0).map_err(|error| {
        Refusal::form(sentence!(
            "In a statement of {kind}, body/profile{} {}; correct it and sign again",
            "Dalam pernyataan {kind:#}, body/profile{} {:#}; perbaiki lalu tandatangani lagi",
            error.field,
            error.what
        ))
    })
}

/// Form: the profile says of every root who holds it.
pub(super) fn holders_match(profile: &Profile, roots: u64) -> Result<(), Refusal> {
    let holders = profile.root_holders.len() as u64;
    if holders == roots {
        return Ok(());
    }
    Err(Refusal::form(sentence!(
        "The profile names {holders} root holders and the ledger has {roots} root keys; name the holder of each key",
        "Profil menyebut {holders} pemegang kunci akar, sedangkan buku besar memiliki {roots} kunci akar; sebutkan pemegang setiap kunci"
    )))
}

/// A trial is known by its origin (formats.md section 6). Until this rule set has been tried, it is for trials.
fn trial(origin: &str, trial: bool) -> Result<(), Refusal> {
    let host = origin.split('/').next().unwrap_or_default();
    if !trial {
        return Err(Refusal::form(sentence!(
            "Only trial ledgers may be founded as yet; found it with trial true",
            "Untuk saat ini hanya buku besar percobaan yang boleh didirikan; dirikan dengan trial true"
        )));
    }
    if !host.ends_with(".example") {
        return Err(Refusal::form(sentence!(
            "The host of a trial ledger's origin must end in .example, unlike {origin}; choose another origin",
            "Nama inang buku besar percobaan harus berakhir dengan .example, tidak seperti {origin}; pilih nama buku besar lain"
        )));
    }
    Ok(())
}

/// B2: the ledger's and the roots' keys, each admissible beside those before it.
fn keys(origin: &str, body: &LedgerFounded) -> Result<Vec<NewKey>, Refusal> {
    let roots = (1..).zip(&body.keys.roots).map(|(n, root)| (Holder::Root(n), root));
    let mut ring = KeyRing::default();
    let mut new = Vec::new();
    for (holder, vkey) in std::iter::once((Holder::Ledger, &body.keys.ledger)).chain(roots) {
        ring.check_new(vkey, holder, origin)?;
        let key = NewKey { vkey: vkey.clone(), holder, from: None, last: None };
        ring.admit(key.clone(), 0, None);
        new.push(key);
    }
    Ok(new)
}
