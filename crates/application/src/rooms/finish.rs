use stead_domain::{
    MessageId,
    agent::Agent,
    event::{Audience, EventKind, NewEvent},
    message::{Author, Message, MessageRole, MessageStatus},
    ports::store::{
        Change, Commit, Committed, FinishRun, Guard, MessageChange, Outcome, RunChange, StoreError, ThreadMessage,
    },
    run::{Run, RunError, RunErrorCode, RunStatus},
    usage::UsagePurpose,
};

use crate::{
    Application, html,
    turn::{Answer, Ending, last_step, metadata_of, sources_of},
};

/// How a run in a room ends.
struct End {
    status: RunStatus,
    error: Option<RunErrorCode>,
    /// What is stored of it, if anything.
    message: Option<MessageStatus>,
}

/// What is stored of an answer: what was written of one that was stopped or failed, and nothing at all in a person's name that
/// they would have to explain.
fn end_of(run: &Run, answer: &Answer) -> Option<End> {
    let is_said = !answer.content.trim().is_empty();
    let in_own_name = run.purpose != UsagePurpose::StandIn;
    Some(match answer.ending {
        Ending::Completed if is_said => {
            End { status: RunStatus::Completed, error: None, message: Some(MessageStatus::Complete) }
        }
        Ending::Completed => End { status: RunStatus::Completed, error: None, message: None },
        Ending::Cancelled => {
            let message = (is_said && in_own_name).then_some(MessageStatus::Cancelled);
            End { status: RunStatus::Cancelled, error: None, message }
        }
        Ending::Failed(code) => {
            End { status: RunStatus::Failed, error: Some(code), message: in_own_name.then_some(MessageStatus::Failed) }
        }
        Ending::Expired => {
            let error = Some(RunErrorCode::ApprovalExpired);
            End { status: RunStatus::Expired, error, message: in_own_name.then_some(MessageStatus::Failed) }
        }
        Ending::Lost | Ending::Paused => return None,
    })
}

impl Application {
    /// Commits the end of a run in a room, with its answer where there is one and it may still be given, and starts the one
    /// that waits.
    pub(crate) async fn finish_in_room(
        &self,
        run: &Run,
        held: Guard,
        answer: &Answer,
    ) -> Result<(Run, Option<ThreadMessage>, Vec<Outcome>), StoreError> {
        let Some(mut end) = end_of(run, answer) else { return Err(StoreError::Refused(held)) };
        let mut may = Vec::new();
        if end.message.is_some() {
            match self.may_still_answer(run).await? {
                Some(guards) if self.may_still_be_read(run, &answer.sources).await? => may = guards,
                _ => end = withdrawn(end),
            }
        }
        match self.commit_end_in_room(run, held.clone(), may, answer, &end).await {
            // Not the lease: somebody left, or what was answered is deleted.
            Err(StoreError::Refused(guard)) if guard != held => {
                let end = withdrawn(end);
                self.commit_end_in_room(run, held, Vec::new(), answer, &end).await
            }
            result => result,
        }
    }

    async fn commit_end_in_room(
        &self,
        run: &Run,
        held: Guard,
        may: Vec<Guard>,
        answer: &Answer,
        end: &End,
    ) -> Result<(Run, Option<ThreadMessage>, Vec<Outcome>), StoreError> {
        let missing = || StoreError::Internal("a run is missing".into());
        let (conversation, agent_id, at) = (run.conversation_id, run.agent_id, self.clock.now());
        let error = end.error.map(|code| RunError { code, message: code.sentence().to_owned() });
        let model = answer.model.clone();
        let finish = FinishRun { run: run.id, status: end.status, model, error, usage: answer.usage, at };
        // Under it the one that waits is started: at most one does.
        let mut guards = vec![Guard::QueueRoom { conversation, agent: agent_id, max: 2 }, held];
        guards.extend(may);
        let (mut changes, mut events) = (Vec::new(), Vec::new());
        let mut stored = None;
        if let Some(status) = end.message {
            let said = self.answer_in_its_place(run, answer, status).await?;
            events.push(NewEvent {
                organization_id: run.organization_id,
                conversation_id: Some(conversation),
                audience: Audience::Members,
                kind: EventKind::MessageCreated,
                subject_id: said.id.uuid(),
                subject_version: said.version,
                at,
            });
            stored = Some(said.id);
            let id = said.id;
            changes.push(Change::Message(MessageChange::Insert(said)));
            changes.extend(sources_of(run, id, answer));
            changes.push(Change::Run(RunChange::Answer { run: run.id, message: id }));
        }
        changes.push(Change::Run(RunChange::Step(run.id, last_step(run, answer, end.status))));
        changes.push(Change::Run(RunChange::Finish(finish)));
        // A process that stops starts nothing new.
        if !self.background.stopping().is_cancelled() {
            changes.push(Change::Run(RunChange::StartNext { conversation, agent: agent_id, owner: self.owner, at }));
        }
        let commit = Commit { guards, changes, events, ..Commit::default() };
        let outcomes = match self.commit(commit).await? {
            Committed::Done(outcomes) => outcomes,
            Committed::Replayed(_) => return Err(StoreError::Internal("a commit without a key was replayed".into())),
        };
        self.note_used(run, &answer.usage).await;
        let ended = self.store.find_run(run.organization_id, run.id).await?.ok_or_else(missing)?;
        let said = match stored {
            Some(id) => self.store.find_message(run.organization_id, id).await?,
            None => None,
        };
        Ok((ended, said, outcomes))
    }

    async fn answer_in_its_place(
        &self,
        run: &Run,
        answer: &Answer,
        status: MessageStatus,
    ) -> Result<Message, StoreError> {
        let asked = self.store.find_message(run.organization_id, run.trigger_message_id).await?;
        let agent = self.store.find_agent(run.organization_id, run.agent_id).await?;
        let room = self.store.find_channel(run.organization_id, run.conversation_id, run.requested_by).await?;
        let of_two = room.is_none_or(|room| room.channel.kind.is_fixed());
        // In a channel an answer is a reply; in a conversation of two it just follows, but in a thread of replies there.
        let reply_to_id = asked.and_then(|asked| asked.message.reply_to_id.or((!of_two).then_some(asked.message.id)));
        let at = self.clock.now();
        let mut metadata = metadata_of(run, answer);
        if let Ending::Failed(code) = answer.ending {
            metadata = metadata.with("error", code.as_str());
        }
        Ok(Message {
            id: MessageId::new(self.ids.next()),
            organization_id: run.organization_id,
            conversation_id: run.conversation_id,
            author: Author::Agent {
                agent: run.agent_id,
                on_behalf_of: agent
                    .filter(|_| run.purpose == UsagePurpose::StandIn)
                    .and_then(|agent| Agent::owner(&agent)),
            },
            role: MessageRole::Assistant,
            from_ai: true,
            content: answer.content.clone(),
            content_html: html::from_markdown(&answer.content),
            metadata,
            reply_to_id,
            branch_parent_id: None,
            active: true,
            run_id: Some(run.id),
            status,
            client_id: None,
            version: 1,
            created_at: at,
            edited_at: None,
            deleted_at: None,
        })
    }
}

/// Ends it without a word.
fn withdrawn(end: End) -> End {
    let status = if end.status == RunStatus::Completed { RunStatus::Cancelled } else { end.status };
    End { status, message: None, ..end }
}
