use serde::{Serialize, Serializer};
use stead_domain::{Invalid, Timestamp};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};
use utoipa::ToSchema;

/// A point in time in a body.
pub fn time(text: String) -> Result<Timestamp, Invalid> {
    let at = OffsetDateTime::parse(&text, &Rfc3339).ok().and_then(|at| at.checked_to_offset(UtcOffset::UTC));
    at.map(Timestamp::new).ok_or_else(|| Invalid::new("must be a time as in RFC 3339, like 2026-01-31T12:00:00Z"))
}

/// A point in time, RFC 3339, UTC, always with six decimals and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00.000000Z")]
pub struct Time(pub Timestamp);

impl Time {
    /// An example for the document: so many seconds into an ordinary day.
    pub fn sample(seconds: u64) -> Self {
        Self(Timestamp::EPOCH.plus(std::time::Duration::from_secs(1_769_860_800 + seconds)))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = self.0.get();
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second, micros) = at.to_hms_micro();
        let month = u8::from(month);
        serializer
            .collect_str(&format_args!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(micros: i64) -> String {
        let time = Time(Timestamp::from_unix_micros(micros).unwrap());
        serde_json::to_value(time).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn always_six_decimals() {
        assert_eq!(written(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(written(1_769_860_800_000_001), "2026-01-31T12:00:00.000001Z");
    }

    #[test]
    fn times_in_bodies_are_in_any_zone() {
        let read = |text: &str| time(text.to_owned()).map(|at| written(at.unix_micros()));
        assert_eq!(read("2026-01-31T13:00:00+01:00"), Ok("2026-01-31T12:00:00.000000Z".to_owned()));
        for bad in ["", "2026-01-31", "2026-01-31T12:00:00", "9999-12-31T23:59:59-23:00", "1769860800"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(micros in 0i64..4_000_000_000_000_000) {
            let text = written(micros);
            prop_assert_eq!(text.len(), 27);
            let read = OffsetDateTime::parse(&text, &Rfc3339).map(Timestamp::new).unwrap();
            prop_assert_eq!(read.unix_micros(), micros);
        }
    }
}
