use std::fmt;

use sha2::{Digest, Sha256};

/// The strong tag of an answer.
pub struct Tag {
    version: Option<i64>,
    fingerprint: u128,
}

impl Tag {
    pub fn new(version: Option<i64>, query: &str, body: &[u8]) -> Self {
        let hash = Sha256::new().chain_update(query).chain_update([0]).chain_update(body).finalize();
        let fingerprint = hash.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte));
        Self { version, fingerprint }
    }

    /// The version of a tag that looks like one of these, without its quotes.
    pub fn version(opaque: &[u8]) -> Option<i64> {
        let (version, fingerprint) = std::str::from_utf8(opaque).ok()?.split_once('-')?;
        let is_ours = |text: &str, is_digit: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(is_digit);
        let is_ours = is_ours(version, u8::is_ascii_digit) && is_ours(fingerprint, u8::is_ascii_hexdigit);
        if is_ours { version.parse().ok() } else { None }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "\"{version}-{:032x}\"", self.fingerprint),
            None => write!(f, "\"{:032x}\"", self.fingerprint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_changes_with_everything_it_is_made_of() {
        let tags = [
            Tag::new(Some(1), "", b"body"),
            Tag::new(Some(2), "", b"body"),
            Tag::new(None, "", b"body"),
            Tag::new(Some(1), "message_limit=1", b"body"),
            Tag::new(Some(1), "", b"bodies"),
            Tag::new(Some(1), "body", b""),
        ];
        let mut texts: Vec<_> = tags.iter().map(Tag::to_string).collect();
        assert_eq!(texts[0], Tag::new(Some(1), "", b"body").to_string());
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), tags.len());
    }

    #[test]
    fn its_version_is_read_back() {
        let tag = Tag::new(Some(17), "", b"body").to_string();
        assert_eq!(Tag::version(tag.trim_matches('"').as_bytes()), Some(17));
        for other in ["", "-", "17", "17-", "-ab", "17-xyz", "+1-ab", "1.0-ab", "99999999999999999999-ab", "é-ab"] {
            assert_eq!(Tag::version(other.as_bytes()), None, "{other}");
        }
    }
}
