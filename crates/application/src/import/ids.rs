//! Ids that follow from what they name.

use sha2::{Digest, Sha256};
use stead_domain::Timestamp;
use uuid::Uuid;

/// How many places within a millisecond are told apart.
const PLACES: u32 = 1 << 24;

/// A UUIDv7 (RFC 9562, section 5.7) of this time: within its millisecond by `place`, then by a digest of the parts. The same
/// for the same, wherever and whenever it is made.
pub(super) fn derived(at: Timestamp, place: u32, parts: &[&[u8]]) -> Uuid {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    let digest = digest.finalize();
    let mut last = [0; 8];
    last.copy_from_slice(&digest[..8]);
    let millis = u128::try_from(at.unix_micros() / 1_000).unwrap_or(0) & ((1 << 48) - 1);
    let place = u128::from(place.min(PLACES - 1));
    let rest = u128::from(u64::from_be_bytes(last) & ((1 << 50) - 1));
    let (upper, lower) = (place >> 12, place & 0xfff);
    Uuid::from_u128(millis << 80 | 0x7 << 76 | upper << 64 | 0b10 << 62 | lower << 50 | rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_sort_by_time_and_place(one in 0..2_i64.pow(45), other in 0..2_i64.pow(45), first in 0..PLACES, second in 0..PLACES) {
            let id = |millis: i64, place| derived(Timestamp::from_unix_micros(millis * 1_000).unwrap(), place, &[b"a"]);
            prop_assert_eq!((one, first).cmp(&(other, second)), id(one, first).cmp(&id(other, second)));
            prop_assert_eq!(id(one, first).get_version_num(), 7);
            prop_assert_eq!(id(one, first).get_variant(), uuid::Variant::RFC4122);
        }
    }

    #[test]
    fn each_part_counts() {
        let id = |parts: &[&[u8]]| derived(Timestamp::EPOCH, 0, parts);
        assert_eq!(id(&[b"ab", b"c"]), id(&[b"ab", b"c"]));
        assert_ne!(id(&[b"ab", b"c"]), id(&[b"a", b"bc"]));
        assert_ne!(id(&[b"a"]), id(&[b"a", b""]));
    }
}
