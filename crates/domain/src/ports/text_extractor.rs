//! The port to what reads documents.

use std::fmt;

use async_trait::async_trait;

use super::object_store::ObjectBody;

/// The most text that is taken of a document, in bytes. What is beyond is left out, and said so.
pub const MAX_TEXT: usize = 4 * 1024 * 1024;

/// Reads documents that nobody trusts.
///
/// # Contract
/// - Whatever the document is, this process's memory, files and other work are untouched: what reads it is bounded in
///   memory, time and output, and ends.
/// - What a document is, is found out from its bytes; declared type and name decide only between kinds of text.
/// - The text is in the order of the document, holds no NUL and at most [`MAX_TEXT`] bytes; each piece has its place and
///   something in it.
/// - The same document gives the same text.
/// - Dropping the future stops the reading.
#[async_trait]
pub trait TextExtractor: Send + Sync + 'static {
    /// Reads a document's text.
    ///
    /// # Errors
    /// As [`ExtractError`] says.
    async fn extract(&self, document: Document) -> Result<ExtractedText, ExtractError>;
}

/// A document to read.
pub struct Document {
    /// Its bytes.
    pub body: ObjectBody,
    /// What it is taken to be: `application/pdf`, say.
    pub content_type: String,
    /// What it is called.
    pub name: String,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

/// What a document says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExtractedText {
    /// Its pieces, in order; at least one.
    pub pieces: Vec<TextPiece>,
    /// Whether something of it is not there: it was longer than is taken, or parts could not be read.
    pub incomplete: bool,
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPiece {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub text: String,
}

/// Where in a document something stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Place {
    /// Somewhere: the document has no parts.
    #[default]
    Document,
    /// On this page, from 1.
    Page(u32),
    /// On this slide, from 1.
    Slide(u32),
    /// On this sheet of a workbook.
    Sheet(String),
    /// Under this heading.
    Heading(String),
}

/// As people and models read it; empty for the document as a whole.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => Ok(()),
            Self::Page(page) => write!(f, "page {page}"),
            Self::Slide(slide) => write!(f, "slide {slide}"),
            Self::Sheet(sheet) => write!(f, "sheet “{sheet}”"),
            Self::Heading(heading) => write!(f, "under “{heading}”"),
        }
    }
}

/// A document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// It is of a kind that is not read.
    #[error("of a kind that cannot be read")]
    Unsupported,
    /// It is protected by a password.
    #[error("protected by a password")]
    Encrypted,
    /// It is damaged, or not what it claims to be.
    #[error("damaged")]
    Broken,
    /// It says nothing.
    #[error("without text")]
    Empty,
    /// It is larger, also unpacked, than can be read.
    #[error("too large")]
    TooLarge,
    /// Reading it takes too long.
    #[error("takes too long to read")]
    TimedOut,
    /// Its bytes could not be fetched, or nothing could be started to read it; trying later may help.
    #[error("cannot be read now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ExtractError {
    /// Whether the same document may be read later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Unsupported | Self::Encrypted | Self::Broken | Self::Empty | Self::TooLarge | Self::TimedOut => false,
        }
    }
}
