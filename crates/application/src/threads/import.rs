use stead_domain::{
    ConversationId, MessageId,
    agent::Agent,
    event::{Audience, EventKind, NewEvent},
    message::{Author, Message, MessageRole, MessageStatus},
    ports::store::{Change, Commit, Committed, Guard, MessageChange, StoreError, ThreadChange, ThreadMessage},
    scope::Scope,
    thread::Thread,
};

use super::Place;
use crate::{
    Application, Caller, Conflict, Error, Made, TRIES,
    agents::AgentRef,
    files::{attach, not_attachable},
    html,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
    turn::NewMessage,
};

/// Whose words an imported message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportedRole {
    /// The thread's agent's.
    Assistant,
    /// The system's.
    System,
}

impl Application {
    /// Stores a message in a thread of the caller's own as it is: no run answers it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a parent of another thread; [`Error::MissingScope`] without [`Scope::ThreadsImport`]; [`Conflict::AgentDeleted`].
    pub async fn import_message(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        (role, new): (ImportedRole, NewMessage),
        request: Option<KeyedRequest>,
    ) -> Result<Made<ThreadMessage>, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.imported_before(caller, agent, id, MessageId::new(made)).await;
        }
        let content_html = match &new.content_html {
            Some(given) => html::clean(given.as_str()),
            None => html::from_markdown(new.content.as_str()),
        };
        let _decides_alone = self.thread_locks.lock(id).await;
        for _ in 0..TRIES {
            let (thread, with) = self.own_thread(caller, agent, id).await?;
            let place = self.place_after(caller.organization, id, new.parent).await?;
            caller.require(Scope::ThreadsImport)?;
            if with.deleted_at.is_some() {
                return Err(Error::Conflict(Conflict::AgentDeleted));
            }
            let message = self.imported_message(caller, id, &with, role, &new, content_html.clone(), place.before);
            let commit = import_commit(caller, &message, &thread, place);
            let mut commit = Commit { idempotency: self.remember(caller, request.as_ref(), message.id), ..commit };
            let (guards, changes) = attach(caller, id, Some(message.id), &new.file_ids).unzip();
            commit.guards.extend(guards);
            commit.changes.extend(changes);
            match (self.commit(commit).await, request.as_ref()) {
                (Ok(Committed::Done(_)), _) => {
                    let value = self.store.find_message(caller.organization, message.id).await?;
                    return Ok(Made { value: value.ok_or(Error::NotFound)?, replayed: false });
                }
                (Ok(Committed::Replayed(record)), Some(request)) => {
                    let made = MessageId::new(same_request(request, &record)?);
                    return self.imported_before(caller, agent, id, made).await;
                }
                (Ok(Committed::Replayed(_)), None) => return Err(replayed_without_key()),
                (Err(error @ StoreError::Refused(Guard::User { .. })), _) => return Err(error.into()),
                (Err(error @ StoreError::Refused(Guard::Files { .. })), _) => {
                    return Err(not_attachable(&error).unwrap_or_else(|| error.into()));
                }
                // Something changed since it was read: decide again.
                (Err(StoreError::Refused(_)), _) => {}
                (Err(error), _) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of the one message")]
    fn imported_message(
        &self,
        caller: &Caller,
        thread: ConversationId,
        agent: &Agent,
        role: ImportedRole,
        new: &NewMessage,
        content_html: String,
        before: Option<MessageId>,
    ) -> Message {
        let (author, role) = match role {
            ImportedRole::Assistant => (Author::Agent { agent: agent.id, on_behalf_of: None }, MessageRole::Assistant),
            ImportedRole::System => (Author::System, MessageRole::System),
        };
        Message {
            id: MessageId::new(self.ids.next()),
            organization_id: caller.organization,
            conversation_id: thread,
            author,
            role,
            from_ai: role == MessageRole::Assistant,
            content: new.content.as_str().to_owned(),
            content_html,
            metadata: new.metadata.clone(),
            reply_to_id: None,
            branch_parent_id: before,
            active: true,
            run_id: None,
            status: MessageStatus::Complete,
            client_id: None,
            version: 1,
            created_at: self.clock.now(),
            edited_at: None,
            deleted_at: None,
        }
    }

    async fn imported_before(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        made: MessageId,
    ) -> Result<Made<ThreadMessage>, Error> {
        self.own_thread(caller, agent, id).await?;
        let value = self.store.find_message(caller.organization, made).await?.ok_or(Error::NotFound)?;
        Ok(Made { value, replayed: true })
    }
}

fn import_commit(caller: &Caller, message: &Message, thread: &Thread, place: Place) -> Commit {
    let (conversation, at) = (message.conversation_id, message.created_at);
    let created = NewEvent {
        organization_id: caller.organization,
        conversation_id: Some(conversation),
        audience: Audience::Members,
        kind: EventKind::MessageCreated,
        subject_id: message.id.uuid(),
        subject_version: message.version,
        at,
    };
    let switched = place.event(thread, at);
    let stored = [
        Change::Message(MessageChange::Insert(message.clone())),
        Change::Thread(ThreadChange::Touch { conversation, at }),
    ];
    Commit {
        guards: vec![
            Guard::Thread { organization: caller.organization, conversation },
            caller.still_there(),
            Guard::Agent { organization: caller.organization, agent: thread.agent_id },
            place.guard,
        ],
        changes: place.change.into_iter().chain(stored).collect(),
        events: [created].into_iter().chain(switched).collect(),
        ..Commit::default()
    }
}
