//! Stand-ins: a person's own agent answers for them while they are away, in their style, from what both sides may see.
//!
//! A message to somebody who is away, or a mention of them in a channel, carries a job in its commit. `decide` is that job:
//! it asks again whether they are away, want to be stood in for, and have not been stood in for too often, and begins a run in
//! the room. `makings` is what its prompt is made of, `again` what is asked once more right before the answer is stored. What
//! is said in somebody's stead is marked so for ever, and theirs to edit and to retract. `preview` shows what would be said.
//!
//! In their own room with their agent (`own_room`) it talks to its owner as itself, and may use all that they may read.

mod again;
mod decide;
mod makings;
mod own_room;
mod persona;
mod preview;
mod replies;
mod scope;
mod style;

pub use persona::PersonaPatch;
pub use preview::Preview;
pub use replies::StoodIn;
