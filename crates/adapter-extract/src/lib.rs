//! The `TextExtractor` port: documents that nobody trusts, read by a child process.
//!
//! **Belongs here:** the child with its limits, the formats (text, Markdown, CSV, JSON, HTML, PDF, DOCX, XLSX, PPTX), and
//! what each failure means to a caller.
//!
//! **Does not belong here:** passages, summaries, prompts, where a document comes from.
//!
//! **Invariants:** nothing of a document is parsed in the process that serves; a child has no environment, no files but
//! its three pipes, bounded memory, processor time and output, and is waited for; no text of a document is logged.
//!
//! The parent ([`ProcessExtractor`]) writes the document to the child's standard input; the child ([`run_child`]) answers
//! with lines (`wire`) on its standard output.

mod child;
mod in_thread;
mod limits;
mod process;
mod read;
mod verdict;
mod wire;

pub use child::run_child;
pub use in_thread::InThreadExtractor;
pub use limits::{Limits, Order};
pub use process::{ProcessExtractor, Program};
