//! What a key looks like: `stead_<id>_<secret><checksum>`, all in lower-case hexadecimal. Whoever scans for leaked secrets
//! knows it by its beginning, and by the CRC-32 at its end that it is no accident.

use std::fmt::Write;

use secrecy::SecretString;
use sha2::{Digest, Sha256};
use stead_domain::{ApiKeyId, api_key::SecretHash};
use uuid::Uuid;

/// What every key begins with, and no other token.
pub const PREFIX: &str = "stead_";

const ID: usize = 32;
const SECRET: usize = 64;
const CHECKSUM: usize = 8;

/// The key as its owner gets to see it, once.
pub fn write(id: ApiKeyId, secret: &[u8; 32]) -> SecretString {
    let mut text = format!("{PREFIX}{}_{}", id.uuid().simple(), hex(secret));
    let checksum = crc32fast::hash(text.as_bytes());
    text.push_str(&hex(&checksum.to_be_bytes()));
    SecretString::from(text)
}

/// The id and the hash of the secret of a text that is a key.
pub fn read(text: &str) -> Option<(ApiKeyId, SecretHash)> {
    let (id, rest) = text.strip_prefix(PREFIX)?.split_once('_')?;
    if id.len() != ID || rest.len() != SECRET + CHECKSUM {
        return None;
    }
    let is_lower_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_lower_hex(id) || !is_lower_hex(rest) {
        return None;
    }
    let (signed, checksum) = text.split_at_checked(text.len() - CHECKSUM)?;
    if u32::from_str_radix(checksum, 16).ok()? != crc32fast::hash(signed.as_bytes()) {
        return None;
    }
    let mut secret = [0; 32];
    for (byte, digits) in secret.iter_mut().zip(rest.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some((ApiKeyId::new(Uuid::try_parse(id).ok()?), hash(&secret)))
}

/// By what a secret is known.
pub fn hash(secret: &[u8; 32]) -> SecretHash {
    SecretHash(Sha256::digest(secret).into())
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_has_the_promised_form() {
        let key = write(ApiKeyId::new(Uuid::from_u128(0x0197_a3c4)), &[0xab; 32]);
        let expected = format!("stead_{:032x}_{}", 0x0197_a3c4, "ab".repeat(32));
        let (signed, checksum) = key.expose_secret().split_at(expected.len());
        assert_eq!((signed, checksum.len()), (expected.as_str(), 8));
        assert_eq!(checksum, format!("{:08x}", crc32fast::hash(signed.as_bytes())));
    }

    proptest! {
        #[test]
        fn a_key_is_read_back_and_no_other_is(id in any::<u128>(), secret in any::<[u8; 32]>(), place in 0usize..111) {
            let id = ApiKeyId::new(Uuid::from_u128(id));
            let key = write(id, &secret).expose_secret().to_owned();
            prop_assert_eq!(key.len(), 111);
            prop_assert_eq!(read(&key), Some((id, hash(&secret))));
            let mut other = key.into_bytes();
            other[place] = if other[place] == b'0' { b'1' } else { b'0' };
            prop_assert_eq!(read(&String::from_utf8(other).unwrap()), None);
        }

        #[test]
        fn garbage_is_no_key(text in ".*", tail in "[0-9a-f_]{0,120}") {
            prop_assert_eq!(read(&text), None);
            prop_assert_eq!(read(&format!("stead_{tail}")), None);
        }
    }

    #[test]
    fn a_key_is_not_written_in_capitals() {
        let key = write(ApiKeyId::new(Uuid::from_u128(1)), &[0xab; 32]).expose_secret().to_uppercase();
        assert_eq!(read(&key.replacen("STEAD", "stead", 1)), None);
    }
}
