//! What adapters share that call somebody else's server.
//!
//! **Belongs here:** rules of calling that are the same whoever is called: when a failing server is left alone, how long
//! it asks for that.
//!
//! **Does not belong here:** anybody's protocol, an HTTP client, what a failure means to a caller.

mod breaker;
mod retry_after;

pub use breaker::{Breaker, BreakerConfig, Pass};
pub use retry_after::retry_after;
