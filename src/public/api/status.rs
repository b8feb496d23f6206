//! What ledger this is, and how far it has come.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::entry::Entry;
use crate::public::Site;
use crate::public::answer::{self, Fault};
use crate::public::pages::log::of_seconds;
use crate::public::pages::words::Lang;

/// What ledger this is, and how far it has come.
#[derive(Serialize, ToSchema)]
struct Status {
    /// The ledger's name: the first line of its checkpoints, the second of its statements.
    origin: String,
    /// The verifier key of its checkpoints, `<name>+<8 hex>+<base64>`; of several in force, the one that came last.
    vkey: String,
    /// Every verifier key in force, the oldest first: each signs the newest checkpoint.
    vkeys: Vec<String>,
    /// How many entries the newest checkpoint covers.
    size: u64,
    /// The Merkle root over them, 64 hex digits.
    root: String,
    /// When the newest of them was recorded, by the operator's clock.
    checkpoint_time: Option<String>,
    /// How many entries the newest checkpoint covers that a quorum of witnesses has seen; none where witnesses are not asked.
    seen_size: Option<u64>,
    /// The time of the newest cosignature, by the witness's clock: how long ago the ledger was last seen.
    seen_at: Option<String>,
    /// Leaf hash of entry 0; with the origin, the ledger's identity.
    founding: String,
    /// Whether it is a ledger for trials: nothing in it binds anybody.
    trial: bool,
    /// Whether its records are made up for a demonstration.
    made_up: bool,
    /// The number of the rule set that its entries are judged by.
    rules: u64,
    /// The one currency of all amounts.
    currency: CurrencyUsed,
    /// Whose grants these are.
    government: GovernmentNamed,
    /// The government's fixed offset, in minutes east of UTC; dates are local to it.
    utc_offset_min: i32,
}

/// A currency.
#[derive(Serialize, ToSchema)]
struct CurrencyUsed {
    /// ISO 4217.
    code: String,
    /// Decimal places of the minor unit that amounts are given in.
    decimals: u8,
}

/// A government.
#[derive(Serialize, ToSchema)]
struct GovernmentNamed {
    /// Its Indonesian name.
    name_id: String,
    /// Its English name.
    name_en: String,
    /// The code of its region.
    region_code: String,
}

/// What ledger this is, and how far it has come.
#[utoipa::path(
    get, path = "/api/v1/status", tag = "about",
    responses((status = 200, body = Status), (status = 503, content_type = "application/problem+json", body = super::Problem))
)]
pub(in crate::public) async fn status(State(site): State<Site>) -> Result<Response, Fault> {
    let witnessed = site.witnessed;
    let (signed, newest, seen) = site
        .pool
        .read(move |reader| {
            let signed = reader.signed()?;
            let seen = if witnessed { reader.seen()? } else { None };
            let newest = signed.size.checked_sub(1).map(|index| reader.entry(index)).transpose()?.flatten();
            Ok((signed, newest, seen))
        })
        .await?;
    let newest = newest.and_then(|bytes| Entry::parse(&bytes).ok().map(|entry| entry.recorded_at.to_string()));
    let founding = &site.founding;
    let status = Status {
        origin: founding.origin.clone(),
        vkey: founding.vkey().to_owned(),
        vkeys: founding.vkeys.clone(),
        size: signed.size,
        root: signed.root.to_hex(),
        checkpoint_time: newest,
        seen_size: seen.as_ref().map(|seen| seen.signed.size),
        seen_at: seen.and_then(|seen| of_seconds(seen.time_s?)).map(|at| at.to_string()),
        founding: founding.leaf.to_hex(),
        trial: founding.trial,
        made_up: site.records == crate::public::Records::MadeUp,
        rules: founding.rules,
        currency: CurrencyUsed { code: founding.currency.code().to_owned(), decimals: founding.currency.decimals() },
        government: GovernmentNamed {
            name_id: founding.government(Lang::Indonesian).to_owned(),
            name_en: founding.government(Lang::English).to_owned(),
            region_code: founding.region_code().to_owned(),
        },
        utc_offset_min: founding.offset_min,
    };
    Ok(answer::body("application/json", answer::BRIEF, answer::json(&status)))
}
