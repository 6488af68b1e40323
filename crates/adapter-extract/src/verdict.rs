//! What a child's answer and its end mean.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

use stead_domain::ports::text_extractor::{ExtractError, ExtractedText, MAX_TEXT, TextPiece};

use crate::wire::{Line, RECORD};

/// The most that a child may answer: the text, with what JSON and the places add.
pub(crate) const MAX_OUTPUT: usize = 3 * MAX_TEXT;

const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;
/// What Rust's runtime says before it gives up for want of memory.
const OUT_OF_MEMORY: &[u8] = b"memory allocation of";

/// What a child said, and how it ended.
pub(crate) fn of(answer: &[u8], complaint: &[u8], ended: ExitStatus) -> Result<ExtractedText, ExtractError> {
    let mut read = ExtractedText::default();
    for record in answer.split(|byte| *byte == RECORD).skip(1) {
        let line = record.split(|byte| *byte == b'\n').next().unwrap_or_default();
        match serde_json::from_slice(line) {
            Ok(Line::Piece { place, text }) => read.pieces.push(TextPiece { place: place.into(), text }),
            Ok(Line::Done { incomplete }) if !read.pieces.is_empty() => {
                read.incomplete = incomplete;
                return Ok(read);
            }
            Ok(Line::Done { .. }) => return Err(ExtractError::Empty),
            Ok(Line::Failed(reason)) => return Err(reason.into()),
            // Its last words, cut off.
            Err(_) => break,
        }
    }
    tracing::debug!(%ended, "a child that read a document did not come to its end");
    Err(match ended.signal() {
        Some(SIGXCPU | SIGKILL) => ExtractError::TimedOut,
        _ if complaint.windows(OUT_OF_MEMORY.len()).any(|words| words == OUT_OF_MEMORY) => ExtractError::TooLarge,
        Some(_) => ExtractError::Broken,
        // It never began: it could not be bound, or is another program.
        None => ExtractError::Unavailable(format!("the child ended with {ended}").into()),
    })
}
