//! Agents: making, reading, changing and deleting them, and who may do so.

mod bounds;
mod crud;
mod deletion;
mod paging;
mod rights;
