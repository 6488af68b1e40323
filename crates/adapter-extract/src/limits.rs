use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::read::TextKind;

/// What reading a document may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest document, in bytes.
    pub document_bytes: u64,
    /// The child's address space, in bytes.
    pub memory: u64,
    /// The child's processor time, in seconds.
    pub cpu_seconds: u64,
    /// How long it may take from the last byte of the document on.
    pub wall: Duration,
    /// How long the document's bytes may fail to come.
    pub source_idle: Duration,
    /// How many children at once.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 64 * 1024 * 1024,
            memory: 512 * 1024 * 1024,
            cpu_seconds: 20,
            wall: Duration::from_secs(60),
            source_idle: Duration::from_secs(30),
            at_once: 2,
        }
    }
}

/// What a child is told, as its one argument.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub(crate) text_as: TextKind,
    pub(crate) document_bytes: u64,
    pub(crate) memory: u64,
    pub(crate) cpu_seconds: u64,
}

impl Order {
    pub(crate) fn new(text_as: TextKind, limits: &Limits) -> Self {
        let Limits { document_bytes, memory, cpu_seconds, .. } = *limits;
        Self { text_as, document_bytes, memory, cpu_seconds }
    }
}
