//! Questions as HTML: a label for every field, what helps to answer it, and what is wrong with the answer. Without a script
//! everything but uploading and sealing works.

use std::fmt::Write as _;

use super::{Choice, Fault, Input, Question, SEALED_FIELD, within};
use crate::desk::pages::words::Words;
use crate::desk::store::Fields;

/// What a form is shown with.
pub struct Shown<'a> {
    /// What was typed.
    pub fields: &'a Fields,
    /// What is wrong with it.
    pub faults: &'a [Fault],
    /// The words of the page.
    pub w: &'static Words,
    /// Where documents are sent.
    pub uploads: &'a str,
}

/// A text as HTML: nothing in it is taken for markup.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// The id of a field's element.
#[must_use]
pub fn id(name: &str) -> String {
    format!("f-{}", name.replace('.', "-"))
}

impl Shown<'_> {
    /// All questions of a form.
    #[must_use]
    pub fn questions(&self, questions: &[Question]) -> String {
        let mut html = String::new();
        self.write(&mut html, questions, "");
        html
    }

    fn write(&self, html: &mut String, questions: &[Question], path: &str) {
        for question in questions {
            let name = within(path, &question.name);
            self.question(html, question, &name);
        }
    }

    fn value(&self, name: &str) -> String {
        escaped(self.fields.get(name).map(String::as_str).unwrap_or_default())
    }

    fn fault(&self, name: &str) -> Option<&Fault> {
        self.faults.iter().find(|fault| fault.name == name)
    }

    fn question(&self, html: &mut String, question: &Question, name: &str) {
        let optional = if question.optional {
            format!(" <span class=\"opt\">({})</span>", self.w.optional)
        } else {
            String::new()
        };
        let label = format!("{}{optional}", escaped(&question.label));
        match &question.input {
            Input::Group(_) | Input::List(..) | Input::Document(_) | Input::Checklist(_) | Input::Sealed(_) => {
                let hint = hint_of(&question.hint, name);
                let _ = write!(
                    html,
                    "<fieldset class=\"group\" id=\"{}\" tabindex=\"-1\"{}><legend>{label}</legend>{hint}",
                    id(name),
                    described(&question.hint, None, name)
                );
                self.inside(html, &question.input, name);
                html.push_str("</fieldset>");
            }
            input => self.field(html, input, name, &label, &question.hint),
        }
    }

    /// What stands within a group's frame.
    fn inside(&self, html: &mut String, input: &Input, name: &str) {
        match input {
            Input::Group(questions) => self.write(html, questions, name),
            Input::List(item, most) => self.list(html, item, *most, name),
            Input::Document(titles) => self.document(html, titles, name),
            Input::Checklist(items) => {
                for item in items {
                    self.tick(html, &format!("{name}.{}", item.value), &escaped(&item.title));
                }
            }
            Input::Sealed(names) => {
                for one in names {
                    self.sealed(html, one);
                }
            }
            _ => {}
        }
    }

    fn tick(&self, html: &mut String, name: &str, label: &str) {
        let (id, checked) = (id(name), if self.value(name) == "yes" { " checked" } else { "" });
        let _ = write!(
            html,
            "<p class=\"tick\"><input type=\"checkbox\" id=\"{id}\" name=\"{name}\" value=\"yes\"{checked}><label for=\"{id}\">{label}</label></p>"
        );
    }

    fn field(&self, html: &mut String, input: &Input, name: &str, label: &str, hint: &str) {
        if *input == Input::Tick {
            return self.tick(html, name, label);
        }
        let fault = self.fault(name);
        let _ = write!(
            html,
            "<div class=\"ask{}\"><label for=\"{id}\">{label}</label>{hint}",
            if fault.is_some() { " wrong" } else { "" },
            id = id(name),
            hint = hint_of(hint, name),
        );
        if let Some(fault) = fault {
            let _ = write!(html, "<p class=\"fault\" id=\"{}-fault\">{}</p>", id(name), escaped(&fault.sentence));
        }
        let common = format!(" id=\"{}\" name=\"{name}\"{}", id(name), described(hint, fault, name));
        let value = self.value(name);
        let _ = match input {
            Input::Text(most) => write!(html, "<textarea{common} rows=\"4\" maxlength=\"{most}\">{value}</textarea>"),
            Input::Money => write!(
                html,
                "<span class=\"rupiah\"><span aria-hidden=\"true\">Rp</span><input{common} inputmode=\"numeric\" autocomplete=\"off\" value=\"{value}\"></span>"
            ),
            Input::Whole => {
                write!(
                    html,
                    "<input{common} class=\"short\" inputmode=\"numeric\" autocomplete=\"off\" value=\"{value}\">"
                )
            }
            Input::Day => write!(html, "<input{common} class=\"short\" type=\"date\" value=\"{value}\">"),
            Input::Time(_) => {
                write!(html, "<input{common} class=\"short\" type=\"datetime-local\" step=\"60\" value=\"{value}\">")
            }
            Input::NewKey => write!(
                html,
                "<textarea{common} class=\"letters\" rows=\"3\" maxlength=\"400\" spellcheck=\"false\" autocomplete=\"off\">{value}</textarea>"
            ),
            Input::Choice(choices) => self.select(html, &common, choices, name),
            _ => write!(html, "<input{common} value=\"{value}\">"),
        };
        html.push_str("</div>");
    }

    fn select(&self, html: &mut String, common: &str, choices: &[Choice], name: &str) -> std::fmt::Result {
        let chosen = self.fields.get(name).map(String::as_str).unwrap_or_default();
        write!(html, "<select{common}><option value=\"\">{}</option>", self.w.choose)?;
        for choice in choices {
            let selected = if choice.value == chosen { " selected" } else { "" };
            let (value, title) = (escaped(&choice.value), escaped(&choice.title));
            write!(html, "<option value=\"{value}\"{selected}>{title}</option>")?;
        }
        html.push_str("</select>");
        Ok(())
    }

    fn list(&self, html: &mut String, item: &Input, most: usize, name: &str) {
        let count = rows(self.fields, name, most).max(1);
        for at in 0..count {
            let within = format!("{name}.{at}");
            let (id, row) = (id(&within), self.w.row);
            let _ =
                write!(html, "<fieldset class=\"row\" id=\"{id}\" tabindex=\"-1\"><legend>{row} {}</legend>", at + 1);
            self.inside(html, item, &within);
            let _ = write!(
                html,
                "<button class=\"plain\" name=\"remove\" value=\"{within}\" formnovalidate>{} {}</button></fieldset>",
                self.w.remove,
                at + 1
            );
        }
        if count < most {
            let _ = write!(
                html,
                "<p><button class=\"second\" name=\"add\" value=\"{name}\" formnovalidate>{}</button></p>",
                self.w.add_row
            );
        }
    }

    fn document(&self, html: &mut String, titles: &[String], name: &str) {
        let choices: Vec<Choice> =
            titles.iter().map(|title| Choice { value: title.clone(), title: title.clone() }).collect();
        self.field(html, &Input::Choice(choices), &format!("{name}.title"), self.w.document_title, "");
        let file = format!("{name}.file");
        let fault = self.fault(&file);
        let there = self.fields.get(&format!("{file}_name")).filter(|name| !name.is_empty());
        let _ = write!(
            html,
            "<div class=\"ask{}\"><label for=\"{id}\">{}</label>",
            if fault.is_some() { " wrong" } else { "" },
            self.w.document_file,
            id = id(&file)
        );
        if let Some(fault) = fault {
            let _ = write!(html, "<p class=\"fault\" id=\"{}-fault\">{}</p>", id(&file), escaped(&fault.sentence));
        }
        let _ = write!(
            html,
            "<input type=\"file\" id=\"{}\" name=\"{file}\" data-desk=\"upload\" data-address=\"{}\"{}>",
            id(&file),
            self.uploads,
            described("", fault, &file)
        );
        if let Some(there) = there {
            let _ = write!(html, "<p class=\"there\">{}: {}</p>", self.w.uploaded, escaped(there));
        }
        for part in ["sha256", "bytes", "media_type", "name"] {
            let name = format!("{file}_{part}");
            let _ = write!(html, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", self.value(&name));
        }
        html.push_str("</div>");
    }

    /// The value has no name, so it is never sent: the browser puts its commitment into the field that has one.
    fn sealed(&self, html: &mut String, one: &Choice) {
        let name = &format!("{SEALED_FIELD}{}", one.value);
        let fault = self.fault(name);
        let _ = write!(
            html,
            "<div class=\"ask{}\"><label for=\"{id}\">{}</label>",
            if fault.is_some() { " wrong" } else { "" },
            escaped(&one.title),
            id = id(name)
        );
        if let Some(fault) = fault {
            let _ = write!(html, "<p class=\"fault\" id=\"{}-fault\">{}</p>", id(name), escaped(&fault.sentence));
        }
        let kept = if self.value(name).is_empty() { "" } else { self.w.sealed_there };
        let _ = write!(
            html,
            "<input id=\"{id}\" autocomplete=\"off\" data-seal=\"{}\" placeholder=\"{}\"{}><input type=\"hidden\" name=\"{name}\" value=\"{}\"></div>",
            one.value,
            escaped(kept),
            described("", fault, name),
            self.value(name),
            id = id(name)
        );
    }
}

/// How many rows of a list have something in them, counted to the last that has; never over `most`, for the names of fields are
/// the sender's.
#[must_use]
pub fn rows(fields: &Fields, name: &str, most: usize) -> usize {
    let inside = format!("{name}.");
    let at = |field: &String| field.strip_prefix(&inside)?.split('.').next()?.parse::<usize>().ok();
    fields.keys().filter_map(at).max().map_or(0, |last| last.saturating_add(1).min(most))
}

fn hint_of(hint: &str, name: &str) -> String {
    match hint {
        "" => String::new(),
        hint => format!("<p class=\"hint\" id=\"{}-hint\">{}</p>", id(name), escaped(hint)),
    }
}

fn described(hint: &str, fault: Option<&Fault>, name: &str) -> String {
    let mut by = Vec::new();
    if !hint.is_empty() {
        by.push(format!("{}-hint", id(name)));
    }
    if fault.is_some() {
        by.push(format!("{}-fault", id(name)));
    }
    let invalid = if fault.is_some() { " aria-invalid=\"true\"" } else { "" };
    if by.is_empty() { invalid.to_owned() } else { format!(" aria-describedby=\"{}\"{invalid}", by.join(" ")) }
}
