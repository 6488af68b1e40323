//! A turn: a message is accepted, an agent answers it, others follow the answer as it is written.
//!
//! `post` accepts a message and starts or queues its run, `engine` runs it, `live` is the run's stream in memory,
//! `follow` and `wait` are its readers, `recovery` ends what a dead process left behind.

mod answer;
mod cancel;
mod engine;
mod events;
mod finish;
mod follow;
mod live;
mod live_runs;
mod post;
mod prompt;
mod recovery;
mod stored;
mod thread_locks;
mod tokens;
mod told;
mod wait;

pub use events::{Followed, RunEvent, StreamPosition};
pub(crate) use live_runs::LiveRuns;
pub use post::{NewMessage, Turn};
pub use prompt::PROMPT_VERSION;
pub(crate) use thread_locks::ThreadLocks;
pub use wait::Answered;
