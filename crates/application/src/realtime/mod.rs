//! Real time: the event log, told to those whom it concerns as it grows, and what is true for a moment only.
//!
//! `tail` follows the log once for this process and hands each event to the connections in its audience; `subscription` is
//! one connection: what it missed first, then what comes, without gap or double. `audience` decides for both whom an event
//! concerns now, and `subjects` fetches what it is about as it is now, one kind a file. So what was deleted never comes
//! back from the log, and who was removed from a room hears nothing of it any more.

mod audience;
mod credentials;
mod seq;
mod subjects;
mod subscription;
mod tail;
mod tickets;
mod told;
mod typing;

pub use seq::Seq;
pub use subjects::Subject;
pub use subscription::{Closing, Frame, Subscription};
pub use tickets::{TICKET_LIFE, Ticket};
pub use told::{Room, Told};

pub(crate) use tail::Realtime;
pub(crate) use tickets::Tickets;
pub(crate) use typing::Typing;
