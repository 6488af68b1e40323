//! DOCX: paragraphs, under the heading they stand under; tables a line a row.

use stead_domain::ports::text_extractor::Place;

use super::{
    sink::Sink,
    xml::{self, Xml},
    zip_parts,
};
use crate::wire::Reason;

/// What is read, in this order.
const PARTS: [&str; 3] = ["word/document.xml", "word/footnotes.xml", "word/endnotes.xml"];

pub(super) fn read(bytes: Vec<u8>, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let mut parts = zip_parts::open(bytes)?;
    for name in PARTS {
        let Some(part) = zip_parts::part(&mut parts, name) else { continue };
        let mut story = Story::default();
        xml::read(part, |event| story.see(event, sink))?;
        sink.push(story.place, &story.text);
    }
    Ok(())
}

/// A text in the making.
#[derive(Default)]
struct Story {
    place: Place,
    text: String,
    paragraph: String,
    is_heading: bool,
    in_text: bool,
    /// How deep in tables, and in what is there for old readers only.
    tables: usize,
    in_fallback: usize,
}

impl Story {
    fn see(&mut self, event: Xml<'_>, sink: &mut Sink<'_>) -> bool {
        match event {
            Xml::Start("Fallback", _) => self.in_fallback += 1,
            Xml::End("Fallback") => self.in_fallback = self.in_fallback.saturating_sub(1),
            _ if self.in_fallback > 0 => {}
            Xml::Start("t", _) => self.in_text = true,
            Xml::End("t") => self.in_text = false,
            Xml::Text(text) if self.in_text => self.paragraph.push_str(text),
            Xml::Start("tab", _) => self.paragraph.push('\t'),
            Xml::Start("br" | "cr", _) => self.paragraph.push('\n'),
            Xml::Start("noBreakHyphen", _) => self.paragraph.push('-'),
            Xml::Start("pStyle", attributes) => {
                self.is_heading |= attributes.get("val").is_some_and(|style| is_heading_style(&style));
            }
            Xml::Start("outlineLvl", attributes) => {
                self.is_heading |=
                    attributes.get("val").is_some_and(|level| level.parse().is_ok_and(|level: u8| level < 9));
            }
            Xml::Start("tbl", _) => self.tables += 1,
            Xml::End("tbl") => self.tables = self.tables.saturating_sub(1),
            Xml::End("tc") => self.text.push_str(" | "),
            Xml::End("tr") => {
                self.text.truncate(self.text.trim_end_matches([' ', '|']).len());
                self.text.push('\n');
            }
            Xml::End("p") => return self.end_paragraph(sink),
            Xml::Start(..) | Xml::End(_) | Xml::Text(_) => {}
        }
        true
    }

    fn end_paragraph(&mut self, sink: &mut Sink<'_>) -> bool {
        let paragraph = std::mem::take(&mut self.paragraph);
        let is_heading = std::mem::take(&mut self.is_heading) && !paragraph.trim().is_empty() && self.tables == 0;
        let mut goes_on = true;
        if is_heading {
            goes_on = sink.push(std::mem::take(&mut self.place), &std::mem::take(&mut self.text));
            self.place = Place::Heading(paragraph.trim().to_owned());
        }
        self.text.push_str(&paragraph);
        // In a table a paragraph ends a line of its cell.
        self.text.push_str(if self.tables > 0 { " " } else { "\n\n" });
        goes_on
    }
}

/// The names of headings in Word's languages begin alike; what else is one says its level.
fn is_heading_style(style: &str) -> bool {
    let style = style.to_lowercase();
    ["heading", "title", "berschrift", "überschrift", "titre", "titolo", "ttulo", "kop", "rubrik"]
        .iter()
        .any(|name| style.starts_with(name))
}
