use stead_domain::{
    AgentId, ConversationId, FileId, Invalid, Json, MemberId,
    event::{Audience, EventKind, NewEvent},
    ports::store::{Branches, Change, Commit, Committed, Guard, StoreError, ThreadChange},
    thread::{Thread, Title, TitleSource},
};

use super::ThreadView;
use crate::{
    Application, Caller, Error, Made,
    agents::AgentRef,
    files::{attach, not_attachable},
    idempotency::{KeyedRequest, replayed_without_key, same_request},
};

/// A thread to be made.
#[derive(Debug, Clone)]
pub struct NewThread {
    /// Said again in the body: must be the path's agent.
    pub agent_id: Option<AgentId>,
    /// What it is called.
    pub title: Option<Title>,
    /// What the client keeps with it.
    pub metadata: Json,
    /// The files that are attached to it.
    pub file_ids: Vec<FileId>,
}

impl Application {
    /// Makes a thread with an agent that the caller may talk to.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such agent; [`Error::Invalid`] if the body names another, or a file that the caller
    /// may not read.
    pub async fn create_thread(
        &self,
        caller: &Caller,
        agent: AgentRef,
        new: NewThread,
        request: Option<KeyedRequest>,
    ) -> Result<Made<ThreadView>, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.thread_made_before(caller, agent, ConversationId::new(made)).await;
        }
        let talks_to = self.agent(caller, agent).await?;
        if new.agent_id.is_some_and(|named| named != talks_to.id) {
            return Err(Error::invalid("agent_id", Invalid::new("must be the agent in the path")));
        }
        let now = self.clock.now();
        let thread = Thread {
            id: ConversationId::new(self.ids.next()),
            organization_id: caller.organization,
            agent_id: talks_to.id,
            user_id: caller.user,
            channel_id: None,
            inbox: false,
            title_source: if new.title.is_some() { TitleSource::Person } else { TitleSource::None },
            title: new.title,
            metadata: new.metadata,
            archived: false,
            version: 1,
            created_at: now,
            updated_at: now,
            last_activity_at: now,
        };
        let commit = Commit {
            idempotency: self.remember(caller, request.as_ref(), thread.id),
            guards: vec![caller.still_there(), Guard::Agent { organization: caller.organization, agent: talks_to.id }],
            changes: vec![Change::Thread(ThreadChange::Insert(thread.clone(), MemberId::new(self.ids.next())))],
            events: vec![thread_event(&thread, EventKind::ThreadCreated)],
            ..Commit::default()
        };
        let (guards, changes) = attach(caller, thread.id, None, &new.file_ids).unzip();
        let mut commit = commit;
        commit.guards.extend(guards);
        commit.changes.extend(changes);
        match (self.commit(commit).await, request) {
            (Ok(Committed::Done(_)), _) => {
                let owner_visibility = talks_to.owner_visibility;
                let value = ThreadView { thread, owner_visibility, messages: Vec::new(), message_count: Some(0) };
                Ok(Made { value, replayed: false })
            }
            (Ok(Committed::Replayed(record)), Some(request)) => {
                self.thread_made_before(caller, agent, ConversationId::new(same_request(&request, &record)?)).await
            }
            (Ok(Committed::Replayed(_)), None) => Err(replayed_without_key()),
            // It was deleted a moment ago.
            (Err(StoreError::Refused(Guard::Agent { .. })), _) => Err(Error::NotFound),
            (Err(error), _) => Err(not_attachable(&error).unwrap_or_else(|| error.into())),
        }
    }

    async fn thread_made_before(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
    ) -> Result<Made<ThreadView>, Error> {
        let value = self.thread(caller, agent, id, Branches::Active, 50).await?;
        Ok(Made { value, replayed: true })
    }
}

pub(crate) fn thread_event(thread: &Thread, kind: EventKind) -> NewEvent {
    NewEvent {
        organization_id: thread.organization_id,
        conversation_id: Some(thread.id),
        audience: Audience::User(thread.user_id),
        kind,
        subject_id: thread.id.uuid(),
        subject_version: thread.version,
        at: thread.updated_at,
    }
}
