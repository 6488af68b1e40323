use stead_domain::{
    ConversationId, FileId, Json, MessageId, RunId, Timestamp,
    agent::Agent,
    event::{Audience, EventKind, NewEvent},
    message::{Author, Content, ContentHtml, Message, MessageRole, MessageStatus},
    ports::store::{
        Change, Commit, Committed, Guard, MessageChange, Outcome, RunChange, StoreError, ThreadChange, UniqueKey,
    },
    run::{Lease, Run, RunStatus, Usage},
    thread::{MAX_QUEUED_RUNS, Thread},
    usage::UsagePurpose,
};

use super::PROMPT_VERSION;
use crate::{
    Application, Caller, Conflict, Error, TRIES,
    agents::AgentRef,
    files::{attach, not_attachable},
    html,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
    threads::Place,
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
    /// The files that are attached to it.
    pub file_ids: Vec<FileId>,
    /// The message that it follows, on whichever branch; absent: the newest of the active one.
    pub parent: Option<MessageId>,
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
    /// [`Error::NotFound`]; [`Error::Invalid`] for a parent of another thread; [`Conflict::AgentDeleted`];
    /// [`Conflict::ThreadBusy`] when ten runs wait.
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
            let (thread, agent) = self.own_thread(caller, agent, id).await?;
            let place = self.place_after(caller.organization, id, new.parent).await?;
            self.may_talk_to(caller, &agent).await?;
            let said = self.user_message(caller, &thread, &new, content_html.clone(), place.before);
            let (run, answer) = self.new_run(caller, &thread, &said, &agent, said.created_at);
            let (guards, changes) = attach(caller, id, Some(said.id), &new.file_ids).unzip();
            let mut commit = self.turn_commit(caller, &thread, &run, place, vec![said, answer], request.as_ref());
            commit.guards.extend(guards);
            // Before the run starts, which comes last.
            let before_the_start = commit.changes.len().saturating_sub(1);
            commit.changes.splice(before_the_start..before_the_start, changes);
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
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(error @ StoreError::Refused(Guard::Files { .. })) => {
                    return Err(not_attachable(&error).unwrap_or_else(|| error.into()));
                }
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// Whether the agent of a thread of the caller's answers them.
    pub(super) async fn may_talk_to(&self, caller: &Caller, agent: &Agent) -> Result<(), Error> {
        if agent.deleted_at.is_some() {
            return Err(Error::Conflict(Conflict::AgentDeleted));
        }
        if !agent.is_visible_to(caller.user, caller.role) {
            return Err(Error::NotFound);
        }
        self.require_ai(caller.organization, Some(caller.user)).await
    }

    fn user_message(
        &self,
        caller: &Caller,
        thread: &Thread,
        new: &NewMessage,
        content_html: String,
        before: Option<MessageId>,
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

    /// A run that answers a message, asked for at `at`, and the row of its answer.
    pub(crate) fn new_run(
        &self,
        caller: &Caller,
        thread: &Thread,
        said: &Message,
        agent: &Agent,
        at: Timestamp,
    ) -> (Run, Message) {
        let answer_id = MessageId::new(self.ids.next());
        let run = Run {
            id: RunId::new(self.ids.next()),
            organization_id: said.organization_id,
            conversation_id: said.conversation_id,
            agent_id: agent.id,
            requested_by: caller.user,
            purpose: if thread.channel_id.is_some() { UsagePurpose::Assistant } else { UsagePurpose::Turn },
            trigger_message_id: said.id,
            answer_message_id: Some(answer_id),
            status: RunStatus::Queued,
            attempt: 0,
            fence: 0,
            cancel_requested: false,
            model: None,
            prompt_version: PROMPT_VERSION,
            error: None,
            usage: Usage::default(),
            created_at: at,
            queued_at: at,
            started_at: None,
            ended_at: None,
        };
        let answer = answer_row(&run, said, answer_id);
        (run, answer)
    }

    /// The commit that accepts a turn: its messages get their place, its run waits, and what is next starts.
    pub(super) fn turn_commit(
        &self,
        caller: &Caller,
        thread: &Thread,
        run: &Run,
        place: Place,
        messages: Vec<Message>,
        request: Option<&KeyedRequest>,
    ) -> Commit {
        let (conversation, agent, at) = (thread.id, run.agent_id, run.created_at);
        let created = |message: &Message| run_event(run, EventKind::MessageCreated, message.id.uuid(), at);
        let mut events: Vec<NewEvent> = messages.iter().map(created).collect();
        events.extend(place.event(thread, at));
        events.push(run_event(run, EventKind::RunQueued, run.id.uuid(), at));
        let mut changes: Vec<Change> = place.change.into_iter().collect();
        changes.extend(messages.into_iter().map(|message| Change::Message(MessageChange::Insert(message))));
        changes.extend([
            Change::Run(RunChange::Insert(run.clone())),
            Change::Thread(ThreadChange::Touch { conversation, at }),
            Change::Run(RunChange::StartNext { conversation, agent, owner: self.owner, at }),
        ]);
        Commit {
            idempotency: self.remember(caller, request, run.id),
            guards: vec![
                Guard::Thread { organization: caller.organization, conversation },
                caller.still_there(),
                Guard::Agent { organization: caller.organization, agent },
                place.guard,
                Guard::QueueRoom { conversation, agent, max: MAX_QUEUED_RUNS },
            ],
            events,
            changes,
            jobs: Vec::new(),
        }
    }

    /// After a commit that, at `at`, queued `run` and started what was next: runs it here if it was that one.
    pub(crate) async fn begin_or_queue(
        &self,
        run: Run,
        started: Option<&Outcome>,
        at: Timestamp,
    ) -> Result<Run, Error> {
        match started {
            Some(Outcome::Started(id, fence)) if *id == run.id => {
                let attempt = run.attempt + 1;
                let run = Run { status: RunStatus::Running, attempt, fence: *fence, started_at: Some(at), ..run };
                self.begin_run(run.clone(), Lease { owner: self.owner, fence: *fence }, false).await;
                Ok(run)
            }
            Some(Outcome::Started(id, fence)) => {
                self.execute_started(run.organization_id, *id, *fence, false).await?;
                Ok(run)
            }
            _ => Ok(run),
        }
    }

    /// A repeat: the run that was begun before, begun again if it failed.
    pub(crate) async fn turn_begun_before(
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
        self.require_ai(caller.organization, Some(caller.user)).await?;
        let (conversation, agent, at) = (thread.id, run.agent_id, self.clock.now());
        let answer = run.answer_message_id.ok_or(Error::NotFound)?;
        let again = Run { status: RunStatus::Queued, queued_at: at, error: None, ended_at: None, ..run };
        let commit = Commit {
            guards: vec![
                Guard::Thread { organization: caller.organization, conversation },
                caller.still_there(),
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
            // Ten wait, or its question is being answered anew.
            Err(StoreError::Refused(Guard::QueueRoom { .. }) | StoreError::Conflict(UniqueKey::LiveRun)) => {
                Err(Error::Conflict(Conflict::ThreadBusy))
            }
            Err(error @ StoreError::Refused(Guard::User { .. })) => Err(error.into()),
            // Another repeat was faster: attach to what it began.
            Err(StoreError::Refused(_)) => {
                let run = self.store.find_run(caller.organization, again.id).await?.ok_or(Error::NotFound)?;
                Ok(Turn { run, replayed: true })
            }
            Err(error) => Err(error.into()),
        }
    }
}

pub(super) fn agent_ref(agent: &Agent) -> AgentRef {
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
        reply_to_id: None,
        branch_parent_id: Some(said.id),
        active: true,
        run_id: Some(run.id),
        status: MessageStatus::Queued,
        client_id: None,
        version: 1,
        created_at: run.created_at,
        edited_at: None,
        deleted_at: None,
        organization_id: run.organization_id,
        conversation_id: run.conversation_id,
    }
}

/// What the server keeps with every answer.
pub(super) fn answer_metadata(run: &Run) -> Json {
    let said = run.trigger_message_id.to_string();
    Json::empty().with("in_reply_to", said).with("run_id", run.id.to_string())
}

pub(crate) fn run_event(run: &Run, kind: EventKind, subject_id: uuid::Uuid, at: Timestamp) -> NewEvent {
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
