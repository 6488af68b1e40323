//! What a child answers: lines of JSON, each after a record separator, so that what a library prints between them does
//! not count.

use serde::{Deserialize, Serialize};
use stead_domain::ports::text_extractor::{ExtractError, Place};

/// Begins a line.
pub(crate) const RECORD: u8 = 0x1E;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    Piece { place: WirePlace, text: String },
    Done { incomplete: bool },
    Failed(Reason),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WirePlace {
    Document,
    Page(u32),
    Slide(u32),
    Sheet(String),
    Heading(String),
}

/// Why a document cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    Unsupported,
    Encrypted,
    Broken,
    Empty,
    TooLarge,
}

impl From<Place> for WirePlace {
    fn from(place: Place) -> Self {
        match place {
            Place::Document => Self::Document,
            Place::Page(page) => Self::Page(page),
            Place::Slide(slide) => Self::Slide(slide),
            Place::Sheet(sheet) => Self::Sheet(sheet),
            Place::Heading(heading) => Self::Heading(heading),
        }
    }
}

impl From<WirePlace> for Place {
    fn from(place: WirePlace) -> Self {
        match place {
            WirePlace::Document => Self::Document,
            WirePlace::Page(page) => Self::Page(page),
            WirePlace::Slide(slide) => Self::Slide(slide),
            WirePlace::Sheet(sheet) => Self::Sheet(sheet),
            WirePlace::Heading(heading) => Self::Heading(heading),
        }
    }
}

impl From<Reason> for ExtractError {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Unsupported => Self::Unsupported,
            Reason::Encrypted => Self::Encrypted,
            Reason::Broken => Self::Broken,
            Reason::Empty => Self::Empty,
            Reason::TooLarge => Self::TooLarge,
        }
    }
}
