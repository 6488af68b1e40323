//! The headers that an admin gave.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::failure::Fault;

/// What the protocol and the client set themselves.
const OURS: [&str; 11] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "host",
    "last-event-id",
    "mcp-protocol-version",
    "mcp-session-id",
    "te",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn parse(given: &[(String, String)]) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::with_capacity(given.len());
    for (name, value) in given {
        // Neither error is kept: it could quote.
        let name = HeaderName::try_from(name.as_str()).map_err(|_invalid| Fault::Header)?;
        let mut value = HeaderValue::try_from(value.as_str()).map_err(|_invalid| Fault::Header)?;
        if OURS.contains(&name.as_str()) {
            return Err(Fault::Header);
        }
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(name: &str, value: &str) -> Result<HeaderMap, Fault> {
        parse(&[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn values_are_sensitive() {
        let headers = parsed("Authorization", "Bearer canary").unwrap();
        assert_eq!(headers["authorization"], "Bearer canary");
        assert!(!format!("{headers:?}").contains("canary"));
    }

    #[test]
    fn what_cannot_be_sent_or_is_ours_is_refused_without_a_quote() {
        for (name, value) in
            [("a b", "canary"), ("", "canary"), ("x", "can\nary"), ("Host", "canary"), ("MCP-Session-Id", "canary")]
        {
            let fault = parsed(name, value).unwrap_err();
            assert!(matches!(fault, Fault::Header) && !format!("{fault:?} {fault}").contains("ary"), "{name}");
        }
    }
}
