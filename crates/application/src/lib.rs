//! The use cases of Stead: each reads what it needs, decides, and commits one value.
//!
//! **Belongs here:** one module per capability, and every rule that two handlers would share: who may do what, what a
//! repeat of a request means, how a turn runs, what a prompt is made of.
//!
//! **Does not belong here:** SQL, HTTP, adapters by name, environment variables.
//!
//! **Invariants:** a write is one [`Commit`](stead_domain::ports::store::Commit); nothing is awaited while a transaction is
//! open; whatever runs on after an answer was given is a task of [`Background`]; secrets and texts are never logged.

pub mod accounts;
pub mod agents;
pub mod api_keys;
pub mod assistant;
pub mod avatars;
mod background;
mod believed;
mod caller;
pub mod channel_messages;
pub mod channels;
pub mod citations;
mod context;
mod error;
mod expected;
pub mod export;
mod figures;
pub mod files;
mod html;
pub mod idempotency;
pub mod import;
pub mod inbox;
pub mod jobs;
pub mod limits;
mod log_follower;
mod markdown_words;
pub mod metering;
pub mod presence;
pub mod realtime;
mod retrieval;
mod rooms;
pub mod search;
mod settings;
pub mod stand_in;
pub mod threads;
pub mod tools;
pub mod turn;

pub use background::Background;
pub use caller::{Caller, Credential};
pub use context::{Application, Ports};
pub use error::{Conflict, Error, FieldError};
pub use expected::Expected;
pub use settings::{PasswordCost, Settings};

/// How often a use case reads and decides again when others changed the same.
pub(crate) const TRIES: usize = 3;

/// What a request made, or what an earlier request with the same key had made.
#[derive(Debug, Clone, PartialEq)]
pub struct Made<T> {
    /// It, as it is now.
    pub value: T,
    /// Whether an earlier request made it.
    pub replayed: bool,
}
