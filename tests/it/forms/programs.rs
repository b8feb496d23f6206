//! What programs follow: cursors that miss nothing, the page of examples, and the document held against its answers.

use std::collections::{BTreeMap, BTreeSet};

use hibah::ledger::reader::Reader;
use hibah::public::{self, Records};
use serde_json::Value;

use super::{city, folder, served};
use crate::public_town::Served;

fn ok(served: &Served, path: &str) -> Value {
    let heard = served.get(path);
    assert_eq!(heard.status, 200, "{path}: {}", heard.text());
    assert!(!heard.header("etag").is_empty(), "{path} has a tag");
    let again = served.ask("GET", path, &[("if-none-match", heard.header("etag"))]);
    assert_eq!(again.status, 304, "{path}");
    heard.json()
}

#[test]
fn entries_are_paged_by_their_place() {
    let size = Reader::open(folder()).expect("a ledger").signed().expect("a checkpoint").size;
    for limit in [1, 7, 500] {
        let (mut path, mut seen) = (format!("/api/v1/entries?limit={limit}"), Vec::new());
        let after = loop {
            let page = ok(served(), &path);
            let entries = page["entries"].as_array().expect("entries");
            assert!(entries.len() <= limit && page["checkpoint"]["size"] == size, "{page}");
            seen.extend(entries.iter().filter_map(|entry| entry["index"].as_u64()));
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut path),
                None => break page["after"].as_str().expect("a cursor").to_owned(),
            }
        };
        assert_eq!(seen, (0..size).collect::<Vec<_>>(), "limit {limit}");
        let end = ok(served(), &format!("/api/v1/entries?after={after}"));
        assert_eq!(
            (end["entries"].as_array().map(Vec::len), &end["next"], &end["after"]),
            (Some(0), &Value::Null, &Value::from(after))
        );
    }
}

#[test]
fn changed_grants_are_paged_while_the_ledger_grows_and_none_is_missed() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = city(dir.path());
    let served = Served::start(public::router_of(dir.path().to_owned(), Records::Recorded).expect("a ledger"));
    let (mut path, mut seen, mut grown) = ("/api/v1/grants/changed?limit=1".to_owned(), BTreeMap::new(), false);
    let after = loop {
        let page = ok(&served, &path);
        for grant in page["grants"].as_array().expect("grants") {
            seen.insert(grant["id"].as_str().expect("an id").to_owned(), grant["last_entry"].as_u64());
        }
        if !grown {
            // A grant that was seen changes, and one comes.
            city.play("application.submitted case/2/3 by org/2 amount=70 fiscal_year=2016\ncompleteness.checked case/2/2 by intake");
            grown = true;
        }
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => break page["after"].as_str().expect("a cursor").to_owned(),
        }
    };
    let all = ok(&served, "/grants.json");
    let all: BTreeMap<String, Option<u64>> = all["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (row["id"].as_str().expect("an id").to_owned(), row["last_entry"].as_u64()))
        .collect();
    assert_eq!(seen, all);
    assert_eq!(ok(&served, &format!("/api/v1/grants/changed?after={after}"))["grants"], Value::Array(Vec::new()));
    // An entry's place alone is a cursor too, and a search narrows.
    let since = all["case/2/2"].expect("an entry") - 1;
    let ids = |path: &str| -> BTreeSet<String> {
        let page = ok(&served, path);
        page["grants"].as_array().expect("grants").iter().filter_map(|g| g["id"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(ids(&format!("/api/v1/grants/changed?after={since}")), BTreeSet::from(["case/2/2".to_owned()]));
    assert_eq!(ids("/api/v1/grants/changed?status=refused&limit=500"), BTreeSet::from(["case/2/1".to_owned()]));
}

#[test]
fn wrong_cursors_are_problems() {
    for query in ["after=x", "after=-1", "after=01", "after=1.2", "limit=0", "limit=501", "limit=x"] {
        let heard = served().get(&format!("/api/v1/entries?{query}"));
        assert_eq!((heard.status, heard.header("content-type")), (400, "application/problem+json"), "{query}");
    }
    for query in ["after=x", "after=1.", "after=.1", "after=1.2.3", "after=01.1", "limit=0", "year=x"] {
        let heard = served().get(&format!("/api/v1/grants/changed?{query}"));
        assert_eq!((heard.status, heard.header("content-type")), (400, "application/problem+json"), "{query}");
    }
}

#[test]
fn every_example_of_the_page_works() {
    for page in ["/api", "/en/api"] {
        let html = served().get(page);
        assert_eq!(html.status, 200, "{page}");
        let examples: Vec<&str> = html
            .text()
            .split("<code>curl -s '")
            .skip(1)
            .map(|rest| &rest[..rest.find("'</code>").unwrap_or_else(|| rest.find("&#39;").expect("an end"))])
            .collect();
        let examples = if examples.is_empty() {
            html.text()
                .split("<code>curl -s &#39;")
                .skip(1)
                .map(|rest| &rest[..rest.find("&#39;").expect("an end")])
                .collect()
        } else {
            examples
        };
        assert!(examples.len() >= 10, "{page} has {} examples", examples.len());
        for example in examples {
            let path =
                example.strip_prefix(&served().url("")).unwrap_or_else(|| panic!("{example} is our own address"));
            let heard = served().get(&path.replace("&#38;", "&"));
            assert_eq!(heard.status, 200, "{page}: {example}");
            assert!(heard.header("content-type") != "text/html; charset=utf-8", "{example} is for programs");
            assert!(!heard.body.is_empty(), "{example}");
        }
    }
}

/// The parameters of an address, by their names, with what they take.
fn parameters(document: &Value, path: &str) -> BTreeMap<String, Value> {
    let list = document["paths"][path]["get"]["parameters"].as_array().unwrap_or_else(|| panic!("{path} has some"));
    let of_query = list.iter().map(|one| {
        let key = one["$ref"].as_str().unwrap_or_else(|| panic!("{path}: {one} stands once")).rsplit('/').next();
        let one = &document["components"]["parameters"][key.expect("a name")];
        assert_eq!(one["in"], "query", "{path}: {key:?}");
        (one["name"].as_str().expect("a name").to_owned(), one["schema"].clone())
    });
    of_query.collect()
}

#[test]
fn every_parameter_of_a_list_is_in_the_document_and_the_reverse() {
    let document = ok(served(), "/api/openapi.json");
    let documented = parameters(&document, "/api/v1/grants");
    // What pages ask of their lists is what the API takes: both read an address in one place.
    let mut used: BTreeSet<String> = BTreeSet::new();
    for page in ["/grants", "/grants?year=2015&page=2", "/", "/years/2015", "/agencies/pendidikan", "/orgs/2", "/years"]
    {
        let html = served().get(page).text().replace("&#38;", "&").replace("&amp;", "&");
        for query in html.split("/grants?").skip(1).filter_map(|rest| rest.split('"').next()) {
            used.extend(query.split('&').filter_map(|pair| pair.split('=').next().map(str::to_owned)));
        }
    }
    let names: BTreeSet<String> = documented.keys().cloned().collect();
    assert!(used.len() >= 7 && used.is_subset(&names), "{used:?} beside {names:?}");
    let all = "agency field flag from has org page q size sort stage status year";
    assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>().join(" "), all);
    let changed: BTreeSet<String> = parameters(&document, "/api/v1/grants/changed").into_keys().collect();
    let expected = names.iter().filter(|name| !matches!(name.as_str(), "sort" | "page"));
    assert_eq!(changed, expected.cloned().chain(["after".to_owned(), "limit".to_owned()]).collect());
    let entries: Vec<String> = parameters(&document, "/api/v1/entries").into_keys().collect();
    assert_eq!(entries, ["after", "limit"]);

    // Each is taken: what it does not take is refused by its name, and a text that no grant has leaves none.
    let total = ok(served(), "/api/v1/grants")["total"].as_u64();
    assert!(total > Some(3));
    for (name, schema) in &documented {
        let heard = served().get(&format!("/api/v1/grants?{name}=tidak-ada"));
        let is_text = schema["type"] == "string" && schema.get("enum").is_none();
        match is_text {
            true => assert_eq!((heard.status, heard.json()["total"].as_u64()), (200, Some(0)), "{name}"),
            false => {
                assert_eq!(heard.status, 400, "{name}");
                let detail = heard.json()["detail"].as_str().unwrap_or_default().to_owned();
                assert!(detail.contains(&format!("parameter {name} ")), "{name}: {detail}");
            }
        }
        let long = served().get(&format!("/api/v1/grants?{name}={}", "x".repeat(201)));
        assert!(long.status == 400 && long.text().contains(&format!("parameter {name} ")), "{name}: {}", long.text());
        for value in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert_eq!(served().get(&format!("/api/v1/grants?{name}={value}")).status, 200, "{name}={value}");
        }
    }
}

#[test]
fn the_document_says_how_each_request_may_fail_and_parameters_have_no_null() {
    let document = ok(served(), "/api/openapi.json");
    for (path, item) in document["paths"].as_object().expect("paths") {
        let operation = &item["get"];
        assert!(operation["responses"]["default"]["content"]["application/problem+json"].is_object(), "{path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!parameter.to_string().contains("null"), "{path}: {parameter}");
        }
    }
}
