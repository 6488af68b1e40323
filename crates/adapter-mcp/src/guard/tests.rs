use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn check(url: &str) -> Result<(), Blocked> {
    Guard::new(false).check(&url.parse().unwrap())
}

#[test]
fn private_literals_are_blocked_however_they_are_written() {
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.255.255.255",
        "0x7f000001",
        "0x7f.1",
        "2130706433",
        "017700000001",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "0xa9fea9fe",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.9.9",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "１２７.０.０.１",
        "127。0。0。1",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "[fe80::1]",
        "[fec0::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::8.8.8.8]",
        "[64:ff9b:1::1]",
        "[100::1]",
        "[2001::1]",
        "[2001:0:7f00:1::]",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[3fff::1]",
        "[5f00::1]",
    ];
    for host in hosts {
        assert_eq!(check(&format!("http://{host}/mcp")), Err(Blocked::Private), "{host}");
        assert_eq!(check(&format!("https://{host}:8443")), Err(Blocked::Private), "{host}");
        assert_eq!(Guard::new(true).check(&format!("http://{host}/").parse().unwrap()), Ok(()), "{host}");
    }
}

#[test]
fn public_literals_and_names_are_let_through() {
    let hosts = [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "169.253.0.1",
        "192.1.0.1",
        "198.17.0.1",
        "223.255.255.255",
        "[2606:4700::1111]",
        "[2a00:1450::1]",
        "[2001:4860:4860::8888]",
        "[::ffff:8.8.8.8]",
        "mcp.example.com",
    ];
    for host in hosts {
        assert_eq!(check(&format!("https://{host}/mcp?x=1")), Ok(()), "{host}");
    }
}

#[test]
fn only_the_web_is_let_through() {
    for url in [
        "file:///etc/passwd",
        "ftp://1.1.1.1/",
        "gopher://1.1.1.1/",
        "data:,x",
        "https://user@1.1.1.1/",
        "https://:secret@1.1.1.1/",
    ] {
        assert_eq!(check(url), Err(Blocked::NotWeb), "{url}");
        assert_eq!(Guard::new(true).check(&url.parse().unwrap()), Err(Blocked::NotWeb), "{url}");
    }
}

#[tokio::test]
async fn a_name_of_this_machine_is_blocked_before_anybody_connects() {
    let url: Url = "http://localhost:9/".parse().unwrap();
    assert_eq!(Guard::new(false).check_name(&url).await, Err(Blocked::Private));
    assert_eq!(Guard::new(true).check_name(&url).await, Ok(()));
    let nowhere: Url = "http://nowhere.invalid/".parse().unwrap();
    assert_eq!(Guard::new(false).check_name(&nowhere).await, Ok(()));
}

/// The private networks, once more and written differently.
fn is_private_by_mask(address: u32) -> bool {
    let networks: [(&str, u32); 15] = [
        ("0.0.0.0", 8),
        ("10.0.0.0", 8),
        ("100.64.0.0", 10),
        ("127.0.0.0", 8),
        ("169.254.0.0", 16),
        ("172.16.0.0", 12),
        ("192.0.0.0", 24),
        ("192.0.2.0", 24),
        ("192.88.99.0", 24),
        ("192.168.0.0", 16),
        ("198.18.0.0", 15),
        ("198.51.100.0", 24),
        ("203.0.113.0", 24),
        ("224.0.0.0", 4),
        ("240.0.0.0", 4),
    ];
    networks.iter().any(|(network, bits)| {
        let network = u32::from(network.parse::<Ipv4Addr>().unwrap());
        (address ^ network) >> (32 - bits) == 0
    })
}

proptest! {
    #[test]
    fn every_address_is_judged_as_the_registry_does(address: u32) {
        prop_assert_eq!(is_public(Ipv4Addr::from(address).into()), !is_private_by_mask(address));
    }

    #[test]
    fn the_edges_too(network in prop::sample::select(vec![0x0000_0000u32, 0x0a00_0000, 0x6440_0000, 0x7f00_0000, 0xa9fe_0000, 0xac10_0000, 0xc000_0000, 0xc0a8_0000, 0xc612_0000, 0xe000_0000]), offset in -70_000i64..70_000) {
        let address = (i64::from(network) + offset).rem_euclid(1 << 32) as u32;
        prop_assert_eq!(is_public(Ipv4Addr::from(address).into()), !is_private_by_mask(address));
    }

    #[test]
    fn an_address_in_another_is_never_better(address: u32) {
        let address = Ipv4Addr::from(address);
        let [a, b, c, d] = address.octets().map(u16::from);
        let (high, low) = (a << 8 | b, c << 8 | d);
        let carriers = [
            address.to_ipv6_mapped(),
            address.to_ipv6_compatible(),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            Ipv6Addr::new(0x2001, 0, high, low, 0, 0, !high, !low),
        ];
        for carrier in carriers {
            prop_assert!(!is_public(carrier.into()) || is_public(address.into()), "{}", carrier);
        }
    }

    #[test]
    fn only_what_is_given_out_is_public(address: u128) {
        let address = Ipv6Addr::from(address);
        if is_public(address.into()) && address.to_ipv4_mapped().is_none() {
            prop_assert!(address.segments()[0] & 0xe000 == 0x2000, "{}", address);
        }
    }

    #[test]
    fn any_spelling_of_a_private_literal_is_blocked(d: u8, spelling in 0usize..5) {
        let number = u32::from(Ipv4Addr::new(10, 1, 2, d));
        let host = match spelling {
            0 => format!("{number}"),
            1 => format!("{number:#x}"),
            2 => format!("0{number:o}"),
            3 => format!("10.{}", number & 0xff_ffff),
            _ => format!("0xa.0x1.0x2.{d:#x}"),
        };
        prop_assert_eq!(check(&format!("http://{host}/")), Err(Blocked::Private));
    }
}
