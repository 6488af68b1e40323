//! The embedded defaults keep what the ports promise, and the offline model is worth reading.
#![expect(clippy::unwrap_used, reason = "test code")]

mod clock;
mod ids;
mod objects;
mod offline;
