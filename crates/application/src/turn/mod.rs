//! A turn: a message is accepted, an agent answers it, others follow the answer as it is written.
//!
//! `post` accepts a message and starts or queues its run, `regenerate` has an old one answered anew, `engine` runs it: `prompt` and `rounds` say what the model is asked,
//! `answer` asks it, `calls` makes the tool calls it wants, `approvals` has a person decide them, `finish` commits the end.
//! `telling` tells of it: `live` is the run's stream in memory, `stored` what the database knows of it; `follow` and `wait`
//! are its readers. `recovery` goes on with what a dead process left behind.

mod answer;
mod approvals;
mod arguments;
mod calls;
mod cancel;
mod engine;
mod events;
mod finish;
mod follow;
mod kill_points;
mod live;
mod live_runs;
mod post;
mod prompt;
mod recovery;
mod regenerate;
mod rounds;
mod still_readable;
mod stored;
mod telling;
mod thread_locks;
mod tokens;
mod told;
mod told_calls;
mod tool_results;
mod wait;

pub(crate) use answer::Answer;
pub use approvals::{Decision, Reason};
pub(crate) use engine::is_in_room;
pub use events::{Followed, RunEvent, StreamPosition};
pub(crate) use finish::{Ending, last_step, metadata_of, sources_of};
#[cfg(feature = "kill-points")]
pub use kill_points::STEPS;
pub(crate) use live::{Cursor, LiveRun};
pub(crate) use live_runs::LiveRuns;
pub(crate) use post::run_event;
pub use post::{NewMessage, Turn};
pub use prompt::PROMPT_VERSION;
pub(crate) use prompt::instructions;
pub(crate) use thread_locks::ThreadLocks;
pub(crate) use tokens::estimate as estimate_tokens;
pub use wait::Answered;
