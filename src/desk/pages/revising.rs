//! What a revision begins with: the application as it stands, so that who was asked for one paper does not type the rest again.

use serde_json::Value;

use super::{Entered, Stop, agreements};
use crate::desk::drafting::one;
use crate::desk::forms;
use crate::desk::store::{Draft, Fields};
use crate::grants::about::About;
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};
use crate::ledger::documents::Documents;
use crate::ledger::store::StoreError;
use crate::tlog::hash::Hash;

/// What a revision says anew.
const AGAIN: [&str; 6] = ["title", "purpose", "amount", "place", "budget_lines", "documents"];

/// The fields of a revision of this case, without what was erased; none of another kind, or of several cases.
pub(super) async fn known(entered: &Entered, kind: Kind, abouts: &[String]) -> Result<Fields, Stop> {
    let ([about], Kind::ApplicationRevised) = (abouts, kind) else { return Ok(Fields::new()) };
    let (origin, about) = (entered.desk.sequencer.origin().to_owned(), about.clone());
    let dir = entered.web()?.dir.clone();
    let said = entered.read(move |reader| {
        let (mut said, _) = agreements::said(reader, &origin, &about, &agreements::ASKED)?;
        let documents = said.get_mut("documents").and_then(Value::as_array_mut);
        documents.into_iter().flatten().try_for_each(|document| kept(&Documents::of(&dir), document))?;
        Ok(said)
    });
    let mut said = said.await?;
    said.retain(|name, _| AGAIN.contains(&name.as_str()));
    let currency = entered.ask(|replay, _| Some(one(replay)?.frame()?.currency.clone()));
    let currency = currency.await?.ok_or_else(|| entered.missing())?;
    let mut fields = Fields::new();
    add(&mut fields, &currency, "", &Value::Object(said));
    Ok(fields)
}

/// Of a document whose bytes are not here, or no more, the title alone is left: a statement that named it again would name what nobody
/// can show.
fn kept(documents: &Documents, document: &mut Value) -> Result<(), StoreError> {
    let sha256 = document.get("sha256").and_then(Value::as_str).and_then(|hex| Hash::from_hex(hex).ok());
    let there = sha256.map(|sha256| documents.read(&sha256)).transpose()?.flatten().is_some();
    if let (false, Some(document)) = (there, document.as_object_mut()) {
        document.retain(|name, _| name == "title");
    }
    Ok(())
}

/// Why the organisation must revise the case that this is a revision of; none of another kind, while the case is with the offices, or
/// where the reason was erased.
pub(super) async fn why(entered: &Entered, draft: &Draft) -> Result<Option<String>, Stop> {
    if draft.kind != Kind::ApplicationRevised.name() {
        return Ok(None);
    }
    let case = About::parse(&draft.about);
    let returned = entered.ask(move |replay, _| match case {
        Some(About::Case(case)) => Some(one(replay)?.case(&case)?.core.returned),
        _ => None,
    });
    if returned.await? != Some(true) {
        return Ok(None);
    }
    let (origin, about) = (entered.desk.sequencer.origin().to_owned(), draft.about.clone());
    let said = entered.read(move |reader| agreements::said(reader, &origin, &about, &[Kind::CaseReturned]));
    Ok(said.await?.0.get("reason").and_then(Value::as_str).map(str::to_owned))
}

/// The fields of a form that make this value; a text that was erased is left empty.
fn add(fields: &mut Fields, currency: &Currency, path: &str, value: &Value) {
    let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let mut put = |name: &str, text: String| fields.insert(within(name), text);
    match value {
        Value::Object(document) if document.contains_key("sha256") => {
            let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            put("title", text("title"));
            put("file_name", text("title"));
            put("file_sha256", text("sha256"));
            put("file_bytes", document.get("size").map(Value::to_string).unwrap_or_default());
            put("file_media_type", text("media_type"));
        }
        Value::Object(object) => object.iter().for_each(|(name, value)| add(fields, currency, &within(name), value)),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                add(fields, currency, &within(&at.to_string()), item);
            }
        }
        Value::Number(minor) => {
            let amount = minor.as_i64().and_then(Amount::from_minor);
            fields.extend(amount.map(|amount| (path.to_owned(), forms::typed(currency, amount))));
        }
        Value::String(text) => drop(fields.insert(path.to_owned(), text.clone())),
        Value::Null | Value::Bool(_) => {}
    }
}
