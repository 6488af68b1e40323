//! A response that was read to its end.

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::contract::Sent;

/// A response, checked against the contract.
#[derive(Debug, Clone)]
pub struct Answer {
    pub sent: Sent,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Its JSON; null where there is no body.
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.sent, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.sent, self.text());
        self.json()
    }

    /// The JSON of a refusal that must have this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.sent, self.text());
        let error = self.json();
        assert_eq!(error["error"], code, "{}: {error}", self.sent);
        error
    }

    /// The fields that a 400 complains about.
    #[track_caller]
    pub fn complains_about(self, field: &str) {
        let error = self.refused(400, "invalid_request");
        let named = error["details"].as_array().is_some_and(|details| {
            details.iter().any(|detail| detail["field"].as_str().is_some_and(|name| name.contains(field)))
        });
        assert!(named, "{field} is not named in {error}");
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of text"))
    }

    /// The whole `Set-Cookie` of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text"));
        cookies.into_iter().find(|cookie| cookie.starts_with(&format!("{name}=")))
    }

    /// A cookie as a browser sends it back.
    #[track_caller]
    pub fn cookie_pair(&self, name: &str) -> &str {
        self.cookie(name).and_then(|cookie| cookie.split(';').next()).unwrap_or_else(|| panic!("no cookie {name}"))
    }
}
