//! Where a statement came from, for [`Sequencer::submit_from`](crate::ledger::sequencer::Sequencer::submit_from): who sends
//! signatures that do not hold waits apart from the others.
//!
//! A proxy before the desk is no source. So a peer of this machine or of a private network is asked for whom it speaks,
//! the last address of `X-Forwarded-For`; if it does not say, its statements wait with everybody's. A site of IPv6 is
//! one source: the first 64 bits of its addresses.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;

/// Where a request came from, if that can be told.
pub(super) fn of(request: &Request) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    source(peer.ip(), request.headers())
}

fn source(peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    if !is_near(peer) {
        return Some(site(peer));
    }
    // The last field is the one that the nearest proxy wrote.
    let told = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let client: IpAddr = told.rsplit(',').next()?.trim().parse().ok()?;
    Some(site(client.to_canonical()))
}

fn is_near(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private() || peer.is_link_local(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local() || peer.is_unicast_link_local(),
    }
}

fn site(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::source;
    use axum::http::{HeaderMap, HeaderValue};

    fn check(peer: &str, forwarded: &[&str], expected: &str) {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).expect("a field"));
        }
        let source = source(peer.parse().expect("an address"), &headers);
        let expected = (!expected.is_empty()).then(|| expected.parse().expect("an address"));
        assert_eq!(source, expected, "{peer} {forwarded:?}");
    }

    #[test]
    fn a_proxy_says_for_whom_it_speaks_and_nobody_else_does() {
        check("203.0.113.9", &[], "203.0.113.9");
        check("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("::ffff:203.0.113.9", &[], "203.0.113.9");
        check("2001:db8:1:2:3:4:5:6", &[], "2001:db8:1:2::");
        for peer in ["127.0.0.1", "10.1.2.3", "::1", "fd00::1"] {
            check(peer, &[], "");
            check(peer, &["not an address"], "");
            check(peer, &["198.51.100.1"], "198.51.100.1");
            check(peer, &["192.0.2.1, 198.51.100.1"], "198.51.100.1");
            check(peer, &["192.0.2.1", "198.51.100.1"], "198.51.100.1");
            check(peer, &["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::");
        }
    }
}
