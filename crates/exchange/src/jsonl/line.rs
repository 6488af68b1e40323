use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use stead_application::import::NewPerson;
use stead_domain::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A line. What else stands in it is not read.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    /// What names it, among all lines of its channel.
    pub id: Option<Name>,
    /// What names it, in its file.
    pub n: Option<Name>,
    author: Option<String>,
    handle: Option<String>,
    pub text: String,
    at: At,
    pub reply_to: Option<Names>,
    pub channel: Option<String>,
}

/// A text or a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(untagged)]
pub(super) enum Name {
    Number(i64),
    Text(String),
}

/// One, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    One(Name),
    Several(Vec<Name>),
}

/// A time as in RFC 3339, or in seconds since 1970.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum At {
    Seconds(i64),
    Text(String),
}

impl Line {
    /// When it was said.
    pub fn time(&self) -> anyhow::Result<Timestamp> {
        let at = match &self.at {
            At::Seconds(seconds) => {
                seconds.checked_mul(1_000_000).and_then(Timestamp::from_unix_micros).context("`at`")?
            }
            At::Text(text) => Timestamp::new(OffsetDateTime::parse(text, &Rfc3339).context("`at` is no time")?),
        };
        ensure!(at >= Timestamp::EPOCH, "`at` is before 1970");
        Ok(at)
    }

    /// Who said it, under which name.
    pub fn person(&self) -> anyhow::Result<(String, NewPerson)> {
        let given =
            |name: &Option<String>| name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let (key, name, is_here) = match (given(&self.handle), given(&self.author)) {
            (Some(handle), _) => (format!("@{}", handle.to_lowercase()), handle, true),
            (None, Some(author)) => (author.to_lowercase(), author, false),
            (None, None) => bail!("has neither `author` nor `handle`"),
        };
        let display_name = given(&self.author).unwrap_or_else(|| name.clone());
        let person = NewPerson {
            key: key.clone(),
            also: None,
            handle: name,
            display_name,
            email: None,
            is_here,
            is_service: false,
        };
        Ok((key, person))
    }

    /// What it replies to.
    pub fn replies(&self) -> &[Name] {
        match &self.reply_to {
            None => &[],
            Some(Names::One(name)) => std::slice::from_ref(name),
            Some(Names::Several(names)) => names,
        }
    }
}
