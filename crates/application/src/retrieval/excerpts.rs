use std::collections::{BTreeMap, HashMap};

use stead_domain::{
    ConversationId, MessageId, Readable,
    ports::read_gate::{MessageCandidate, MessageText, Readers},
};

use super::Found;
use crate::{Application, Error};

/// How much of what was said around a message is shown with it.
const BEFORE: u32 = 3;
const AFTER: u32 = 4;

/// What was said in one place, in its order: messages that were found, and those around them.
pub(super) struct Excerpt {
    /// Where.
    pub conversation: ConversationId,
    /// What.
    pub messages: Vec<Readable<MessageText>>,
}

/// Something to show a model, the best first.
pub(super) enum Shown {
    Said(Excerpt),
    Other(Found),
}

impl Application {
    /// What was found, the messages with what was said around them. `readers` read it all.
    pub(super) async fn with_what_was_said_around(
        &self,
        readers: &Readers,
        found: Vec<Found>,
    ) -> Result<Vec<Shown>, Error> {
        let hits: Vec<(ConversationId, MessageId)> = found
            .iter()
            .filter_map(|found| match found {
                Found::Message(message) => Some((message.said_in.conversation(), message.id)),
                Found::Passage(_) | Found::File(_) => None,
            })
            .collect();
        let around = self.store.surroundings(readers.organization(), &hits, BEFORE, AFTER).await?;
        let around: HashMap<MessageId, Vec<MessageId>> = around.into_iter().collect();
        let mut asked: Vec<MessageId> = around.values().flatten().copied().collect();
        asked.sort_unstable();
        asked.dedup();
        let candidates: Vec<_> = asked.into_iter().map(|id| MessageCandidate { id, version: None }).collect();
        let mut texts: HashMap<MessageId, Readable<MessageText>> = HashMap::new();
        for text in self.read_gate.readable_messages(readers, &candidates).await? {
            texts.insert(text.id, text);
        }
        Ok(joined(found, &around, texts))
    }
}

/// Each message stands in one excerpt: that of the best hit near it. Excerpts that touch become one.
fn joined(
    found: Vec<Found>,
    around: &HashMap<MessageId, Vec<MessageId>>,
    mut texts: HashMap<MessageId, Readable<MessageText>>,
) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut place_of: HashMap<MessageId, usize> = HashMap::new();
    for found in found {
        let message = match found {
            Found::Message(message) => message,
            other => {
                shown.push(Shown::Other(other));
                continue;
            }
        };
        let near = around.get(&message.id).map(Vec::as_slice).unwrap_or_default();
        let touched = std::iter::once(&message.id).chain(near).find_map(|id| place_of.get(id).copied());
        let conversation = message.said_in.conversation();
        let place = touched.unwrap_or_else(|| {
            shown.push(Shown::Said(Excerpt { conversation, messages: Vec::new() }));
            shown.len() - 1
        });
        let Some(Shown::Said(excerpt)) = shown.get_mut(place) else { continue };
        let mut add = |text: Readable<MessageText>| {
            if place_of.insert(text.id, place).is_none() {
                excerpt.messages.push(text);
            }
        };
        near.iter().filter_map(|id| texts.remove(id)).for_each(&mut add);
        add(message);
    }
    for shown in &mut shown {
        if let Shown::Said(excerpt) = shown {
            let by_id: BTreeMap<MessageId, Readable<MessageText>> =
                excerpt.messages.drain(..).map(|message| (message.id, message)).collect();
            excerpt.messages = by_id.into_values().filter(|message| !message.content.is_empty()).collect();
        }
    }
    shown
}
