//! PPTX: a piece a slide, in the order in which they are shown.

use std::collections::HashMap;

use stead_domain::ports::text_extractor::Place;

use super::{
    sink::Sink,
    xml::{self, Xml},
    zip_parts::{self, Parts},
};
use crate::wire::Reason;

pub(super) fn read(bytes: Vec<u8>, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let mut parts = zip_parts::open(bytes)?;
    for (number, slide) in (1..).zip(slides(&mut parts)?) {
        let Some(part) = zip_parts::part(&mut parts, &slide) else { continue };
        let (mut text, mut in_text) = (String::new(), false);
        xml::read(part, |event| {
            match event {
                Xml::Start("t", _) => in_text = true,
                Xml::End("t") => in_text = false,
                Xml::Text(said) if in_text => text.push_str(said),
                Xml::Start("br", _) | Xml::End("p") => text.push('\n'),
                Xml::End("tc") => text.push_str("| "),
                Xml::Start(..) | Xml::End(_) | Xml::Text(_) => {}
            }
            true
        })?;
        if !sink.push(Place::Slide(number), &text) {
            break;
        }
    }
    Ok(())
}

/// The parts of the slides, in order.
fn slides(parts: &mut Parts) -> Result<Vec<String>, Reason> {
    let mut targets = HashMap::new();
    if let Some(part) = zip_parts::part(parts, "ppt/_rels/presentation.xml.rels") {
        xml::read(part, |event| {
            if let Xml::Start("Relationship", attributes) = event
                && let (Some(id), Some(target)) = (attributes.get("Id"), attributes.get("Target"))
            {
                targets.insert(id, target);
            }
            true
        })?;
    }
    let mut slides = Vec::new();
    if let Some(part) = zip_parts::part(parts, "ppt/presentation.xml") {
        xml::read(part, |event| {
            if let Xml::Start("sldId", attributes) = event
                && let Some(target) = attributes.get_exactly("r:id").and_then(|id| targets.get(&id))
            {
                let absolute = target.strip_prefix('/').map(str::to_owned);
                slides.push(absolute.unwrap_or_else(|| format!("ppt/{target}")));
            }
            true
        })?;
    }
    Ok(slides)
}
