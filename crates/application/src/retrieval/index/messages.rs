use std::collections::{BTreeMap, HashMap};

use stead_domain::{
    FileId, MessageId, OrganizationId,
    message::{Author, MessageStatus},
    ports::{
        store::{EmbeddedSource, MessageToIndex, WalkThrough},
        vector_store::{VectorId, VectorRecord, VectorSource},
    },
};

use super::{embed::Embedded, surroundings};
use crate::{Application, Error};

/// How many messages before one are looked at.
const BEFORE: u32 = 2;
/// How many ids are read at once.
const PAGE: u32 = 1_000;

impl Application {
    /// Brings the vectors of messages to what these are now; answers the files that came with them.
    pub(super) async fn index_messages(&self, ids: &[MessageId], forced: bool) -> Result<Vec<FileId>, Error> {
        let sources: Vec<VectorSource> = ids.iter().map(|id| VectorSource::Message(*id)).collect();
        let noted = self.store.find_embedded(&sources).await?;
        let noted: HashMap<VectorSource, EmbeddedSource> = noted.into_iter().map(|one| (one.source, one)).collect();
        let found = self.store.messages_to_index(ids).await?;
        let files = found.iter().flat_map(|message| message.files.iter().copied()).collect();
        let there: Vec<MessageToIndex> = found.into_iter().filter(says_something).collect();
        let is_there = |source: &VectorSource| {
            let VectorSource::Message(id) = source else { return false };
            there.iter().any(|message| message.id == *id)
        };
        let gone: Vec<&EmbeddedSource> = noted.values().filter(|one| !is_there(&one.source)).collect();
        self.remove_vectors(gone).await?;

        let model = self.models.embedding_model();
        let is_new = |message: &MessageToIndex| {
            let noted = noted.get(&VectorSource::Message(message.id));
            forced || noted.is_none_or(|noted| noted.version != message.version || noted.model != model)
        };
        let new: Vec<MessageToIndex> = there.into_iter().filter(is_new).collect();
        let mut by_organization: BTreeMap<OrganizationId, Vec<(MessageToIndex, Vec<String>)>> = BTreeMap::new();
        for (message, texts) in self.with_surroundings(new).await? {
            by_organization.entry(message.organization_id).or_default().push((message, texts));
        }
        for (organization, messages) in by_organization {
            self.embed_messages(organization, messages, &noted).await?;
        }
        Ok(files)
    }

    async fn with_surroundings(
        &self,
        messages: Vec<MessageToIndex>,
    ) -> Result<Vec<(MessageToIndex, Vec<String>)>, Error> {
        let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
        let answered: Vec<MessageId> = messages.iter().filter_map(|message| message.reply_to_id).collect();
        let before: HashMap<_, _> = self.store.said_before(&ids, BEFORE).await?.into_iter().collect();
        let answered = self.store.messages_to_index(&answered).await?;
        // What is answered is told only where it was said in the same place.
        let with_texts = |message: MessageToIndex| {
            let answers = |one: &&MessageToIndex| Some(one.id) == message.reply_to_id && one.place == message.place;
            let answered = answered.iter().find(answers);
            let before = before.get(&message.id).map(Vec::as_slice).unwrap_or_default();
            let texts = surroundings::texts(&message, before, answered);
            (message, texts)
        };
        Ok(messages.into_iter().map(with_texts).collect())
    }

    async fn embed_messages(
        &self,
        organization: OrganizationId,
        messages: Vec<(MessageToIndex, Vec<String>)>,
        noted: &HashMap<VectorSource, EmbeddedSource>,
    ) -> Result<(), Error> {
        let texts: Vec<String> = messages.iter().flat_map(|(_, texts)| texts.iter().cloned()).collect();
        let Embedded::Vectors(vectors) = self.embed_for_index(organization, &texts).await? else { return Ok(()) };
        let (mut vectors, at) = (vectors.into_iter(), self.clock.now());
        let (mut records, mut notes) = (Vec::new(), Vec::new());
        for (message, texts) in &messages {
            let source = VectorSource::Message(message.id);
            let mut kept = 0;
            for (chunk, values) in (0..).zip(vectors.by_ref().take(texts.len())) {
                let Some(values) = values.filter(|values| values.iter().any(|value| *value != 0.0)) else { continue };
                kept = chunk + 1;
                records.push(self.record_of(message, VectorId { source, chunk }, values));
            }
            let before = noted.get(&source).map_or(0, |noted| noted.chunks);
            if before > kept {
                self.vectors.delete_sources(organization, &[source], kept).await?;
            }
            notes.push(EmbeddedSource {
                source,
                organization_id: organization,
                conversation_id: Some(message.place.conversation_id()),
                version: message.version,
                chunks: kept,
                model: self.models.embedding_model().to_owned(),
                digest: 0,
                at,
            });
        }
        self.vectors.upsert(organization, records).await?;
        Ok(self.store.note_embedded(notes).await?)
    }

    fn record_of(&self, message: &MessageToIndex, id: VectorId, values: Vec<f32>) -> VectorRecord {
        VectorRecord {
            id,
            values,
            model: self.models.embedding_model().to_owned(),
            places: vec![message.place],
            file_name: None,
            author: match message.author {
                Author::User(user) => Some(user),
                Author::Agent { .. } | Author::System => None,
            },
            created_at: message.created_at,
            version: message.version,
        }
    }

    /// The messages of a conversation.
    pub(super) async fn messages_in(&self, through: WalkThrough) -> Result<Vec<MessageId>, Error> {
        let mut all = Vec::new();
        loop {
            let page = self.store.walk_messages(through, all.last().copied(), PAGE).await?;
            let is_last = page.is_empty();
            all.extend(page.into_iter().map(|one| one.message));
            if is_last {
                return Ok(all);
            }
        }
    }
}

/// Whether there is something to be found in it: an answer that is being written has no text that lasts.
fn says_something(message: &MessageToIndex) -> bool {
    let is_whole = match message.status {
        MessageStatus::Complete | MessageStatus::Cancelled | MessageStatus::Failed => true,
        MessageStatus::Queued | MessageStatus::Streaming => false,
    };
    is_whole && !message.content.trim().is_empty()
}
