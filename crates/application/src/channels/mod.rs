//! Channels: the rooms, and who is in them. What is said in them is elsewhere.
//!
//! Who may what: a public channel may be seen and joined by everyone in the organization, every other one is its members' alone.
//! Its admins change a channel and its members; of a public one the organization's admins do so too, in or not. Nobody is let
//! into others' private channels by being an admin. Direct channels and the one with one's own agent stay as they are.

mod access;
mod agents;
mod assistants;
mod create;
mod delete;
mod events;
mod find;
mod first;
mod leave;
mod members;
mod notifications;
mod read;
mod tell_rooms;
mod typing;
mod update;

pub(crate) use access::NOT_A_MEMBER;
pub use assistants::Ensured;
pub use create::{MOST_FIRST_MEMBERS, NewChannel, NewChannelKind, Opened};
pub(crate) use events::channel_event;
pub(crate) use first::FirstSteps;
pub use read::ReadUpTo;
pub use update::ChannelPatch;
