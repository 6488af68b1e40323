//! Threads: making, listing, reading, changing, deleting and titling them; where in them a new message goes.

mod access;
mod create;
mod delete;
mod feedback;
mod import;
mod list;
mod messages;
mod place;
mod read;
mod title;
mod update;

pub use access::ThreadView;
pub use create::NewThread;
pub(crate) use create::thread_event;
pub use feedback::NewFeedback;
pub use import::ImportedRole;
pub use list::{ListThreads, Scope};
pub use messages::MessagesAt;
pub(crate) use messages::smallest_id_at;
pub(crate) use place::Place;
pub use update::ThreadPatch;
