//! Ranges of bytes (RFC 9110, section 14): one of them, or the whole.

use std::ops::Range;

/// Which bytes a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// All of them: no range is named, or more than one, or it is malformed, which counts as none.
    Whole,
    /// These.
    Part(Range<u64>),
    /// Some that there are not.
    Unsatisfiable,
}

/// Reads a `Range` for something of `size` bytes.
pub fn asked(range: Option<&str>, size: u64) -> Asked {
    let Some((unit, set)) = range.and_then(|range| range.split_once('=')) else { return Asked::Whole };
    let Some((first, last)) = set.trim().split_once('-') else { return Asked::Whole };
    // Of nothing there is no part.
    if !unit.trim().eq_ignore_ascii_case("bytes") || size == 0 {
        return Asked::Whole;
    }
    match (number(first), number(last)) {
        (Some(Some(first)), Some(last)) if last.is_none_or(|last| first <= last) => {
            let end = last.map_or(size, |last| size.min(last.saturating_add(1)));
            if first < size { Asked::Part(first..end) } else { Asked::Unsatisfiable }
        }
        (Some(None), Some(Some(0))) => Asked::Unsatisfiable,
        (Some(None), Some(Some(suffix))) => Asked::Part(size.saturating_sub(suffix)..size),
        _ => Asked::Whole,
    }
}

/// Digits alone, or nothing at all. What is beyond every size is as large as can be.
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_range_is_a_part() {
        for (range, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-", 0..10),
            ("bytes=9-", 9..10),
            ("bytes=2-4", 2..5),
            ("BYTES=2-4", 2..5),
            ("bytes= 2-4 ", 2..5),
            ("bytes=5-99", 5..10),
            ("bytes=5-99999999999999999999999", 5..10),
            ("bytes=-1", 9..10),
            ("bytes=-10", 0..10),
            ("bytes=-99", 0..10),
            ("bytes=-99999999999999999999999", 0..10),
        ] {
            assert_eq!(asked(Some(range), 10), Asked::Part(part), "{range}");
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_given() {
        for range in ["bytes=10-", "bytes=10-10", "bytes=99999999999999999999999-", "bytes=-0"] {
            assert_eq!(asked(Some(range), 10), Asked::Unsatisfiable, "{range}");
        }
    }

    #[test]
    fn anything_else_is_the_whole() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=4-2",
            "bytes=a-",
            "bytes=1-b",
            "bytes=+1-2",
            "bytes=1-2,4-5",
            "bytes=1 -2",
            "lines=1-2",
            "bytes=--1",
            "bytes=0x1-2",
        ] {
            assert_eq!(asked(Some(range), 10), Asked::Whole, "{range}");
        }
        assert_eq!(asked(None, 10), Asked::Whole);
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Whole);
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_and_never_beyond(range in "bytes=[0-9]{0,3}-[0-9]{0,3}", size in 0u64..200) {
            if let Asked::Part(part) = asked(Some(&range), size) {
                prop_assert!(part.start < part.end && part.end <= size);
            }
        }
    }
}
