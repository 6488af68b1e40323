//! Plain text, Markdown and tables.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;
use stead_domain::ports::text_extractor::Place;

use super::sink::Sink;
use crate::wire::Reason;

/// How much of a text is looked at to find out its encoding, and whether it is one.
const LOOKED_AT: usize = 64 * 1024;

/// The text of bytes in whatever encoding they are most likely in.
pub(super) fn decoded(bytes: &[u8]) -> Result<String, Reason> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0.into_owned());
    }
    let beginning = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    if is_binary(beginning) {
        return Err(Reason::Unsupported);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(beginning, beginning.len() == bytes.len());
    let encoding = detector.guess(None, Utf8Detection::Allow);
    Ok(encoding.decode_without_bom_handling(bytes).0.into_owned())
}

/// Whether it holds what no text does: a NUL, or many control characters.
fn is_binary(bytes: &[u8]) -> bool {
    let odd =
        bytes.iter().filter(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B));
    bytes.contains(&0) || odd.count() > bytes.len() / 100
}

pub(super) fn plain(text: &str, sink: &mut Sink<'_>) -> Result<(), Reason> {
    sink.push(Place::Document, text);
    Ok(())
}

/// A table as it stands: that it is one is known by its place, so that its first line can head every passage of it.
pub(super) fn table(text: &str, sink: &mut Sink<'_>) -> Result<(), Reason> {
    sink.push(Place::Sheet(String::new()), text);
    Ok(())
}

/// A text with headings: a piece for each.
pub(super) fn markdown(text: &str, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let (mut place, mut piece, mut in_code) = (Place::Document, String::new(), false);
    for line in text.lines() {
        in_code ^= line.trim_start().starts_with("```");
        if let Some(heading) = heading(line).filter(|_| !in_code) {
            if !sink.push(std::mem::take(&mut place), &std::mem::take(&mut piece)) {
                return Ok(());
            }
            place = Place::Heading(heading.to_owned());
        }
        piece.push_str(line);
        piece.push('\n');
    }
    sink.push(place, &piece);
    Ok(())
}

fn heading(line: &str) -> Option<&str> {
    let marks = line.bytes().take_while(|byte| *byte == b'#').count();
    let heading = line.get(marks..)?.strip_prefix(' ')?.trim().trim_end_matches('#').trim_end();
    ((1..=6).contains(&marks) && !heading.is_empty()).then_some(heading)
}
