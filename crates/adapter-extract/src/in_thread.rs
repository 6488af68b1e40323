use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures_util::StreamExt;
use stead_domain::ports::{
    TextExtractor,
    text_extractor::{Document, ExtractError, ExtractedText, Place, TextPiece},
};

use crate::{
    limits::Limits,
    read::{self, Sink, TextKind},
    wire::Reason,
};

/// Reads documents in this process, without limits of memory and time: for tests, whose documents are their own.
#[derive(Debug, Clone, Copy, Default)]
pub struct InThreadExtractor;

#[async_trait]
impl TextExtractor for InThreadExtractor {
    async fn extract(&self, document: Document) -> Result<ExtractedText, ExtractError> {
        let text_as = TextKind::of(&document.content_type, &document.name);
        let (mut bytes, mut body) = (Vec::new(), document.body);
        let most = Limits::default().document_bytes;
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| ExtractError::Unavailable(Box::new(error)))?);
            if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
                return Err(ExtractError::TooLarge);
            }
        }
        let read = move || {
            let read = || whole(bytes, text_as);
            std::panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(Reason::Broken))
        };
        let read = tokio::task::spawn_blocking(read).await;
        Ok(read.map_err(|error| ExtractError::Unavailable(Box::new(error)))??)
    }
}

fn whole(bytes: Vec<u8>, text_as: TextKind) -> Result<ExtractedText, Reason> {
    let mut pieces = Vec::new();
    let mut give = |place: Place, text: String| {
        pieces.push(TextPiece { place, text });
        true
    };
    let mut sink = Sink::new(&mut give);
    read::document(bytes, text_as, &mut sink)?;
    let incomplete = sink.end()?;
    Ok(ExtractedText { pieces, incomplete })
}
