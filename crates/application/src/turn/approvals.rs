//! Tool calls that wait for their person: each is decided once, as it was asked for, and in time.

use stead_domain::{
    ConversationId, RunId, ToolCallId,
    ports::store::{Change, Commit, Committed, Guard, Outcome, RunChange, StoreError, ToolCallChange},
    run::{Run, RunErrorCode, RunStatus},
    text::Text,
    tool_call::{APPROVAL_WAIT, ToolCall, ToolCallState},
};

use super::{
    answer::Answer,
    finish::Ending,
    rounds::{Round, joined},
};
use crate::{Application, Caller, Conflict, Error, TRIES, agents::AgentRef};

/// Why a call is not allowed: up to 1,000 characters, which the agent reads.
pub type Reason = Text<0, 1_000>;

/// How many runs are ended at once.
const BATCH: u32 = 32;

/// What the person says to a call.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The call.
    pub call: ToolCallId,
    /// Whether it may be made.
    pub approve: bool,
    /// Why not.
    pub reason: Option<Reason>,
}

impl Application {
    /// Allows or refuses a tool call of the caller's run. When nothing more waits, the run goes on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Conflict::NotAwaitingApproval`] if the call was decided before, or waited too long.
    pub async fn decide_tool_call(
        &self,
        caller: &Caller,
        agent: AgentRef,
        thread: ConversationId,
        id: RunId,
        decision: Decision,
    ) -> Result<Run, Error> {
        for _ in 0..TRIES {
            let run = self.run(caller, agent, thread, id).await?;
            let calls = self.calls_of(&run).await?;
            let call = calls.iter().find(|call| call.id == decision.call).ok_or(Error::NotFound)?;
            let waited = self.clock.now().since(call.start_time);
            let waits = call.state == ToolCallState::AwaitingApproval && waited <= APPROVAL_WAIT;
            if run.status != RunStatus::AwaitingApproval || !waits {
                return Err(Error::Conflict(Conflict::NotAwaitingApproval));
            }
            let undecided = calls.iter().filter(|call| call.state == ToolCallState::AwaitingApproval).count();
            match self.decide(caller, &run, &decision, undecided).await {
                Ok(outcomes) => {
                    if let Some(Outcome::Started(run, fence)) = outcomes.last() {
                        self.execute_started(caller.organization, *run, *fence, true).await?;
                    }
                    return self.run(caller, agent, thread, id).await;
                }
                // Another call was decided at the same time, or the run ended: look again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    async fn calls_of(&self, run: &Run) -> Result<Vec<ToolCall>, Error> {
        let Some(answer) = run.answer_message_id else { return Ok(Vec::new()) };
        let answer = self.store.find_message(run.organization_id, answer).await?;
        let calls = answer.map(|answer| answer.tool_calls).unwrap_or_default();
        Ok(calls.into_iter().filter(|call| call.run_id == run.id).collect())
    }

    async fn decide(
        &self,
        caller: &Caller,
        run: &Run,
        decision: &Decision,
        undecided: usize,
    ) -> Result<Vec<Outcome>, StoreError> {
        let end_time = self.clock.now();
        let change = if decision.approve {
            ToolCallChange::Approve(decision.call)
        } else {
            let reason = decision.reason.as_ref().map(Reason::as_str).filter(|reason| !reason.is_empty());
            let error = match reason {
                Some(reason) => format!("{NOT_ALLOWED} They said: {reason}"),
                None => NOT_ALLOWED.to_owned(),
            };
            ToolCallChange::End(decision.call, ToolCallState::Failed { error, end_time })
        };
        let mut changes = vec![Change::ToolCall(change)];
        if undecided == 1 {
            changes.push(Change::Run(RunChange::Resume { run: run.id, owner: self.owner }));
        }
        let calls = i64::try_from(undecided).unwrap_or(i64::MAX);
        let commit = Commit {
            guards: vec![
                caller.still_there(),
                Guard::Thread { organization: run.organization_id, conversation: run.conversation_id },
                Guard::Undecided { run: run.id, calls },
            ],
            changes,
            ..Commit::default()
        };
        match self.commit(commit).await? {
            Committed::Done(outcomes) => Ok(outcomes),
            Committed::Replayed(_) => Err(StoreError::Internal("a commit without a key was replayed".into())),
        }
    }

    /// Ends the runs of which nobody allowed a call in time.
    pub(crate) async fn expire_approvals(&self) -> Result<(), Error> {
        for run in self.store.list_expired_approvals(BATCH).await? {
            match self.end_waiting(&run, Ending::Expired, "Nobody allowed this call in time.").await {
                // Another process was faster, or it was decided at the last moment.
                Ok(()) | Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Ends a run that waits for approvals, with the text of its rounds.
    pub(super) async fn end_waiting(&self, run: &Run, ending: Ending, why: &str) -> Result<(), StoreError> {
        let rounds: Vec<Round> = self.rounds_so_far(run).await?;
        let open = self.calls_to_end(run, why).await?;
        let content = joined(rounds.iter().map(|round| round.text.as_str()));
        let answer = Answer { content, rounds: rounds.len(), ending, ..Answer::failed(RunErrorCode::ApprovalExpired) };
        let waits = Guard::RunStatus { run: run.id, status: RunStatus::AwaitingApproval };
        let (_, _, outcomes) = self.finish(run, waits, &answer, open.changes).await?;
        self.start_following(run, outcomes.last()).await;
        Ok(())
    }
}

const NOT_ALLOWED: &str = "The person did not allow this call.";
