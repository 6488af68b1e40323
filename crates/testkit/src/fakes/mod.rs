//! Fakes of the ports, which pass the same contract suites as the real adapters.

mod clock;
mod ids;
mod llm;

pub use clock::FakeClock;
pub use ids::FakeIds;
pub use llm::{FakeFailure, FakeLlm, FakeReply};
