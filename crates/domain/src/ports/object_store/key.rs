use std::fmt;

use crate::{AvatarId, FileId, OrganizationId, text::Invalid};

/// How many parts a key has.
const PARTS: usize = 3;
/// The longest part of a key.
const LONGEST_PART: usize = 64;

/// The name of a blob: `kind/folder/name`, each 1 to 64 characters of `[a-z0-9_-]`. So no key leads out of a folder,
/// and none is the folder of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Accepts a key, as it was listed.
    ///
    /// # Errors
    /// It has another form.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        if text.split('/').count() == PARTS && text.split('/').all(is_part) {
            return Ok(Self(text));
        }
        Err(Invalid::new("must be three parts of 1 to 64 characters of a-z, 0-9, _ and -, separated by /"))
    }

    /// Where a file's bytes are.
    pub fn file(organization: OrganizationId, file: FileId) -> Self {
        Self(format!("files/{organization}/{file}"))
    }

    /// Where a picture of a user is, among those that end alike.
    pub fn avatar(avatar: AvatarId) -> Self {
        let last = avatar.uuid().as_bytes()[15];
        Self(format!("avatars/{last:02x}/{avatar}"))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_part(part: &str) -> bool {
    (1..=LONGEST_PART).contains(&part.len())
        && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_key_is_three_plain_parts() {
        for good in ["a/b/c", "files/00000000-0000-0000-0000-000000000000/x_1-y"] {
            assert_eq!(ObjectKey::parse(good).unwrap().as_str(), good);
        }
        let long = "x".repeat(65);
        for bad in [
            "", "/", "a", "a/b", "a/b/", "/a/b", "a//b", "a/b/c/d", "a/../b", "a/b/.c", "A/b/c", "a/b/c\0", "a/b/ü",
            "a/b\\c/d",
        ] {
            assert!(ObjectKey::parse(bad).is_err(), "{bad:?}");
        }
        assert!(ObjectKey::parse(format!("a/b/{long}")).is_err());
    }

    #[test]
    fn made_keys_are_well_formed() {
        let file = ObjectKey::file(OrganizationId::new(Uuid::max()), FileId::new(Uuid::nil()));
        assert_eq!(ObjectKey::parse(file.as_str()), Ok(file));
        let avatar = ObjectKey::avatar(AvatarId::new(Uuid::from_u128(0xab)));
        assert_eq!(avatar.as_str(), "avatars/ab/00000000-0000-0000-0000-0000000000ab");
        assert_eq!(ObjectKey::parse(avatar.as_str()), Ok(avatar));
    }
}
