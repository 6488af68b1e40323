use stead_domain::{
    ConversationId, Json,
    event::EventKind,
    ports::store::{Change, Commit, Guard, StoreError, ThreadChange, Versioned},
    thread::{Thread, Title, TitleSource},
};

use super::{ThreadView, create::thread_event};
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
}

impl Application {
    /// Changes a thread of the caller's own.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::PreconditionFailed`].
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
            expected.check(thread.version)?;
            let ThreadPatch { title, archived, metadata } = patch.clone();
            if let Some(title) = title {
                thread.title_source = if title.is_some() { TitleSource::Person } else { TitleSource::None };
                thread.title = title;
            }
            thread.archived = archived.unwrap_or(thread.archived);
            thread.metadata = metadata.unwrap_or(thread.metadata);
            match self.save_thread(thread).await {
                Ok(_) => return self.thread(caller, agent, id, 50).await,
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Writes a changed thread as its next version, if nobody was faster.
    pub(super) async fn save_thread(&self, mut thread: Thread) -> Result<Thread, StoreError> {
        let guards = vec![
            Guard::Thread { organization: thread.organization_id, conversation: thread.id },
            Guard::Version(Versioned::Thread(thread.id), thread.version),
        ];
        thread.version += 1;
        thread.updated_at = self.clock.now();
        let commit = Commit {
            guards,
            changes: vec![Change::Thread(ThreadChange::Update(thread.clone()))],
            events: vec![thread_event(&thread, EventKind::ThreadUpdated)],
            ..Commit::default()
        };
        self.commit(commit).await?;
        Ok(thread)
    }
}
