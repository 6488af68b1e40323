//! The inbox: the direct channels of a person, and with each agent one thread, as one list of conversations; and what others
//! say to one's agents.
//!
//! A conversation's id is its channel's or thread's. Somebody else's is not there, and neither is what is not of the inbox:
//! other channels, other threads. What came with an API key sees and does here what its scopes allow of channels and
//! threads: without that of threads there are no conversations with agents.

mod list;
mod messages;
mod oversee;
mod place;
mod post;
mod start;

pub use list::ListInbox;
pub use messages::InboxMessage;
pub use start::{NewConversation, Started, Target};
