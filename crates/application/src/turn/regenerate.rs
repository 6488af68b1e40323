use stead_domain::{
    ConversationId, Invalid, MessageId, OrganizationId, RunId,
    message::{Message, MessageRole},
    ports::store::{Committed, Guard, StoreError, UniqueKey},
};

use super::{Turn, post::agent_ref};
use crate::{
    Application, Caller, Conflict, Error, TRIES,
    agents::AgentRef,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
    threads::Place,
};

impl Application {
    /// Has the agent of a thread of the caller's own answer a question once more: beside the answer that is named, and the
    /// thread goes on from the new one. At once, or when the runs before it are done.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a message that is no answer to a person's; [`Conflict::AgentDeleted`];
    /// [`Conflict::ThreadBusy`] when ten runs wait, or the question is being answered.
    pub async fn regenerate(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        answer: MessageId,
        request: Option<KeyedRequest>,
    ) -> Result<Turn, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.turn_begun_before(caller, agent, id, RunId::new(made)).await;
        }
        let _decides_alone = self.thread_locks.lock(id).await;
        for _ in 0..TRIES {
            let (thread, agent) = self.own_thread(caller, agent, id).await?;
            let question = self.question_of(caller.organization, id, answer).await?;
            self.may_talk_to(caller, &agent).await?;
            let (run, answer) = self.new_run(caller, &thread, &question, &agent, self.clock.now());
            let place = Place::after(id, question.id);
            let commit = self.turn_commit(caller, &thread, &run, place, vec![answer], request.as_ref());
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
                Err(StoreError::Refused(Guard::QueueRoom { .. }) | StoreError::Conflict(UniqueKey::LiveRun)) => {
                    return Err(Error::Conflict(Conflict::ThreadBusy));
                }
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                // Something changed since it was read: decide again.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// The message that an answer in this thread answers.
    async fn question_of(
        &self,
        organization: OrganizationId,
        thread: ConversationId,
        answer: MessageId,
    ) -> Result<Message, Error> {
        let answer = self.message_of(organization, thread, answer).await?.ok_or(Error::NotFound)?.message;
        let before = match answer.branch_parent_id {
            Some(before) if answer.role == MessageRole::Assistant => {
                self.message_of(organization, thread, before).await?
            }
            _ => None,
        };
        let question = before.map(|before| before.message).filter(|before| before.role == MessageRole::User);
        question.ok_or_else(|| Error::invalid("message_id", Invalid::new("must be an answer to a message")))
    }
}
