use stead_domain::{
    ConversationId, MessageId,
    agent::Agent,
    event::{Audience, EventKind, NewEvent},
    message::{Author, Message, MessageRole, MessageStatus},
    ports::store::{Change, Commit, Committed, Guard, MessageChange, StoreError, ThreadChange, ThreadMessage},
    scope::Scope,
};

use crate::{
    Application, Caller, Conflict, Error, Made, TRIES,
    agents::AgentRef,
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
    /// [`Error::NotFound`]; [`Error::MissingScope`] without [`Scope::ThreadsImport`]; [`Conflict::AgentDeleted`].
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
            let (_, with) = self.own_thread(caller, agent, id).await?;
            caller.require(Scope::ThreadsImport)?;
            if with.deleted_at.is_some() {
                return Err(Error::Conflict(Conflict::AgentDeleted));
            }
            let newest = self.store.newest_message(id).await?;
            let message = self.imported_message(caller, id, &with, role, &new, content_html.clone(), newest);
            let commit = import_commit(caller, &message, with.id, newest);
            let commit = Commit { idempotency: self.remember(caller, request.as_ref(), message.id), ..commit };
            match (self.commit(commit).await, request.as_ref()) {
                (Ok(Committed::Done(_)), _) => {
                    let value = ThreadMessage { message, tool_calls: Vec::new() };
                    return Ok(Made { value, replayed: false });
                }
                (Ok(Committed::Replayed(record)), Some(request)) => {
                    let made = MessageId::new(same_request(request, &record)?);
                    return self.imported_before(caller, agent, id, made).await;
                }
                (Ok(Committed::Replayed(_)), None) => return Err(replayed_without_key()),
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
        newest: Option<MessageId>,
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
            branch_parent_id: newest,
            active: true,
            run_id: None,
            status: MessageStatus::Complete,
            client_id: None,
            version: 1,
            created_at: self.clock.now(),
            edited_at: None,
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

fn import_commit(
    caller: &Caller,
    message: &Message,
    agent: stead_domain::AgentId,
    newest: Option<MessageId>,
) -> Commit {
    let (conversation, at) = (message.conversation_id, message.created_at);
    Commit {
        guards: vec![
            Guard::Thread { organization: caller.organization, conversation },
            Guard::Agent { organization: caller.organization, agent },
            Guard::Newest { conversation, message: newest },
        ],
        changes: vec![
            Change::Message(MessageChange::Insert(message.clone())),
            Change::Thread(ThreadChange::Touch { conversation, at }),
        ],
        events: vec![NewEvent {
            organization_id: caller.organization,
            conversation_id: Some(conversation),
            audience: Audience::Members,
            kind: EventKind::MessageCreated,
            subject_id: message.id.uuid(),
            subject_version: message.version,
            at,
        }],
        ..Commit::default()
    }
}
