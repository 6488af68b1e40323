use std::collections::HashMap;

use stead_domain::{
    FileId, MessageId, Readable,
    ports::{
        read_gate::{FileText, MessageText, PassageText, Readers},
        store::{FileHit, FileSearch, Matching, MessageHit, MessageSearch, PLACES_A_MILLISECOND, Rooms},
    },
    scope::Scope,
    search::{SearchQuery, highlights},
};

use super::{Found, FoundWhat, Search, SearchAmong, SearchCursor, SearchPage};
use crate::{Application, Caller, Error};

/// Something that an index named.
#[derive(Debug, Clone, Copy)]
enum Hit {
    Message(MessageHit),
    File(FileHit),
}

impl Hit {
    /// When it was sent or uploaded, in milliseconds: what its place, or its id, begins with.
    fn time(&self) -> u64 {
        match self {
            Self::Message(hit) => u64::try_from(hit.place >> PLACES_A_MILLISECOND).unwrap_or_default(),
            Self::File(hit) => hit.candidate.id.uuid().as_u64_pair().0 >> 16,
        }
    }
}

impl Application {
    /// Finds what the caller may read now, newest first.
    ///
    /// # Errors
    /// [`Error::MissingScope`] if they came with a key that may not read what they ask for. Else those of the store.
    pub async fn search(&self, caller: &Caller, search: &Search) -> Result<SearchPage, Error> {
        let in_messages = search.among != Some(SearchAmong::Files);
        let in_files = search.among != Some(SearchAmong::Messages);
        match search.among {
            Some(SearchAmong::Files) => caller.require(Scope::FilesRead)?,
            Some(SearchAmong::Messages) | None => caller.require(Scope::ChannelsRead)?,
        }
        let limit = usize::try_from(search.limit.get()).unwrap_or(usize::MAX);
        let mut hits: Vec<Hit> = Vec::new();
        if in_messages {
            let found = self.store.search_messages(message_search(caller, search)).await?;
            hits.extend(found.into_iter().map(Hit::Message));
        }
        if in_files && caller.scopes.hold(Scope::FilesRead) {
            let found = self.store.search_files(file_search(caller, search)).await?;
            hits.extend(found.into_iter().map(Hit::File));
        }
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.time()));
        let is_more = hits.len() > limit;
        hits.truncate(limit);
        let next = is_more.then(|| after(search.after, &hits));
        let readers = Readers::one(caller.organization, caller.user);
        Ok(SearchPage { found: self.let_through(&readers, &search.query, &hits).await?, next })
    }

    /// What may be read now, and still has what was asked for.
    async fn let_through(&self, readers: &Readers, query: &SearchQuery, hits: &[Hit]) -> Result<Vec<Found>, Error> {
        let (mut messages, mut passages, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for hit in hits {
            match hit {
                Hit::Message(hit) => messages.push(hit.candidate),
                Hit::File(FileHit { passage: Some(passage), .. }) => passages.push(*passage),
                Hit::File(hit) => files.push(hit.candidate),
            }
        }
        let messages = self.read_gate.readable_messages(readers, &messages).await?;
        let passages = self.read_gate.readable_passages(readers, &passages).await?;
        let files = self.read_gate.readable_files(readers, &files).await?;
        let mut messages: HashMap<MessageId, Readable<MessageText>> =
            messages.into_iter().map(|message| (message.id, message)).collect();
        let mut passages: HashMap<FileId, Readable<PassageText>> =
            passages.into_iter().map(|passage| (passage.file.id, passage)).collect();
        let mut files: HashMap<FileId, Readable<FileText>> = files.into_iter().map(|file| (file.id, file)).collect();
        let found = hits.iter().filter_map(|hit| {
            let what = match hit {
                Hit::Message(hit) => FoundWhat::Message(messages.remove(&hit.candidate.id)?),
                Hit::File(FileHit { passage: Some(passage), .. }) => {
                    FoundWhat::Passage(passages.remove(&passage.file)?)
                }
                Hit::File(hit) => FoundWhat::File(files.remove(&hit.candidate.id)?),
            };
            let highlights = highlights(&what.text(), query)?;
            Some(Found { what, highlights })
        });
        Ok(found.collect())
    }
}

impl FoundWhat {
    /// In what it was found.
    fn text(&self) -> String {
        match self {
            Self::Message(message) => message.content.clone(),
            Self::Passage(passage) => passage.text.clone(),
            Self::File(file) => match &file.summary {
                Some(summary) => format!("{}\n{summary}", file.name.as_str()),
                None => file.name.as_str().to_owned(),
            },
        }
    }
}

fn message_search(caller: &Caller, search: &Search) -> MessageSearch {
    MessageSearch {
        organization: caller.organization,
        user: caller.user,
        query: search.query.clone(),
        matching: Matching::All { below: search.after.and_then(|after| after.messages_below) },
        // A key finds only what its scopes let it read.
        rooms: if caller.scopes.hold(Scope::ThreadsRead) { Rooms::Any } else { Rooms::Channels },
        conversations: search.conversation.map(|conversation| vec![conversation]),
        author: search.from_user,
        since: search.since,
        before: search.before,
        limit: one_more(search),
    }
}

fn file_search(caller: &Caller, search: &Search) -> FileSearch {
    FileSearch {
        organization: caller.organization,
        user: caller.user,
        query: search.query.clone(),
        matching: Matching::All { below: search.after.and_then(|after| after.files_below) },
        conversation: search.conversation,
        author: search.from_user,
        since: search.since,
        before: search.before,
        limit: one_more(search),
    }
}

/// One more than the page holds tells whether there are more.
fn one_more(search: &Search) -> u32 {
    u32::try_from(search.limit.get() + 1).unwrap_or(u32::MAX)
}

/// Where a page ended that began at `before`.
fn after(before: Option<SearchCursor>, page: &[Hit]) -> SearchCursor {
    let mut after = before.unwrap_or(SearchCursor { messages_below: None, files_below: None });
    for hit in page {
        match hit {
            Hit::Message(hit) => after.messages_below = Some(hit.place),
            Hit::File(hit) => after.files_below = Some(hit.candidate.id),
        }
    }
    after
}
