use std::time::Duration;

use stead_domain::{
    ConversationId, MessageId, Readable, Timestamp,
    page::{Page, PageLimit, Position},
    ports::{
        read_gate::{MessageCandidate, MessageText, Readers},
        store::{Branches, MessageFilter},
    },
};

use crate::{Application, Error};

/// How much of what was said in a room is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recent {
    /// At most so many messages.
    pub messages: usize,
    /// None that are older.
    pub within: Duration,
}

/// The most pages that are read.
const MOST_PAGES: usize = 10;

impl Application {
    /// What was said last in a room, as far as these readers may read it, oldest to newest.
    pub(crate) async fn said_in_room(
        &self,
        readers: &Readers,
        conversation: ConversationId,
        recent: Recent,
    ) -> Result<Vec<Readable<MessageText>>, Error> {
        let since = self.clock.now().minus(recent.within);
        let mut newest_first: Vec<MessageId> = Vec::new();
        let mut position = Position::Newest;
        for _ in 0..MOST_PAGES {
            let filter = MessageFilter {
                organization: readers.organization(),
                conversation,
                branches: Branches::Active,
                page: Page { position, limit: PageLimit::MAX },
            };
            let page = self.store.list_messages(filter).await?;
            let oldest = page.items.first().map(|said| (said.message.id, said.message.created_at));
            let counts = |at: Timestamp| at >= since;
            newest_first.extend(
                page.items
                    .iter()
                    .rev()
                    .map(|said| &said.message)
                    .filter(|said| said.deleted_at.is_none() && counts(said.created_at))
                    .map(|said| said.id),
            );
            match oldest {
                Some((oldest, at)) if page.has_older && counts(at) && newest_first.len() < recent.messages => {
                    position = Position::Before(oldest.uuid());
                }
                _ => break,
            }
        }
        newest_first.truncate(recent.messages);
        let candidates: Vec<MessageCandidate> =
            newest_first.into_iter().rev().map(|id| MessageCandidate { id, version: None }).collect();
        Ok(self.read_gate.readable_messages(readers, &candidates).await?)
    }

    /// What the message says that is to be answered, if these readers may still read it: one of those that were said last,
    /// or an older one, where much was said since.
    pub(crate) async fn asked_in_room(
        &self,
        readers: &Readers,
        said: &[Readable<MessageText>],
        id: MessageId,
    ) -> Result<Option<String>, Error> {
        if let Some(said) = said.iter().find(|said| said.id == id) {
            return Ok(Some(said.content.clone()));
        }
        let found = self.read_gate.readable_messages(readers, &[MessageCandidate { id, version: None }]).await?;
        Ok(found.first().map(|said| said.content.clone()))
    }
}
