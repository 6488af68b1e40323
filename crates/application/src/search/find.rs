use stead_domain::{
    ports::{
        read_gate::Readers,
        store::{FileHit, FileSearch, Matching, MessageHit, MessageSearch, PLACES_A_MILLISECOND, Rooms},
    },
    scope::Scope,
    search::{SearchQuery, highlights},
};

use super::{Search, SearchAmong, SearchCursor, SearchPage, SearchResult, Wanted};
use crate::{
    Application, Caller, Error,
    retrieval::{Candidate, Mode},
};

/// Something that the index of words named.
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

    fn candidate(&self) -> Candidate {
        match self {
            Self::Message(hit) => hit.into(),
            Self::File(hit) => hit.into(),
        }
    }
}

impl Application {
    /// Finds what the caller may read now.
    ///
    /// # Errors
    /// [`Error::MissingScope`] if they came with a key that may not read what they ask for. By meaning alone:
    /// [`Conflict::AiDisabled`](crate::Conflict::AiDisabled) or
    /// [`Conflict::AiBudgetUsedUp`](crate::Conflict::AiBudgetUsedUp) where it may not be asked for now;
    /// [`Error::AiUnavailable`] or [`Error::Unavailable`] where it is not to be had. Else those of the store.
    pub async fn search(&self, caller: &Caller, search: &Search) -> Result<SearchPage, Error> {
        match search.among {
            Some(SearchAmong::Files) => caller.require(Scope::FilesRead)?,
            Some(SearchAmong::Messages) | None => caller.require(Scope::ChannelsRead)?,
        }
        match &search.wanted {
            Wanted::Words(query, after) => self.search_words(caller, search, query, *after).await,
            Wanted::Meaning(text) => self.search_meaning(caller, search, text, Mode::Semantic).await,
            Wanted::Both(text) => self.search_meaning(caller, search, text, Mode::Hybrid).await,
        }
    }

    async fn search_words(
        &self,
        caller: &Caller,
        search: &Search,
        query: &SearchQuery,
        from: Option<SearchCursor>,
    ) -> Result<SearchPage, Error> {
        let limit = usize::try_from(search.limit.get()).unwrap_or(usize::MAX);
        let mut hits: Vec<Hit> = Vec::new();
        if search.among != Some(SearchAmong::Files) {
            let found = self.store.search_messages(message_search(caller, search, query, from)).await?;
            hits.extend(found.into_iter().map(Hit::Message));
        }
        if search.among != Some(SearchAmong::Messages) && caller.scopes.hold(Scope::FilesRead) {
            let found = self.store.search_files(file_search(caller, search, query, from)).await?;
            hits.extend(found.into_iter().map(Hit::File));
        }
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.time()));
        let is_more = hits.len() > limit;
        hits.truncate(limit);
        let next = is_more.then(|| after(from, &hits));
        let readers = Readers::one(caller.organization, caller.user);
        let found = self.let_through(&readers, hits.iter().map(Hit::candidate)).await?;
        // What has changed meanwhile may not have it any more.
        let still_has_it = found.into_iter().filter_map(|found| {
            let highlights = highlights(&found.text(), query)?;
            Some(SearchResult { found, highlights })
        });
        Ok(SearchPage { results: still_has_it.collect(), next, degraded: false })
    }
}

fn message_search(caller: &Caller, search: &Search, query: &SearchQuery, from: Option<SearchCursor>) -> MessageSearch {
    MessageSearch {
        organization: caller.organization,
        user: caller.user,
        query: query.clone(),
        matching: Matching::All { below: from.and_then(|from| from.messages_below) },
        rooms: rooms(caller),
        conversations: search.conversation.map(|conversation| vec![conversation]),
        author: search.from_user,
        since: search.since,
        before: search.before,
        limit: one_more(search),
    }
}

fn file_search(caller: &Caller, search: &Search, query: &SearchQuery, from: Option<SearchCursor>) -> FileSearch {
    FileSearch {
        organization: caller.organization,
        user: caller.user,
        query: query.clone(),
        matching: Matching::All { below: from.and_then(|from| from.files_below) },
        conversation: search.conversation,
        author: search.from_user,
        since: search.since,
        before: search.before,
        limit: one_more(search),
    }
}

/// Of what conversations: a key finds only what its scopes let it read.
pub(super) fn rooms(caller: &Caller) -> Rooms {
    if caller.scopes.hold(Scope::ThreadsRead) { Rooms::Any } else { Rooms::Channels }
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
