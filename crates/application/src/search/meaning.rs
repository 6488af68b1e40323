use stead_domain::{
    ConversationId,
    ports::{
        read_gate::Readers,
        store::Rooms,
        vector_store::{VectorKind, VectorPlace},
    },
    scope::Scope,
    search::{SearchQuery, excerpts},
    usage::{Account, UsagePurpose},
};

use super::{Search, SearchAmong, SearchPage, SearchResult, find::rooms};
use crate::{
    Application, Caller, Error,
    retrieval::{Finds, Mode, Question},
};

/// How many of somebody's threads are looked into for what is near in meaning: the newest.
const THREADS: u32 = 1_000;

impl Application {
    /// What fits a text best.
    pub(super) async fn search_meaning(
        &self,
        caller: &Caller,
        search: &Search,
        text: &str,
        mode: Mode,
    ) -> Result<SearchPage, Error> {
        // Who has AI switched off has it switched off here too, also where it asks nobody.
        let (mode, is_off) = match self.require_ai_enabled(caller.organization).await {
            Err(Error::Conflict(_)) if mode == Mode::Hybrid => (Mode::Keyword, true),
            allowed => {
                allowed?;
                (mode, false)
            }
        };
        let account = Account {
            organization: caller.organization,
            user: Some(caller.user),
            agent: None,
            conversation: None,
            purpose: UsagePurpose::Embedding,
        };
        let readers = Readers::one(caller.organization, caller.user);
        let places = self.places_of(caller, search.conversation).await?;
        let question = Question {
            everywhere: search.conversation.is_none(),
            rooms: rooms(caller),
            author: search.from_user,
            kind: match search.among {
                Some(SearchAmong::Files) => Some(VectorKind::File),
                None if caller.scopes.hold(Scope::FilesRead) => None,
                Some(SearchAmong::Messages) | None => Some(VectorKind::Message),
            },
            since: search.since,
            before: search.before,
            mode,
            limit: usize::try_from(search.limit.get()).unwrap_or(usize::MAX),
            each_file_once: true,
            ..Question::new(text, readers, caller.user, places, account)
        };
        let Finds { found, without_meaning } = self.find(&question).await?;
        let degraded = match without_meaning {
            Some(error) if mode == Mode::Semantic => return Err(error),
            reason => is_off || reason.is_some(),
        };
        let query = SearchQuery::of_text(text);
        let result = |found: crate::retrieval::Found| {
            let highlights = excerpts(&found.text(), &query);
            SearchResult { found, highlights }
        };
        Ok(SearchPage { results: found.into_iter().map(result).collect(), next: None, degraded })
    }

    /// Where what the caller may read was said, or only this one place, if it is such.
    async fn places_of(&self, caller: &Caller, only: Option<ConversationId>) -> Result<Vec<VectorPlace>, Error> {
        let (organization, user) = (caller.organization, caller.user);
        let may_see_threads = rooms(caller) == Rooms::Any;
        let memberships = self.store.memberships_of(organization, user).await?;
        let channels = memberships.into_iter().map(|(membership, _)| membership.conversation_id);
        let mut places: Vec<VectorPlace> =
            channels.filter(|channel| only.is_none_or(|only| only == *channel)).map(VectorPlace::Channel).collect();
        match only {
            None if may_see_threads => {
                let threads = self.store.newest_threads_of(organization, user, false, THREADS).await?;
                places.extend(threads.into_iter().map(|(thread, _)| VectorPlace::Thread(thread)));
            }
            Some(only) if may_see_threads && places.is_empty() => {
                let thread = self.store.find_thread(organization, only).await?;
                places.extend(thread.filter(|thread| thread.user_id == user).map(|_| VectorPlace::Thread(only)));
            }
            _ => {}
        }
        Ok(places)
    }
}
