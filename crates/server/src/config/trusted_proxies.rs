//! Proxies that are believed when they say whom they speak for.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;

/// Addresses and networks, separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = text.split(',').map(str::trim).filter(|network| !network.is_empty());
        named.map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address.or_else(|_| text.parse::<IpNet>()).map_err(|error| {
        format!("`{text}` must be an IP address or a network, such as \"10.0.0.7\" or \"fd00::/8\": {error}")
    })
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, network) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            write!(f, "{separator}{network}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_read_and_shown() {
        let read: TrustedProxies = " 10.0.0.7, 10.1.0.0/16,fd00::/8 ,::1,".parse().unwrap();
        assert_eq!(read.to_string(), "10.0.0.7/32, 10.1.0.0/16, fd00::/8, ::1/128");
        assert_eq!(read.to_string().parse(), Ok(read));
        assert_eq!("".parse(), Ok(TrustedProxies::default()));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["proxy.internal", "10.0.0.0/33", "10.0.0", "*", "10.0.0.1 10.0.0.2"] {
            assert!(text.parse::<TrustedProxies>().unwrap_err().contains(text), "{text}");
        }
    }
}
