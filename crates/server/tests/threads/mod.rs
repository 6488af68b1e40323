//! Threads: making, listing, reading, changing, deleting and titling them.

mod change;
mod create;
mod delete;
mod list;
mod messages;
mod read;
mod titles;
