use stead_domain::{
    ConversationId, Json, MessageId,
    branch::Branch,
    event::EventKind,
    ports::store::{Branches, Change, Commit, Guard, MessageChange, StoreError, ThreadChange, Versioned},
    thread::{Thread, Title, TitleSource},
};

use super::{ThreadView, create::thread_event, place::not_of_this_thread};
use crate::{Application, Caller, Conflict, Error, Expected, TRIES, agents::AgentRef};

/// What changes of a thread; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct ThreadPatch {
    /// What it is called; `Some(None)` clears it, so that it may be titled by itself again.
    pub title: Option<Option<Title>>,
    /// Whether it is filed away.
    pub archived: Option<bool>,
    /// What the client keeps with it.
    pub metadata: Option<Json>,
    /// Shows the branch through this message, up to the newest that came of it.
    pub active_message: Option<MessageId>,
}

impl Application {
    /// Changes a thread of the caller's own.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::PreconditionFailed`]; [`Error::Invalid`] for a message of another thread.
    pub async fn update_thread(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        expected: Expected,
        patch: ThreadPatch,
    ) -> Result<ThreadView, Error> {
        for _ in 0..TRIES {
            let (mut thread, _) = self.own_thread(caller, agent, id).await?;
            let ThreadPatch { title, archived, metadata, active_message } = patch.clone();
            if let Some(message) = active_message {
                let there = self.message_of(caller.organization, id, message).await?;
                there.ok_or_else(|| not_of_this_thread("active_message_id"))?;
            }
            expected.check(thread.version)?;
            if let Some(title) = title {
                thread.title_source = if title.is_some() { TitleSource::Person } else { TitleSource::None };
                thread.title = title;
            }
            thread.archived = archived.unwrap_or(thread.archived);
            thread.metadata = metadata.unwrap_or(thread.metadata);
            match self.save_thread(thread, Some(caller), active_message).await {
                Ok(_) => return self.thread(caller, agent, id, Branches::Active, 50).await,
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Writes a changed thread as its next version, if nobody was faster; on behalf of somebody, or by itself. Shows the
    /// branch through a message, if one is named.
    pub(super) async fn save_thread(
        &self,
        mut thread: Thread,
        on_behalf_of: Option<&Caller>,
        shown: Option<MessageId>,
    ) -> Result<Thread, StoreError> {
        let mut guards = vec![
            Guard::Thread { organization: thread.organization_id, conversation: thread.id },
            Guard::Version(Versioned::Thread(thread.id), thread.version),
        ];
        guards.extend(on_behalf_of.map(Caller::still_there));
        thread.version += 1;
        thread.updated_at = self.clock.now();
        let mut changes = vec![Change::Thread(ThreadChange::Update(thread.clone()))];
        if let Some(message) = shown {
            let conversation = thread.id;
            guards.push(Guard::Message { conversation, message });
            let branch = Branch::Through(message);
            changes.push(Change::Message(MessageChange::Activate { conversation, branch }));
        }
        let commit = Commit {
            guards,
            changes,
            events: vec![thread_event(&thread, EventKind::ThreadUpdated)],
            ..Commit::default()
        };
        self.commit(commit).await?;
        Ok(thread)
    }
}
