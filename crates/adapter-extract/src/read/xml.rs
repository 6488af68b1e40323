//! XML as a row of events. Entities that a document defines itself mean nothing: there is no bomb to unpack.

use std::io::{self, BufRead};

use quick_xml::{Error, Reader, events::Event, name::QName};

use crate::wire::Reason;

/// How deep elements may nest.
const MAX_DEPTH: usize = 1_000;

/// What a reader of a part wants to know.
pub(super) enum Xml<'a> {
    /// An element begins: its name without prefix, and its attributes.
    Start(&'a str, Attributes<'a>),
    End(&'a str),
    Text(&'a str),
}

/// The attributes of an element.
pub(super) struct Attributes<'a>(&'a quick_xml::events::BytesStart<'a>);

impl Attributes<'_> {
    /// The value of the attribute with this name, whatever its prefix.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.find(|key| key.local_name().into_inner() == name)
    }

    /// The value of the attribute with this full name.
    pub(super) fn get_exactly(&self, name: &str) -> Option<String> {
        self.find(|key| key.into_inner() == name)
    }

    fn find(&self, wanted: impl Fn(QName<'_>) -> bool) -> Option<String> {
        let mut attributes = self.0.attributes();
        let mut found = attributes.with_checks(false).flatten().filter(|attribute| wanted(attribute.key));
        found.next().map(|attribute| attribute.value.into_owned())
    }
}

/// Reads a part; `see` answers whether it wants more.
pub(super) fn read(part: impl BufRead, mut see: impl FnMut(Xml<'_>) -> bool) -> Result<(), Reason> {
    let mut reader = Reader::from_reader(part);
    reader.config_mut().check_end_names = false;
    let (mut buffer, mut depth) = (Vec::new(), 0usize);
    loop {
        buffer.clear();
        let wants_more = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Reason::Broken);
                }
                see(Xml::Start(element.local_name().into_inner(), Attributes(&element)))
            }
            Ok(Event::Empty(element)) => {
                let name = element.local_name();
                see(Xml::Start(name.into_inner(), Attributes(&element))) && see(Xml::End(name.into_inner()))
            }
            Ok(Event::End(element)) => {
                depth = depth.saturating_sub(1);
                see(Xml::End(element.local_name().into_inner()))
            }
            Ok(Event::Text(text)) => see(Xml::Text(&text.xml10_content())),
            Ok(Event::CData(text)) => see(Xml::Text(&text.xml10_content())),
            Ok(Event::GeneralRef(reference)) => {
                let sign = match &*reference.xml10_content() {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                sign.is_none_or(|sign| see(Xml::Text(sign.encode_utf8(&mut [0; 4]))))
            }
            Ok(Event::Eof) => return Ok(()),
            Ok(Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_)) => true,
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::FileTooLarge => return Err(Reason::TooLarge),
            Err(_broken) => return Err(Reason::Broken),
        };
        if !wants_more {
            return Ok(());
        }
    }
}
