use serde::{Serialize, Serializer};
use stead_domain::Timestamp;
use utoipa::ToSchema;

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
    use time::{OffsetDateTime, format_description::well_known::Rfc3339};

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
