//! The formats. Everything here runs in the child: it may panic, recurse too deeply or run out of memory.

mod clean;
mod docx;
mod html;
mod kind;
mod pdf;
mod pptx;
mod sink;
mod text;
mod xlsx;
mod xml;
mod zip_parts;

pub(crate) use kind::TextKind;
pub(crate) use sink::Sink;

use kind::Kind;

use crate::wire::Reason;

/// Reads a document, whatever it is.
pub(crate) fn document(bytes: Vec<u8>, text_as: TextKind, sink: &mut Sink<'_>) -> Result<(), Reason> {
    match kind::of(&bytes)? {
        Kind::Pdf => pdf::read(&bytes, sink),
        Kind::Docx => docx::read(bytes, sink),
        Kind::Xlsx => xlsx::read(bytes, sink),
        Kind::Pptx => pptx::read(bytes, sink),
        Kind::Text => {
            let text = text::decoded(&bytes)?;
            drop(bytes);
            match text_as.seen_in(&text) {
                TextKind::Html => html::read(&text, sink),
                TextKind::Markdown => text::markdown(&text, sink),
                TextKind::Table => text::table(&text, sink),
                TextKind::Plain => text::plain(&text, sink),
            }
        }
    }
}
