use stead_domain::{
    ConversationId, FileId, Json, MemberId, RunId, UserId,
    event::EventKind,
    message::{Author, Content, Message, MessageRole, MessageStatus},
    ports::store::{Change, Commit, Committed, Guard, MessageChange, RunChange, StoreError, ThreadChange},
    thread::{Thread, TitleSource},
};

use crate::{
    Application, Caller, Error,
    agents::AgentRef,
    files::{attach, not_attachable},
    html,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
    threads::thread_event,
    turn::{NewMessage, Turn, run_event},
};

/// Under which key a question's metadata keeps whose messages alone are to be looked through.
pub const FROM_USER: &str = "from_user_id";

/// A question about a channel.
#[derive(Debug, Clone)]
pub struct Ask {
    /// In words.
    pub query: Content,
    /// Files that it is about, that the caller may read.
    pub file_ids: Vec<FileId>,
    /// Only what this member said is looked through.
    pub from_user: Option<UserId>,
}

impl Ask {
    fn metadata(&self) -> Json {
        match self.from_user {
            Some(user) => Json::empty().with(FROM_USER, user.to_string()),
            None => Json::empty(),
        }
    }
}

impl Application {
    /// Begins a conversation beside a channel with a question, and has the channel's agent answer it. Both in one commit: a
    /// conversation without a question is never there.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the caller is not in the channel; [`Error::Invalid`] for files that they
    /// may not read, or a user whom the organization does not have; [`Conflict::AiDisabled`](crate::Conflict::AiDisabled),
    /// [`Conflict::AiBudgetUsedUp`](crate::Conflict::AiBudgetUsedUp).
    pub async fn ask_channel(
        &self,
        caller: &Caller,
        channel: ConversationId,
        ask: Ask,
        request: Option<KeyedRequest>,
    ) -> Result<Turn, Error> {
        let room = self.channel_of_member(caller, channel).await?.channel;
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.asked_before(caller, RunId::new(made)).await;
        }
        self.require_known(caller, ask.from_user).await?;
        self.require_ai(caller.organization, Some(caller.user)).await?;
        let agent = self.agent_beside(&room).await?;
        let now = self.clock.now();
        let thread = Thread {
            id: ConversationId::new(self.ids.next()),
            organization_id: caller.organization,
            agent_id: agent.id,
            user_id: caller.user,
            channel_id: Some(channel),
            inbox: false,
            title: None,
            title_source: TitleSource::None,
            metadata: Json::empty(),
            archived: false,
            version: 1,
            created_at: now,
            updated_at: now,
            last_activity_at: now,
        };
        let said = Message {
            id: stead_domain::MessageId::new(self.ids.next()),
            organization_id: caller.organization,
            conversation_id: thread.id,
            author: Author::User(caller.user),
            role: MessageRole::User,
            from_ai: false,
            content_html: html::from_markdown(ask.query.as_str()),
            metadata: ask.metadata(),
            content: ask.query.into_string(),
            reply_to_id: None,
            branch_parent_id: None,
            active: true,
            run_id: None,
            status: MessageStatus::Complete,
            client_id: None,
            version: 1,
            created_at: now,
            edited_at: None,
            deleted_at: None,
        };
        let (run, answer) = self.new_run(caller, &thread, &said, &agent, now);
        let mut guards = vec![
            Guard::Member { conversation: channel, user: caller.user },
            caller.still_there(),
            Guard::Agent { organization: caller.organization, agent: agent.id },
        ];
        let member = MemberId::new(self.ids.next());
        let mut changes = vec![
            Change::Thread(ThreadChange::Insert(thread.clone(), member)),
            Change::Message(MessageChange::Insert(said.clone())),
            Change::Message(MessageChange::Insert(answer.clone())),
        ];
        if let Some((guard, change)) = attach(caller, thread.id, Some(said.id), &ask.file_ids) {
            guards.push(guard);
            changes.push(change);
        }
        changes.push(Change::Run(RunChange::Insert(run.clone())));
        let (conversation, owner) = (thread.id, self.owner);
        changes.push(Change::Run(RunChange::StartNext { conversation, agent: agent.id, owner, at: now }));
        let commit = Commit {
            idempotency: self.remember(caller, request.as_ref(), run.id),
            guards,
            changes,
            events: vec![
                thread_event(&thread, EventKind::ThreadCreated),
                run_event(&run, EventKind::MessageCreated, said.id.uuid(), now),
                run_event(&run, EventKind::MessageCreated, answer.id.uuid(), now),
                run_event(&run, EventKind::RunQueued, run.id.uuid(), now),
            ],
            jobs: Vec::new(),
        };
        match self.commit(commit).await {
            Ok(Committed::Done(outcomes)) => {
                let run = self.begin_or_queue(run, outcomes.last(), now).await?;
                Ok(Turn { run, replayed: false })
            }
            Ok(Committed::Replayed(record)) => {
                let request = request.as_ref().ok_or_else(replayed_without_key)?;
                self.asked_before(caller, RunId::new(same_request(request, &record)?)).await
            }
            Err(StoreError::Refused(Guard::Member { .. })) => Err(Error::Forbidden(crate::channels::NOT_A_MEMBER)),
            Err(error) => Err(not_attachable(&error).unwrap_or_else(|| error.into())),
        }
    }

    /// Asks on in a conversation beside a channel.
    ///
    /// # Errors
    /// As [`Application::ask_channel`]; [`Error::Invalid`] for a conversation beside another channel;
    /// [`Conflict::ThreadBusy`](crate::Conflict::ThreadBusy).
    pub async fn ask_on(
        &self,
        caller: &Caller,
        (channel, id): (ConversationId, ConversationId),
        ask: Ask,
        request: Option<KeyedRequest>,
    ) -> Result<Turn, Error> {
        let (_, thread) = self.sidebar(caller, channel, id).await?;
        self.require_known(caller, ask.from_user).await?;
        let metadata = ask.metadata();
        let new = NewMessage { content: ask.query, content_html: None, metadata, file_ids: ask.file_ids, parent: None };
        self.post_message(caller, AgentRef::Id(thread.agent_id), id, new, request).await
    }

    async fn asked_before(&self, caller: &Caller, run: RunId) -> Result<Turn, Error> {
        let run = self.store.find_run(caller.organization, run).await?.ok_or(Error::NotFound)?;
        let agent = AgentRef::Id(run.agent_id);
        self.turn_begun_before(caller, agent, run.conversation_id, run.id).await
    }

    async fn require_known(&self, caller: &Caller, user: Option<UserId>) -> Result<(), Error> {
        let Some(user) = user else { return Ok(()) };
        match self.store.find_user(caller.organization, user).await? {
            Some(_) => Ok(()),
            None => {
                let problem = stead_domain::Invalid::new("must be the id of a user of the organization");
                Err(Error::invalid("fromUserId", problem))
            }
        }
    }
}
