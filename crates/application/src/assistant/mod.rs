//! The assistant beside a channel: questions about it, answered from what was said and shared in it, and what happened in it in
//! short.
//!
//! A conversation beside a channel is a thread about it (`Thread::channel_id`), with the channel's agent: turns run as in any
//! thread. `knowledge` looks up what the agent is told in each turn. Whoever leaves the channel has none of it any more.

mod access;
mod ask;
mod conversations;
mod knowledge;
mod lines;
mod shape;
mod summarize;

pub use ask::{Ask, FROM_USER};
pub use conversations::Sidebar;
pub use summarize::{Period, Summary, TimeUnit};
