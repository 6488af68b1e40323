use std::time::{Duration, Instant};

use stead_domain::ports::text_extractor::{MAX_TEXT, Place};

use super::clean::{clean, one_line};
use crate::wire::Reason;

/// The most pieces of a document, and the longest name of a place, in characters.
const MAX_PIECES: usize = 50_000;
const MAX_NAME: usize = 200;
/// After so long what was read so far has to do: well before the child is killed.
const ENOUGH: Duration = Duration::from_secs(12);

/// Takes the pieces of a document as they are read, as far as the limits go.
pub(crate) struct Sink<'a> {
    give: &'a mut dyn FnMut(Place, String) -> bool,
    room: usize,
    pieces: usize,
    incomplete: bool,
    began: Instant,
}

impl<'a> Sink<'a> {
    /// Hands pieces on until `give` says that nobody listens.
    pub(crate) fn new(give: &'a mut dyn FnMut(Place, String) -> bool) -> Self {
        Self { give, room: MAX_TEXT, pieces: 0, incomplete: false, began: Instant::now() }
    }

    /// Takes a piece. Answers whether more is wanted.
    pub(crate) fn push(&mut self, place: Place, text: &str) -> bool {
        let mut text = clean(text);
        if text.len() > self.room {
            self.incomplete = true;
            let mut end = self.room;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        if !text.trim().is_empty() {
            self.room -= text.len();
            self.pieces += 1;
            let place = match place {
                Place::Sheet(name) => Place::Sheet(one_line(&name, MAX_NAME)),
                Place::Heading(name) => Place::Heading(one_line(&name, MAX_NAME)),
                Place::Document | Place::Page(_) | Place::Slide(_) => place,
            };
            if !(self.give)(place, text) {
                return false;
            }
        }
        if self.room == 0 || self.pieces >= MAX_PIECES || self.began.elapsed() > ENOUGH {
            self.incomplete = true;
            return false;
        }
        true
    }

    /// Notes that something could not be read.
    pub(crate) fn leave_out(&mut self) {
        self.incomplete = true;
    }

    /// Whether something is left out; a document without text is a failure.
    pub(crate) fn end(self) -> Result<bool, Reason> {
        match (self.pieces, self.incomplete) {
            (0, true) => Err(Reason::Broken),
            (0, false) => Err(Reason::Empty),
            (_, incomplete) => Ok(incomplete),
        }
    }
}
