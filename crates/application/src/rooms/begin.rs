use stead_domain::{
    ConversationId, MessageId, OrganizationId, RunId, UserId,
    agent::Agent,
    job::ClaimedJob,
    ports::store::{Change, Commit, Committed, Guard, JobChange, Outcome, RunChange, StoreError, UniqueKey},
    run::{Lease, Run, RunStatus, Usage},
    usage::UsagePurpose,
};

use crate::{Application, Error, jobs::End, turn::PROMPT_VERSION};

/// An agent is to answer in a room.
pub(crate) struct RoomTurn<'a> {
    /// The organization.
    pub organization: OrganizationId,
    /// The room.
    pub conversation: ConversationId,
    /// Who answers. In a person's stead, their own agent.
    pub agent: &'a Agent,
    /// Who asked: on whose account the model is used.
    pub requested_by: UserId,
    /// The message that asked.
    pub trigger: MessageId,
    /// How: [`UsagePurpose::Turn`] as itself, [`UsagePurpose::StandIn`] in its owner's stead, [`UsagePurpose::Persona`] to
    /// its owner in their own room with it.
    pub purpose: UsagePurpose,
}

/// What a run in a room waits behind: the one under way, and no other. What comes then is answered by the one that waits.
const MOST_WAITING: i64 = 1;

impl Application {
    /// Has an agent answer in a room, and ends the job that found that it should, in one commit. Nothing happens if one waits
    /// there already, if the message is being answered or is deleted, if who asked has left, or if models may not be asked.
    ///
    /// # Errors
    /// That of the store.
    pub(crate) async fn answer_in_room(&self, turn: RoomTurn<'_>, job: &ClaimedJob) -> Result<End, Error> {
        let RoomTurn { organization, conversation, agent, requested_by, trigger, purpose } = turn;
        match self.require_ai(organization, Some(requested_by)).await {
            Ok(()) => {}
            Err(Error::Conflict(reason)) => {
                tracing::info!(%conversation, agent = %agent.id, ?reason, "an answer in a room is left out");
                return Ok(End::Due);
            }
            Err(error) => return Err(error),
        }
        let at = self.clock.now();
        let run = Run {
            id: RunId::new(self.ids.next()),
            organization_id: organization,
            conversation_id: conversation,
            agent_id: agent.id,
            requested_by,
            purpose,
            trigger_message_id: trigger,
            answer_message_id: None,
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
        let commit = Commit {
            guards: vec![
                Guard::QueueRoom { conversation, agent: agent.id, max: MOST_WAITING },
                Guard::Member { conversation, user: requested_by },
                Guard::Agent { organization, agent: agent.id },
                Guard::Message { conversation, message: trigger },
                Guard::JobLease { job: job.id, lease: job.lease.clone() },
            ],
            changes: vec![
                Change::Run(RunChange::Insert(run.clone())),
                Change::Job(JobChange::Finish(job.id)),
                Change::Run(RunChange::StartNext { conversation, agent: agent.id, owner: self.owner, at }),
            ],
            ..Commit::default()
        };
        match self.commit(commit).await {
            Ok(Committed::Done(outcomes)) => {
                if let Some(Outcome::Started(started, fence)) = outcomes.last() {
                    self.begin_in_room(run, *started, *fence).await?;
                }
                Ok(End::Reached)
            }
            Ok(Committed::Replayed(_)) => Err(crate::idempotency::replayed_without_key()),
            Err(StoreError::Refused(_) | StoreError::Conflict(UniqueKey::LiveRun)) => Ok(End::Due),
            Err(error) => Err(error.into()),
        }
    }

    async fn begin_in_room(&self, run: Run, started: RunId, fence: i64) -> Result<(), Error> {
        if started != run.id {
            return self.execute_started(run.organization_id, started, fence, false).await;
        }
        let started_at = Some(run.created_at);
        let run = Run { status: RunStatus::Running, attempt: 1, fence, started_at, ..run };
        self.begin_run(run, Lease { owner: self.owner, fence }, false).await;
        Ok(())
    }
}
