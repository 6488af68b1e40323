//! What a document is, by its bytes.

use std::io::Cursor;

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use crate::wire::Reason;

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Pdf,
    Docx,
    Xlsx,
    Pptx,
    Text,
}

/// A kind of text: its bytes do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TextKind {
    Plain,
    Markdown,
    Table,
    Html,
}

/// How far into a document its mark may stand.
const MARK_WITHIN: usize = 1024;
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// The stream of an OLE container that holds a protected document.
const PROTECTED: &str = "EncryptedPackage";

pub(crate) fn of(bytes: &[u8]) -> Result<Kind, Reason> {
    if bytes.is_empty() {
        return Err(Reason::Empty);
    }
    let beginning = bytes.get(..MARK_WITHIN).unwrap_or(bytes);
    if beginning.windows(5).any(|mark| mark == b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    if beginning.starts_with(OLE) {
        let name: Vec<u8> = PROTECTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_protected = bytes.windows(name.len()).any(|window| window == name);
        return Err(if is_protected { Reason::Encrypted } else { Reason::Unsupported });
    }
    if beginning.starts_with(b"PK\x03\x04") {
        return in_zip(bytes);
    }
    Ok(Kind::Text)
}

fn in_zip(bytes: &[u8]) -> Result<Kind, Reason> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_broken| Reason::Broken)?;
    for (part, kind) in
        [("word/document.xml", Kind::Docx), ("xl/workbook.xml", Kind::Xlsx), ("ppt/presentation.xml", Kind::Pptx)]
    {
        if archive.by_name(part).is_ok() {
            return Ok(kind);
        }
    }
    Err(Reason::Unsupported)
}

impl TextKind {
    /// What the declared type and the name make of a text.
    pub(crate) fn of(content_type: &str, name: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match (media.as_str(), ending.as_str()) {
            (_, "md" | "markdown") | ("text/markdown", _) => Self::Markdown,
            (_, "csv" | "tsv") | ("text/csv" | "text/tab-separated-values", _) => Self::Table,
            (_, "html" | "htm" | "xhtml") | ("text/html" | "application/xhtml+xml", _) => Self::Html,
            _ => Self::Plain,
        }
    }

    /// The same, unless the text says plainly that it is HTML.
    pub(crate) fn seen_in(self, text: &str) -> Self {
        let beginning = text.trim_start().get(..64).unwrap_or(text).to_ascii_lowercase();
        let is_html = beginning.starts_with("<!doctype html") || beginning.starts_with("<html");
        if is_html { Self::Html } else { self }
    }
}
