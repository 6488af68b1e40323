use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use stead_domain::{FileId, Invalid};
use uuid::Uuid;

/// Where a page of what was found ended, among the messages and among the files. What comes anew stands before it, so a search
/// that goes on from here gives nothing twice and leaves nothing out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchCursor {
    /// The place of the last message, if there was one.
    pub(super) messages_below: Option<i64>,
    /// The last file, if there was one.
    pub(super) files_below: Option<FileId>,
}

const BYTES: usize = 24;

impl SearchCursor {
    /// Reads the text form.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; BYTES]>::try_from(bytes).ok());
        let Some(bytes) = bytes else { return Err(Invalid::new("is no cursor that a search has answered")) };
        let (place, file) = bytes.split_at(8);
        let place = place.try_into().map_or(-1, i64::from_be_bytes);
        let file = Uuid::from_slice(file).unwrap_or_default();
        Ok(Self {
            messages_below: (place >= 0).then_some(place),
            files_below: (!file.is_nil()).then(|| FileId::new(file)),
        })
    }

    /// The text form: letters, digits, `-` and `_`.
    pub fn to_text(self) -> String {
        let mut bytes = [0; BYTES];
        let (place, file) = bytes.split_at_mut(8);
        place.copy_from_slice(&self.messages_below.unwrap_or(-1).to_be_bytes());
        file.copy_from_slice(self.files_below.map_or(Uuid::nil(), FileId::uuid).as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_read_as_written(place in proptest::option::of(0..i64::MAX), file in proptest::option::of(1..u128::MAX)) {
            let files_below = file.map(|file| FileId::new(Uuid::from_u128(file)));
            let cursor = SearchCursor { messages_below: place, files_below };
            let text = cursor.to_text();
            prop_assert_eq!(text.len(), 32);
            prop_assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
            prop_assert_eq!(SearchCursor::parse(&text), Ok(cursor));
        }

        #[test]
        fn anything_else_is_refused_or_a_place(text in "\\PC{0,40}") {
            if let Ok(cursor) = SearchCursor::parse(&text) {
                prop_assert_eq!(SearchCursor::parse(&cursor.to_text()), Ok(cursor));
            }
        }
    }
}
