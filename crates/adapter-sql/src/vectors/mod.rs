//! The embedded index of vectors: rows in the database, searched in memory.
//!
//! Every query compares all vectors of the conversations it names: none is missed, and it is quick enough for hundreds of
//! thousands. What was read of a conversation is held in memory, up to a bound; two counters in the database, which every change raises, say
//! whether that is still all there is. So any number of processes may write and ask. A conversation that is too large to be
//! held is read in pages by each query.

mod best;
mod block;
mod held;
mod rows;
mod store;

pub(crate) use self::rows::{NewVector, PlaceState, VectorRow, VectorRows};
pub use self::store::{EmbeddedVectors, VectorMemory};
