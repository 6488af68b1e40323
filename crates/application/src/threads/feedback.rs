use stead_domain::{
    ConversationId, Invalid, MessageId,
    event::{Audience, EventKind, NewEvent},
    feedback::{Feedback, FeedbackComment, Rating},
    message::MessageRole,
    ports::store::{Change, Commit, Guard, MessageChange, SetFeedback, StoreError},
};

use crate::{Application, Caller, Conflict, Error, TRIES, agents::AgentRef};

/// What a person says of an answer.
#[derive(Debug, Clone)]
pub struct NewFeedback {
    /// Whether it was good.
    pub rating: Rating,
    /// Why.
    pub comment: Option<FeedbackComment>,
}

impl Application {
    /// Notes what the caller says of an answer in a thread of their own, in place of what they said before.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a message that is no answer.
    pub async fn set_feedback(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
        message: MessageId,
        new: NewFeedback,
    ) -> Result<Feedback, Error> {
        for _ in 0..TRIES {
            self.own_thread(caller, agent, id).await?;
            let rated = self.message_of(caller.organization, id, message).await?.ok_or(Error::NotFound)?.message;
            if rated.role != MessageRole::Assistant {
                return Err(Error::invalid("message_id", Invalid::new("must be an answer")));
            }
            let NewFeedback { rating, comment } = new.clone();
            let feedback = Feedback { rating, comment, updated_at: self.clock.now() };
            let set = SetFeedback {
                organization: caller.organization,
                conversation: id,
                message,
                user: caller.user,
                feedback: feedback.clone(),
            };
            let event = NewEvent {
                organization_id: caller.organization,
                conversation_id: Some(id),
                audience: Audience::User(caller.user),
                kind: EventKind::MessageUpdated,
                subject_id: message.uuid(),
                subject_version: rated.version,
                at: feedback.updated_at,
            };
            let commit = Commit {
                guards: vec![
                    Guard::Thread { organization: caller.organization, conversation: id },
                    caller.still_there(),
                    Guard::Message { conversation: id, message },
                ],
                changes: vec![Change::Message(MessageChange::SetFeedback(set))],
                events: vec![event],
                ..Commit::default()
            };
            match self.commit(commit).await {
                Ok(_) => return Ok(feedback),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                // It is gone: say so.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }
}
