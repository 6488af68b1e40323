//! Lengths of time as people write them: `500ms`, `30s`, `2m`, `12h`, `7d`.

use std::time::Duration;

/// The units, the largest first, with their milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a whole number with its unit.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*milliseconds).map(Duration::from_millis)
}

/// Writes a length in the largest unit that divides it.
pub(super) fn show(length: Duration) -> String {
    let milliseconds = length.as_millis();
    UNITS
        .iter()
        .find(|(_, unit)| milliseconds >= u128::from(*unit) && milliseconds.is_multiple_of(u128::from(*unit)))
        .map_or_else(|| "0s".to_owned(), |(name, unit)| format!("{}{name}", milliseconds / u128::from(*unit)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{parse, show};

    #[test]
    fn what_is_written_is_read_and_shown_in_the_largest_unit() {
        for (text, seconds, shown) in
            [("120s", 120, "2m"), ("2m", 120, "2m"), ("90s", 90, "90s"), ("7d", 604_800, "7d"), ("0s", 0, "0s")]
        {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)));
            assert_eq!(show(Duration::from_secs(seconds)), shown);
        }
        assert_eq!(parse("250ms").map(show), Some("250ms".to_owned()));
    }

    #[test]
    fn a_number_without_a_unit_and_other_text_are_refused() {
        for text in ["", "30", "s", "30 s", "-1s", "1.5s", "1y", "30S", "99999999999999999999s", "999999999999999999d"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
