use std::time::Duration;

use stead_domain::{
    ConversationId, MessageId, Readable,
    ports::{
        read_gate::{MessageCandidate, MessageText, Readers},
        store::LatestFilter,
    },
};

use crate::{Application, Error, threads::smallest_id_at};

/// How much of what was said in a room is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recent {
    /// At most so many messages.
    pub messages: usize,
    /// None that are older.
    pub within: Duration,
}

impl Application {
    /// What was said last in a room, as far as these readers may read it, oldest to newest.
    pub(crate) async fn said_in_room(
        &self,
        readers: &Readers,
        conversation: ConversationId,
        recent: Recent,
    ) -> Result<Vec<Readable<MessageText>>, Error> {
        let filter = LatestFilter {
            organization: readers.organization(),
            conversation,
            replies_to: None,
            from: Some(MessageId::new(smallest_id_at(self.clock.now().minus(recent.within)))),
            limit: u32::try_from(recent.messages).unwrap_or(u32::MAX),
        };
        Ok(self.said_last(readers, filter).await?.0)
    }

    /// The texts of the newest messages of a conversation, as far as these readers may read them, oldest to newest; whether
    /// that is all there are.
    pub(crate) async fn said_last(
        &self,
        readers: &Readers,
        filter: LatestFilter,
    ) -> Result<(Vec<Readable<MessageText>>, bool), Error> {
        let most = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let one_more = LatestFilter { limit: filter.limit.saturating_add(1), ..filter };
        let newest_first = self.store.latest_ids(one_more).await?;
        let all = newest_first.len() <= most;
        let candidates: Vec<MessageCandidate> =
            newest_first.into_iter().take(most).rev().map(|id| MessageCandidate { id, version: None }).collect();
        Ok((self.read_gate.readable_messages(readers, &candidates).await?, all))
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
