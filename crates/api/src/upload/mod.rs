//! Bodies that hold a file (RFC 7578): read as they arrive and handed on piece by piece, never whole in memory.

mod body;
mod form;
mod payload;

pub use form::{Form, Stopped};
