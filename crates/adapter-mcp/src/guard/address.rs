//! Which addresses are everybody's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the public internet: not of this machine, a private or shared network, a cloud's metadata
/// service, a group of receivers, nor reserved for anything; nor one that carries such an address in itself.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    match a {
        // This network, private, this machine; groups and reserved.
        0 | 10 | 127 | 224..=255 => false,
        // Shared by a provider's customers.
        100 => !(64..128).contains(&b),
        // Link-local: metadata services are there.
        169 => b != 254,
        172 => !(16..32).contains(&b),
        // Protocol assignments, documentation, the relays of 6to4, private.
        192 => !matches!((b, c), (0, 0 | 2) | (88, 99) | (168, _)),
        // Benchmarks, documentation.
        198 => !matches!((b, c), (18 | 19, _) | (51, 100)),
        203 => (b, c) != (0, 113),
        _ => true,
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [a, b, ..] = address.segments();
    match a {
        // Protocol assignments (Teredo among them, which carries IPv4 addresses), documentation.
        0x2001 => b >= 0x0200 && b != 0x0db8,
        // 6to4 carries IPv4 addresses.
        0x2002 => false,
        // Documentation.
        0x3fff => b >= 0x1000,
        // The rest of what is given out. Beside it are this machine, unique local and link-local addresses, groups, and the
        // prefixes of NAT64 (64:ff9b::/96), which carry IPv4 addresses.
        0x2000..=0x3ffe => true,
        _ => false,
    }
}
