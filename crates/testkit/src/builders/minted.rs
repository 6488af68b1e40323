use stead_domain::{Id, Timestamp, ports::Ids};
use uuid::Uuid;

use crate::fakes::FakeIds;

/// 2025-01-01 UTC: a year before [`FakeIds`] start by themselves, so that the two never meet.
const START_MILLIS: u64 = 1_735_689_600_000;

static IDS: FakeIds = FakeIds::starting_at(START_MILLIS);

/// A fresh UUID, larger than every one before.
pub fn uuid() -> Uuid {
    IDS.next()
}

/// A fresh id, larger than every one before.
pub fn id<K>() -> Id<K> {
    Id::new(uuid())
}

/// A fresh time, later than every one before, with microseconds that are not zero.
pub fn at() -> Timestamp {
    time_of(uuid())
}

/// The time that belongs to an id of a builder.
pub fn time_of(id: impl Into<Uuid>) -> Timestamp {
    let micros = (id.into().as_u128() >> 80) * 1_000 + 7;
    i64::try_from(micros).ok().and_then(Timestamp::from_unix_micros).expect("an id made here")
}

/// A number that belongs to this id alone: for handles and addresses.
pub(super) fn number_of(id: impl Into<Uuid>) -> u128 {
    (id.into().as_u128() >> 80) - u128::from(START_MILLIS)
}
