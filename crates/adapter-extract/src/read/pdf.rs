//! PDF, a page at a time: one that cannot be read is left out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Document, Error};
use pdf_extract::{PlainTextOutput, output_doc_page};
use stead_domain::ports::text_extractor::Place;

use super::sink::Sink;
use crate::wire::Reason;

pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Reason> {
    let document = open(bytes)?;
    let pages = document.get_pages();
    if pages.is_empty() {
        return Err(Reason::Empty);
    }
    for page in pages.into_keys() {
        // Its reader panics on what it does not expect.
        let read = catch_unwind(AssertUnwindSafe(|| {
            let mut text = String::new();
            output_doc_page(&document, &mut PlainTextOutput::new(&mut text), page).map(|()| text)
        }));
        let Ok(Ok(text)) = read else {
            sink.leave_out();
            continue;
        };
        if !sink.push(Place::Page(page), &text) {
            break;
        }
    }
    Ok(())
}

fn open(bytes: &[u8]) -> Result<Document, Reason> {
    let mut document = match Document::load_mem(bytes) {
        Ok(document) => document,
        Err(Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_)) => {
            return Err(Reason::Encrypted);
        }
        Err(_broken) => return Err(Reason::Broken),
    };
    // Many are encrypted with the empty password, and open to everybody.
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(Reason::Encrypted);
    }
    Ok(document)
}
