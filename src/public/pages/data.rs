//! `/data`: the files with all data, what they were made from, and how to make them again.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::words::forms::FormWords;
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::grants::time::Timestamp;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::dumps::{Dump, Set};
use crate::public::exports::LICENCE;
use crate::public::moment::Moment;

struct Line {
    name: String,
    href: String,
    says: &'static str,
    size: String,
    sha256: String,
}

struct Shown {
    size: String,
    root: String,
    recorded: Option<Moment>,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "data.html", config = "src/public/pages/askama.toml")]
struct DataPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    f: &'static FormWords,
    shown: Option<Shown>,
    licence: (&'static str, &'static str),
    base: String,
}

fn line(dump: &Dump, set: &Set, f: &FormWords) -> Line {
    Line {
        name: dump.name.clone(),
        href: format!("/data/{}/{}", set.set, dump.name),
        says: f.file(&dump.name),
        size: f.size(dump.bytes),
        sha256: dump.sha256.clone(),
    }
}

/// The files with all data.
pub(super) async fn page(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let (w, f, founding) = (visit.lang.words(), visit.lang.forms(), &site.founding);
    let shown = site.dumps.newest().await?.map(|set| Shown {
        size: w.count(set.checkpoint.size),
        root: set.checkpoint.root.clone(),
        recorded: Timestamp::parse(&set.checkpoint.recorded_at)
            .map(|at| Moment::time(at, founding.offset_min, visit.lang)),
        lines: set.files.iter().map(|dump| line(dump, &set, f)).collect(),
    });
    html(&DataPage {
        frame: Frame::of(&site, &visit, f.data_title.to_owned()),
        w,
        f,
        shown,
        licence: (LICENCE.title, LICENCE.path),
        base: visit.base(founding),
    })
}
