use std::{fmt, str::FromStr};

use stead_domain::{Invalid, event::EventCursor};

/// A place in the event log as clients carry it: at most 50 characters, of which they need to understand none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seq(pub EventCursor);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EventCursor { epoch, transaction, row } = self.0;
        write!(f, "{epoch:x}-{transaction:x}-{row:x}")
    }
}

impl FromStr for Seq {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut parts = text.split('-').map(number);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(epoch)), Some(Some(transaction)), Some(Some(row)), None) => {
                Ok(Self(EventCursor { epoch, transaction, row }))
            }
            _ => Err(Invalid::new("must be the `seq` of an event")),
        }
    }
}

/// Hexadecimal in lower case, as it is written: each place has one text.
fn number(text: &str) -> Option<i64> {
    let is_canonical =
        text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) && (text == "0" || !text.starts_with('0'));
    u64::from_str_radix(text, 16).ok().filter(|_| is_canonical).map(u64::cast_signed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_is_read_as_it_was_written(epoch: i64, transaction: i64, row: i64) {
            let seq = Seq(EventCursor { epoch, transaction, row });
            let text = seq.to_string();
            prop_assert!((1..=64).contains(&text.len()));
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(text.parse(), Ok(seq));
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "[0-9a-f-]{0,20}|\\PC{0,20}") {
            if let Ok(seq) = text.parse::<Seq>() {
                prop_assert_eq!(seq.to_string(), text);
            }
        }
    }

    #[test]
    fn nothing_else_is_a_place() {
        for wrong in ["", "1", "1-2", "1-2-3-4", "1--3", "+1-2-3", "1-2-3 ", "01-2-3", "1-2-A", "1-2-11112222333344445"]
        {
            assert!(wrong.parse::<Seq>().is_err(), "{wrong}");
        }
    }
}
