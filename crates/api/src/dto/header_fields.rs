use std::collections::HashSet;

use secrecy::SecretString;
use serde_json::Value;
use stead_application::tools::Header;
use stead_domain::{Invalid, mcp_server::MAX_HEADERS};

/// The longest name and value, in bytes.
const NAME: usize = 100;
const VALUE: usize = 4_000;

/// What the connection and the protocol themselves need, and what would make a request another one.
const RESERVED: [&str; 18] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "last-event-id",
    "mcp-protocol-version",
    "mcp-session-id",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers to send to a server of tools: an object of names and values. What is wrong is told without the values, which are
/// secret.
pub fn headers(value: Value) -> Result<Vec<Header>, Invalid> {
    let Value::Object(fields) = value else {
        return Err(Invalid::new("must be an object of header names and their values"));
    };
    if fields.len() > MAX_HEADERS {
        return Err(Invalid::new(format!("must be at most {MAX_HEADERS} headers")));
    }
    let mut names = HashSet::new();
    let header = |(name, value): (String, Value)| {
        let lower = name.to_ascii_lowercase();
        if !is_token(&name) || RESERVED.contains(&lower.as_str()) {
            let problem = format!("must have names of headers of at most {NAME} characters, none that HTTP or MCP set");
            return Err(Invalid::new(problem));
        }
        if !names.insert(lower) {
            return Err(Invalid::new("must name each header once"));
        }
        match value {
            Value::String(value) if is_value(&value) => Ok(Header { name, value: SecretString::from(value) }),
            _ => Err(Invalid::new(format!("must have values of printable ASCII of at most {VALUE} characters"))),
        }
    };
    fields.into_iter().map(header).collect()
}

fn is_token(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (1..=NAME).contains(&name.len()) && name.bytes().all(allowed)
}

fn is_value(value: &str) -> bool {
    value.len() <= VALUE && value.trim() == value && value.bytes().all(|b| matches!(b, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn headers_are_names_and_values() {
        let read = headers(json!({"Authorization": "Bearer x", "x-empty": ""})).unwrap();
        let names: Vec<_> = read.iter().map(|header| header.name.as_str()).collect();
        assert_eq!(names, ["Authorization", "x-empty"]);
        assert!(headers(json!({})).unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_without_the_values() {
        let many: serde_json::Map<String, Value> = (0..33).map(|n| (format!("x-{n}"), json!("canary"))).collect();
        for bad in [
            json!("canary"),
            json!(["canary"]),
            json!({"x": ["canary"]}),
            json!({"x": 5}),
            json!({"x": "canary\r\ny: z"}),
            json!({"x": "canäry"}),
            json!({"x": " canary"}),
            json!({"x": "canary".repeat(1_000)}),
            json!({"": "canary"}),
            json!({"x y": "canary"}),
            json!({"x:": "canary"}),
            json!({"ü": "canary"}),
            json!({"x".repeat(101): "canary"}),
            json!({"x": "canary", "X": "canary"}),
            json!({"Host": "canary"}),
            json!({"Content-Length": "5"}),
            json!({"Mcp-Session-Id": "canary"}),
            json!(many),
        ] {
            let Invalid(problem) = headers(bad.clone()).unwrap_err();
            assert!(!problem.contains("can") && !problem.contains('\n'), "{bad}: {problem}");
        }
    }

    #[test]
    fn reserved_names_are_in_order_and_in_lower_case() {
        assert!(RESERVED.is_sorted() && RESERVED.iter().all(|name| *name == name.to_ascii_lowercase()));
    }
}
