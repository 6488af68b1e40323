//! What somebody may read: texts that passed the read gate, and nothing else.

use std::ops::Deref;

/// Something that every reader who was asked about might read at the moment when it was asked. Prompts, search results,
/// citations and samples of style are made of these alone.
///
/// It has one constructor, which only the adapter of [`ReadGate`](crate::ports::ReadGate) may call: clippy's
/// `disallowed-methods` refuses it everywhere else. What is inside can be looked at and taken out, never put in.
#[derive(Debug, Clone, PartialEq)]
pub struct Readable<T>(T);

impl<T> Readable<T> {
    /// Says that the gate let this through.
    pub fn passed_the_gate(inside: T) -> Self {
        Self(inside)
    }

    /// Takes it out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Readable<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
