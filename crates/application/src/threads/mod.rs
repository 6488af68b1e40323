//! Threads: making, listing, reading, changing, deleting and titling them.

mod access;
mod create;
mod delete;
mod import;
mod list;
mod messages;
mod read;
mod title;
mod update;

pub use access::ThreadView;
pub use create::NewThread;
pub use import::ImportedRole;
pub use list::{ListThreads, Scope};
pub use messages::MessagesAt;
pub use update::ThreadPatch;
