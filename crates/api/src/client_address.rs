use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;

/// The address that a request comes from: the connection's, or, where that is a proxy's that the operator trusts, the last
/// one in `X-Forwarded-For` that is not. Without such proxies the header means nothing: anybody can write it.
pub fn client_address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut address = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(&address) {
        return address;
    }
    let lines: Vec<_> = headers.get_all(X_FORWARDED_FOR).map(|line| line.to_str().unwrap_or_default()).collect();
    // Each proxy adds at the end whom it got the request from; what stands before an unknown address is hearsay.
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(hop) = read(hop.trim()) else { return address };
        address = hop;
        if !is_trusted(&address) {
            return address;
        }
    }
    address
}

/// An address, with or without a port.
fn read(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    hop.parse().ok().or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn found(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        client_address(Some(peer.parse().unwrap()), &headers, &trusted).to_string()
    }

    #[test]
    fn strangers_cannot_say_who_they_are() {
        assert_eq!(found("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(found("::ffff:192.0.2.1", &["10.0.0.1"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_is_believed_about_its_own_client_alone() {
        for (lines, address) in [
            (vec!["198.51.100.7"], "198.51.100.7"),
            (vec!["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
            (vec!["1.1.1.1, 198.51.100.7, 10.9.9.9"], "198.51.100.7"),
            (vec!["1.1.1.1", "198.51.100.7,10.9.9.9"], "198.51.100.7"),
            (vec!["198.51.100.7:4711"], "198.51.100.7"),
            (vec!["[2001:db8::1]:4711"], "2001:db8::1"),
            (vec!["2001:db8::1"], "2001:db8::1"),
            (vec!["[2001:db8::1]"], "2001:db8::1"),
            (vec!["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
            (vec!["198.51.100.7, unknown"], "10.0.0.1"),
            (vec!["198.51.100.7, unknown, 10.2.2.2"], "10.2.2.2"),
            (vec!["\u{e9}"], "10.0.0.1"),
            (vec![], "10.0.0.1"),
        ] {
            assert_eq!(found("10.0.0.1", &lines), address, "{lines:?}");
        }
        assert_eq!(found("fd00::1", &["198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn without_a_connection_there_is_one_address_for_all() {
        assert_eq!(client_address(None, &HeaderMap::new(), &[]).to_string(), "0.0.0.0");
    }
}
