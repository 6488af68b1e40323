//! What a file is, found out from its bytes. What a client says of it is not believed; the ending of its name only tells
//! one kind of text from another.

use stead_domain::file::FileName;

/// How many of the first bytes are looked at.
pub const HEAD: usize = 8 * 1024;

const UNKNOWN: &str = "application/octet-stream";

/// Texts whose bytes do not tell them apart, by the ending of their names.
const TEXTS: [(&[&str], &str); 5] = [
    (&["md", "markdown"], "text/markdown"),
    (&["csv"], "text/csv"),
    (&["tsv"], "text/tab-separated-values"),
    (&["json", "geojson"], "application/json"),
    (&["html", "htm", "xhtml"], "text/html"),
];

/// The media type of a file that begins with these bytes.
pub fn content_type(head: &[u8], name: &FileName) -> &'static str {
    // Scripts and markup are texts too: of those, `text` says what they are.
    match infer::get(head).filter(|kind| kind.matcher_type() != infer::MatcherType::Text) {
        Some(kind) => kind.mime_type(),
        None if is_text(head) => text(head, name),
        None => UNKNOWN,
    }
}

fn text(head: &[u8], name: &FileName) -> &'static str {
    if let Some(markup) = markup(head) {
        return markup;
    }
    let extension = name.extension().unwrap_or_default();
    let known = TEXTS.iter().find(|(endings, _)| endings.contains(&extension.as_str()));
    known.map_or("text/plain", |(_, content_type)| content_type)
}

/// What a browser would take for markup.
fn markup(head: &[u8]) -> Option<&'static str> {
    let head = String::from_utf8_lossy(head.get(..1024).unwrap_or(head)).to_ascii_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if !head.starts_with('<') {
        return None;
    }
    if head.contains("<svg") {
        return Some("image/svg+xml");
    }
    let is_html = ["<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<table", "<div", "<h1", "<p>"];
    if is_html.iter().any(|tag| head.contains(tag)) {
        return Some("text/html");
    }
    head.starts_with("<?xml").then_some("text/xml")
}

/// Whether these are characters in some encoding: marked as UTF-16, or without any control characters that texts do not
/// have. An empty file is nothing.
fn is_text(head: &[u8]) -> bool {
    let is_marked = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let is_control = |byte: &u8| matches!(byte, 0x00..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    !head.is_empty() && (is_marked || !head.iter().any(is_control))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(head: &[u8], name: &str) -> &'static str {
        content_type(head, &FileName::made_safe(name).unwrap())
    }

    #[test]
    fn bytes_count_and_names_do_not() {
        for (head, name, expected) in [
            (&b"%PDF-1.7\n"[..], "a.txt", "application/pdf"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.exe", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "a", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "a.pdf", "image/gif"),
            (b"MZ\x90\0\x03\0\0\0", "a.pdf", "application/vnd.microsoft.portable-executable"),
            (b"\0\x01\x02\x03", "a.txt", UNKNOWN),
            (b"", "a.txt", UNKNOWN),
        ] {
            assert_eq!(kind(head, name), expected, "{name}");
        }
    }

    #[test]
    fn texts_are_told_apart_by_their_names() {
        for (name, expected) in [
            ("a.txt", "text/plain"),
            ("a.md", "text/markdown"),
            ("A.CSV", "text/csv"),
            ("a.json", "application/json"),
            ("a.pdf", "text/plain"),
            ("a.png", "text/plain"),
            ("a", "text/plain"),
        ] {
            assert_eq!(kind("Grüße, 1,2\n".as_bytes(), name), expected, "{name}");
        }
        assert_eq!(kind(b"Gr\xfc\xdfe", "a.txt"), "text/plain");
        assert_eq!(kind(b"\xff\xfeG\0r\0", "a.txt"), "text/plain");
        assert_eq!(kind(b"#!/bin/sh\necho\n", "a.txt"), "text/plain");
    }

    #[test]
    fn markup_is_markup_whatever_it_is_called() {
        for (text, expected) in [
            ("<!DOCTYPE html><title>x</title>", "text/html"),
            ("\u{feff} <script>alert(1)</script>", "text/html"),
            ("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
            ("<?xml version='1.0'?><svg/>", "image/svg+xml"),
            ("<?xml version='1.0'?><note/>", "text/xml"),
            ("< not markup", "text/plain"),
        ] {
            assert_eq!(kind(text.as_bytes(), "a.txt"), expected, "{text}");
        }
    }
}
