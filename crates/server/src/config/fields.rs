//! How single settings are read and shown: ranges, lengths of time, what may be unset, secrets.

use std::{fmt::Display, str::FromStr, time::Duration};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

use super::span;

/// What stands in the place of a secret when the configuration is shown.
pub(super) const REDACTED: &str = "[redacted]";

/// A whole number in its range.
pub(super) fn within<'de, D, T, const MIN: i64, const MAX: i64>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let number = i64::deserialize(deserializer)?;
    T::try_from(number)
        .ok()
        .filter(|_| (MIN..=MAX).contains(&number))
        .ok_or_else(|| D::Error::custom(format!("must be {MIN} to {MAX}")))
}

/// A share of a whole.
pub(super) fn ratio<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let ratio = f64::deserialize(deserializer)?;
    if (0.0..=1.0).contains(&ratio) { Ok(ratio) } else { Err(D::Error::custom("must be 0.0 to 1.0")) }
}

/// A length of time in its range, whose ends are in milliseconds.
pub(super) fn span_within<'de, D, const MIN: u64, const MAX: u64>(deserializer: D) -> Result<Duration, D::Error>
where
    D: Deserializer<'de>,
{
    let (shortest, longest) = (Duration::from_millis(MIN), Duration::from_millis(MAX));
    let length = span::parse(&String::deserialize(deserializer)?).ok_or_else(|| {
        D::Error::custom("must be a whole number with its unit, such as \"500ms\", \"30s\", \"2m\", \"7d\"")
    })?;
    if (shortest..=longest).contains(&length) {
        Ok(length)
    } else {
        Err(D::Error::custom(format!("must be {} to {}", span::show(shortest), span::show(longest))))
    }
}

/// A value that has a reading of its own.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// The same where an empty text means that it is not set. Unlike a plain `Option` it must be named somewhere: that keeps
/// `default.toml` complete.
pub(super) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

/// A secret; an empty text means that there is none.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(if text.is_empty() { None } else { Some(SecretString::from(text)) })
}

pub(super) fn show_span<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&span::show(*length))
}

pub(super) fn show_text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(super) fn show_optional<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_str(""),
    }
}

pub(super) fn show_redacted<S: Serializer>(value: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if value.is_some() { REDACTED } else { "" })
}
