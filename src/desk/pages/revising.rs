//! What a revision begins with: the application as it stands, so that who was asked for one paper does not type the rest again.

use serde_json::Value;

use super::{Entered, Stop, agreements};
use crate::desk::forms;
use crate::desk::store::{Draft, Fields};
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};

/// What a revision says anew.
const AGAIN: [&str; 6] = ["title", "purpose", "amount", "place", "budget_lines", "documents"];

/// The fields of a revision of this case, without what was erased; none of another kind, or of several cases.
pub(super) async fn known(entered: &Entered, kind: Kind, abouts: &[String]) -> Result<Fields, Stop> {
    let ([about], Kind::ApplicationRevised) = (abouts, kind) else { return Ok(Fields::new()) };
    let (origin, about) = (entered.desk.sequencer.origin().to_owned(), about.clone());
    let said = entered.read(move |reader| agreements::said(reader, &origin, &about, &agreements::ASKED));
    let (mut said, _) = said.await?;
    said.retain(|name, _| AGAIN.contains(&name.as_str()));
    let currency = entered.ask(|replay, _| Some(crate::desk::drafting::one(replay)?.frame()?.currency.clone()));
    let currency = currency.await?.ok_or_else(|| entered.missing())?;
    let mut fields = Fields::new();
    add(&mut fields, &currency, "", &Value::Object(said));
    Ok(fields)
}

/// Why the case was sent back that this draft is a revision of; none of another kind, or where the reason was erased.
pub(super) async fn why(entered: &Entered, draft: &Draft) -> Result<Option<String>, Stop> {
    if draft.kind != Kind::ApplicationRevised.name() {
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
