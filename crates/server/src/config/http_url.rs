//! An address of an HTTP service.

use std::{fmt, str::FromStr};

use url::Url;

/// An `http` or `https` address without credentials, query or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl(Url);

impl HttpUrl {
    /// As the url crate has it.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// Whether it names a host alone.
    pub fn has_no_path(&self) -> bool {
        self.0.path() == "/"
    }
}

impl FromStr for HttpUrl {
    type Err = String;

    /// The text is not repeated in the error: it may hold credentials.
    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("must be an http:// or https:// address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("must be an http:// or https:// address".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user or a password".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must have neither a query nor a fragment".to_owned());
        }
        Ok(Self(url))
    }
}

impl fmt::Display for HttpUrl {
    /// Without the slash at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}
