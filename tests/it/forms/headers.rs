//! The headers of all answers: what a browser may do with them, when it must use TLS, what may be shown in a frame.

use hibah::public::{self, Manner, Records};

use super::{folder, served};
use crate::public_town::{Heard, Served};

const PAGES: &[&str] = &[
    "/",
    "/en/grants",
    "/grants/case/1/1",
    "/data",
    "/api",
    "/nothing",
    "/api/v1/status",
    "/grants.csv",
    "/checkpoint",
    "/tile/0/000",
];

fn check(heard: &Heard, path: &str) {
    assert_eq!(heard.header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(heard.header("referrer-policy"), "strict-origin-when-cross-origin", "{path}");
    assert_eq!(heard.header("cross-origin-opener-policy"), "same-origin", "{path}");
    let policy = heard.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    assert!(heard.headers.get("set-cookie").is_none(), "{path} sets a cookie");
}

#[test]
fn no_page_is_framed_but_those_made_for_it() {
    for path in PAGES {
        let heard = served().get(path);
        check(&heard, path);
        assert_eq!(heard.header("x-frame-options"), "DENY", "{path}");
        assert!(heard.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
    for (path, told) in [
        ("/embed/grants/case/2/1", ["Ditolak", "Buka dan periksa", "href=\"/grants/case/2/1\""]),
        ("/en/embed/grants/case/2/1", ["Refused", "Open and check", "href=\"/en/grants/case/2/1\""]),
    ] {
        let heard = served().get(path);
        assert_eq!(heard.status, 200, "{path}");
        check(&heard, path);
        assert_eq!(heard.header("x-frame-options"), "", "{path}");
        let policy = heard.header("content-security-policy");
        assert!(policy.contains("frame-ancestors *") && !policy.contains("script-src"), "{path}: {policy}");
        for text in told {
            assert!(heard.text().contains(text), "{path} lacks {text}: {}", heard.text());
        }
        assert!(!heard.text().contains("<script") && !heard.text().contains("<form"), "{path}");
    }
    let missing = served().get("/embed/grants/case/9/9");
    assert_eq!(missing.status, 404);
    assert!(missing.header("content-security-policy").contains("frame-ancestors 'none'"));
}

#[test]
fn tls_is_demanded_only_where_the_operator_says_that_it_is_there() {
    for path in PAGES {
        assert_eq!(served().get(path).header("strict-transport-security"), "", "{path}");
    }
    let manner = Manner { records: Records::Recorded, behind_tls: true, witnessed: false, desk: None };
    let behind = Served::start(public::router_of(folder().to_owned(), manner).expect("a ledger"));
    for path in PAGES {
        assert_eq!(behind.get(path).header("strict-transport-security"), "max-age=31536000", "{path}");
        // What a request claims of itself changes nothing.
        let claimed = served().ask("GET", path, &[("x-forwarded-proto", "https"), ("forwarded", "proto=https")]);
        assert_eq!(claimed.header("strict-transport-security"), "", "{path}");
    }
}
