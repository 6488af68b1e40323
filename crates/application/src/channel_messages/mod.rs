//! What is said in channels.
//!
//! Every use case begins with who asks: a member of the channel may read and send, nobody else. What is posted is stored and
//! told at once; who answers to it is decided in [`answers`], in the same commit.

mod access;
mod answers;
mod delete;
mod edit;
mod list;
mod mentions;
mod named;
mod pins;
mod post;
mod reactions;

pub use edit::MessagePatch;
pub(crate) use named::{Named, named};
pub use post::NewChannelMessage;
