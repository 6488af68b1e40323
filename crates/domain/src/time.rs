//! Points in time, in UTC, to the microsecond.

use std::time::Duration;

use time::OffsetDateTime;

/// A point in time, UTC, whole microseconds: what both databases keep, so that a value read back equals the one
/// written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// 1970-01-01 00:00 UTC.
    pub const EPOCH: Self = Self(OffsetDateTime::UNIX_EPOCH);

    /// Cuts a time to microseconds and moves it to UTC.
    pub fn new(at: OffsetDateTime) -> Self {
        // In the last hours of the last year there is no such time in UTC: it stays where it is, and means the same.
        let at = at.checked_to_offset(time::UtcOffset::UTC).unwrap_or(at);
        let micros = at.microsecond();
        Self(at.replace_microsecond(micros).unwrap_or(at))
    }

    /// From microseconds since 1970; `None` outside the years -9999 to 9999.
    pub fn from_unix_micros(micros: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok().map(Self)
    }

    /// Microseconds since 1970.
    pub fn unix_micros(self) -> i64 {
        let micros = self.0.unix_timestamp_nanos() / 1_000;
        i64::try_from(micros).unwrap_or(i64::MAX)
    }

    /// Whole seconds since 1970.
    pub fn unix_seconds(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// The same in the `time` crate's type.
    pub fn get(self) -> OffsetDateTime {
        self.0
    }

    /// When the calendar month in UTC began in which this is.
    #[must_use]
    pub fn start_of_month(self) -> Self {
        let first = self.0.date().replace_day(1).unwrap_or(self.0.date());
        Self(first.midnight().assume_utc())
    }

    /// The beginning of its day, in UTC.
    #[must_use]
    pub fn start_of_day(self) -> Self {
        Self(self.0.date().midnight().assume_utc())
    }

    /// Later by `by`; the latest possible time where there is none.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        Self::from_unix_micros(self.unix_micros().saturating_add(by)).unwrap_or(self)
    }

    /// Earlier by `by`; 1970 where there is none.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        Self::from_unix_micros(self.unix_micros().saturating_sub(by)).unwrap_or(Self::EPOCH)
    }

    /// How long ago `earlier` was; zero if it was later.
    pub fn since(self, earlier: Self) -> Duration {
        let micros = self.unix_micros().saturating_sub(earlier.unix_micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}
