use crate::Timestamp;

/// The time of day.
pub trait Clock: Send + Sync + 'static {
    /// Now, to the microsecond. Two calls one after the other may answer the same, and after the operator set the clock
    /// back, an earlier time: order comes from ids and the event log, never from here.
    fn now(&self) -> Timestamp;
}
