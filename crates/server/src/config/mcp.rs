//! `[mcp]`: servers of tools.

use std::{fmt, str::FromStr, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::fields;

/// Servers of tools.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct McpConfig {
    /// Whether admins may name programs of this machine as servers.
    pub stdio: bool,
    /// Where those programs are looked for.
    pub stdio_path: String,
    /// What else is in their environment.
    #[serde(deserialize_with = "fields::parsed", serialize_with = "fields::show_text")]
    pub stdio_env: StdioEnvironment,
    /// How many servers are kept connected.
    #[serde(deserialize_with = "fields::within::<_, _, 1, 10_000>")]
    pub max_connections: usize,
    /// How long a connection that nobody uses is kept.
    #[serde(deserialize_with = "fields::span_within::<_, 1_000, 86_400_000>", serialize_with = "fields::show_span")]
    pub idle_timeout: Duration,
}

/// `NAME=value`, one a line. It shows the names alone.
#[derive(Debug, Clone, Default)]
pub struct StdioEnvironment(Vec<(String, SecretString)>);

impl StdioEnvironment {
    /// Names and values.
    pub fn expose(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect()
    }
}

impl FromStr for StdioEnvironment {
    type Err = &'static str;

    /// No error quotes a line: it may hold a secret.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let variables = lines.map(|line| match line.split_once('=') {
            Some((name, _)) if name.is_empty() || name.contains(char::is_whitespace) => Err("a name is no name"),
            Some((_, value)) if value.contains('\0') => Err("a value holds a NUL"),
            Some((name, value)) => Ok((name.to_owned(), SecretString::from(value))),
            None => Err("each line must be NAME=value"),
        });
        variables.collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for StdioEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(|(name, _)| format!("{name}={}", fields::REDACTED)).collect();
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_values_are_not_shown() {
        let read: StdioEnvironment = "\n TOKEN=canary=1 \nHOME=/srv\n\nEMPTY=\n".parse().unwrap();
        let pairs = [("TOKEN", "canary=1"), ("HOME", "/srv"), ("EMPTY", "")];
        assert_eq!(read.expose(), pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(!format!("{read} {read:?}").contains("canary"));
        assert_eq!("".parse::<StdioEnvironment>().unwrap().expose(), []);
    }

    #[test]
    fn an_error_quotes_nothing() {
        for text in ["canary", "=canary", "a canary=1", "A=canary\0"] {
            let error = text.parse::<StdioEnvironment>().unwrap_err();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
