use stead_domain::{
    ConversationId, Json, MessageId, RunId, Timestamp,
    agent::Agent,
    event::{Audience, EventKind, NewEvent},
    message::{Author, Content, ContentHtml, Message, MessageRole, MessageStatus},
    ports::store::{Change, Commit, Committed, Guard, MessageChange, Outcome, RunChange, StoreError, ThreadChange},
    run::{Lease, Run, RunStatus, Usage},
    thread::{MAX_QUEUED_RUNS, Thread},
};

use super::PROMPT_VERSION;
use crate::{
    Application, Caller, Conflict, Error, TRIES,
    agents::AgentRef,
    html,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
};

/// A message to an agent.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The text.
    pub content: Content,
    /// The text as HTML; rendered from the text where absent.
    pub content_html: Option<ContentHtml>,
    /// What the client keeps with it.
    pub metadata: Json,
}

/// A turn that was accepted: its run answers, now or in its turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The run.
    pub run: Run,
    /// Whether an earlier request with the same key began it.
    pub replayed: bool,
}

impl Application {
    /// Stores a message in a thread of the caller's own and has its agent answer: at once, or when the runs before it are
    /// done. A repeat attaches to the run that the first one began, and begins it again if it failed.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Conflict::AgentDeleted`]; [`Conflict::ThreadBusy`] when ten runs wait.
    pub async fn post_message(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        new: NewMessage,
        request: Option<KeyedRequest>,
    ) -> Result<Turn, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.turn_begun_before(caller, agent, id, RunId::new(made)).await;
        }
        let content_html = match &new.content_html {
            Some(given) => html::clean(given.as_str()),
            None => html::from_markdown(new.content.as_str()),
        };
        let _decides_alone = self.thread_locks.lock(id).await;
        for _ in 0..TRIES {
            let (thread, agent) = self.thread_to_talk_in(caller, agent, id).await?;
            let newest = self.store.newest_message(id).await?;
            let said = self.user_message(caller, &thread, &new, content_html.clone(), newest);
            let run = self.new_run(caller, &said, &agent);
            let answer = answer_row(&run, &said, MessageId::new(self.ids.next()));
            let run = Run { answer_message_id: Some(answer.id), ..run };
            let commit = self.turn_commit(caller, &thread, said, answer, &run, newest, request.as_ref());
            match self.commit(commit).await {
                Ok(Committed::Done(outcomes)) => {
                    let at = run.created_at;
                    let run = self.begin_or_queue(run, outcomes.last(), at).await?;
                    return Ok(Turn { run, replayed: false });
                }
                Ok(Committed::Replayed(record)) => {
                    let request = request.as_ref().ok_or_else(replayed_without_key)?;
                    let begun = RunId::new(same_request(request, &record)?);
                    return self.turn_begun_before(caller, agent_ref(&agent), id, begun).await;
                }
                Err(StoreError::Refused(Guard::QueueRoom { .. })) => return Err(Error::Conflict(Conflict::ThreadBusy)),
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    async fn thread_to_talk_in(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
    ) -> Result<(Thread, Agent), Error> {
        let (thread, agent) = self.own_thread(caller, agent, id).await?;
        if agent.deleted_at.is_some() {
            return Err(Error::Conflict(Conflict::AgentDeleted));
        }
        if !agent.is_visible_to(caller.user, caller.role) {
            return Err(Error::NotFound);
        }
        Ok((thread, agent))
    }

    fn user_message(
        &self,
        caller: &Caller,
        thread: &Thread,
        new: &NewMessage,
        content_html: String,
        newest: Option<MessageId>,
    ) -> Message {
        Message {
            id: MessageId::new(self.ids.next()),
            organization_id: caller.organization,
            conversation_id: thread.id,
            author: Author::User(caller.user),
            role: MessageRole::User,
            from_ai: false,
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

    fn new_run(&self, caller: &Caller, said: &Message, agent: &Agent) -> Run {
        Run {
            id: RunId::new(self.ids.next()),
            organization_id: said.organization_id,
            conversation_id: said.conversation_id,
            agent_id: agent.id,
            requested_by: caller.user,
            trigger_message_id: said.id,
            answer_message_id: None,
            status: RunStatus::Queued,
            attempt: 0,
            fence: 0,
            cancel_requested: false,
            model: None,
            prompt_version: PROMPT_VERSION,
            error: None,
            usage: Usage::default(),
            created_at: said.created_at,
            queued_at: said.created_at,
            started_at: None,
            ended_at: None,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of the one commit that accepts a turn")]
    fn turn_commit(
        &self,
        caller: &Caller,
        thread: &Thread,
        said: Message,
        answer: Message,
        run: &Run,
        newest: Option<MessageId>,
        request: Option<&KeyedRequest>,
    ) -> Commit {
        let (conversation, agent, at) = (thread.id, run.agent_id, run.created_at);
        let event = |kind, subject_id| run_event(run, kind, subject_id, at);
        Commit {
            idempotency: self.remember(caller, request, run.id),
            guards: vec![
                Guard::Thread { organization: caller.organization, conversation },
                Guard::Agent { organization: caller.organization, agent },
                Guard::Newest { conversation, message: newest },
                Guard::QueueRoom { conversation, agent, max: MAX_QUEUED_RUNS },
            ],
            events: vec![
                event(EventKind::MessageCreated, said.id.uuid()),
                event(EventKind::MessageCreated, answer.id.uuid()),
                event(EventKind::RunQueued, run.id.uuid()),
            ],
            changes: vec![
                Change::Message(MessageChange::Insert(said)),
                Change::Message(MessageChange::Insert(answer)),
                Change::Run(RunChange::Insert(run.clone())),
                Change::Thread(ThreadChange::Touch { conversation, at }),
                Change::Run(RunChange::StartNext { conversation, agent, owner: self.owner, at }),
            ],
            jobs: Vec::new(),
        }
    }

    /// After a commit that, at `at`, queued `run` and started what was next: runs it here if it was that one.
    async fn begin_or_queue(&self, run: Run, started: Option<&Outcome>, at: Timestamp) -> Result<Run, Error> {
        match started {
            Some(Outcome::Started(id, fence)) if *id == run.id => {
                let attempt = run.attempt + 1;
                let run = Run { status: RunStatus::Running, attempt, fence: *fence, started_at: Some(at), ..run };
                self.execute_in_background(run.clone(), Lease { owner: self.owner, fence: *fence });
                Ok(run)
            }
            Some(Outcome::Started(id, fence)) => {
                self.execute_started(run.organization_id, *id, *fence).await?;
                Ok(run)
            }
            _ => Ok(run),
        }
    }

    /// A repeat: the run that was begun before, begun again if it failed.
    async fn turn_begun_before(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        run: RunId,
    ) -> Result<Turn, Error> {
        let (thread, _) = self.own_thread(caller, agent, id).await?;
        let run = self.store.find_run(caller.organization, run).await?.ok_or(Error::NotFound)?;
        if run.status != RunStatus::Failed {
            return Ok(Turn { run, replayed: true });
        }
        let (conversation, agent, at) = (thread.id, run.agent_id, self.clock.now());
        let answer = run.answer_message_id.ok_or(Error::NotFound)?;
        let again = Run { status: RunStatus::Queued, queued_at: at, error: None, ended_at: None, ..run };
        let commit = Commit {
            guards: vec![
                Guard::Thread { organization: caller.organization, conversation },
                Guard::RunStatus { run: again.id, status: RunStatus::Failed },
                Guard::QueueRoom { conversation, agent, max: MAX_QUEUED_RUNS },
            ],
            changes: vec![
                Change::Message(MessageChange::Requeue(answer)),
                Change::Run(RunChange::Requeue { run: again.id, at }),
                Change::Run(RunChange::StartNext { conversation, agent, owner: self.owner, at }),
            ],
            events: vec![run_event(&again, EventKind::RunQueued, again.id.uuid(), at)],
            ..Commit::default()
        };
        match self.commit(commit).await {
            Ok(Committed::Done(outcomes)) => {
                let run = self.begin_or_queue(again, outcomes.last(), at).await?;
                Ok(Turn { run, replayed: true })
            }
            Ok(Committed::Replayed(_)) => Err(replayed_without_key()),
            Err(StoreError::Refused(Guard::QueueRoom { .. })) => Err(Error::Conflict(Conflict::ThreadBusy)),
            // Another repeat was faster: attach to what it began.
            Err(StoreError::Refused(_)) => {
                let run = self.store.find_run(caller.organization, again.id).await?.ok_or(Error::NotFound)?;
                Ok(Turn { run, replayed: true })
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn agent_ref(agent: &Agent) -> AgentRef {
    AgentRef::Id(agent.id)
}

/// The answer's row, there from the beginning, so that its place is settled.
fn answer_row(run: &Run, said: &Message, id: MessageId) -> Message {
    Message {
        id,
        author: Author::Agent { agent: run.agent_id, on_behalf_of: None },
        role: MessageRole::Assistant,
        from_ai: true,
        content: String::new(),
        content_html: String::new(),
        metadata: answer_metadata(run),
        branch_parent_id: Some(said.id),
        run_id: Some(run.id),
        status: MessageStatus::Queued,
        ..said.clone()
    }
}

/// What the server keeps with every answer.
pub(super) fn answer_metadata(run: &Run) -> Json {
    let said = run.trigger_message_id.to_string();
    Json::empty().with("in_reply_to", said).with("run_id", run.id.to_string())
}

pub(super) fn run_event(run: &Run, kind: EventKind, subject_id: uuid::Uuid, at: Timestamp) -> NewEvent {
    NewEvent {
        organization_id: run.organization_id,
        conversation_id: Some(run.conversation_id),
        audience: Audience::Members,
        kind,
        subject_id,
        subject_version: 1,
        at,
    }
}
