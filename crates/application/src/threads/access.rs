use stead_domain::{
    ConversationId,
    agent::{Agent, OwnerVisibility},
    ports::store::{AuditEntry, Change, Commit, ThreadMessage},
    thread::{Oversight, Thread, oversight},
};
use uuid::Uuid;

use crate::{Application, Caller, Error, agents::AgentRef};

/// A thread as its reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadView {
    /// The thread.
    pub thread: Thread,
    /// How much of it the agent's owner may read: the person chatting is told.
    pub owner_visibility: OwnerVisibility,
    /// Its latest messages, oldest to newest.
    pub messages: Vec<ThreadMessage>,
    /// How many it has, where that was asked for.
    pub message_count: Option<i64>,
}

/// How somebody came to see a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It is theirs.
    Own,
    /// They oversee its agent.
    Oversight(Oversight),
}

impl Access {
    pub(super) fn may_read_messages(self) -> bool {
        match self {
            Self::Own | Self::Oversight(Oversight::Full) => true,
            Self::Oversight(Oversight::Metadata) => false,
        }
    }

    /// Messages as they are read so: what the thread's person says of answers is for them alone.
    pub(super) fn as_read(self, mut messages: Vec<ThreadMessage>) -> Vec<ThreadMessage> {
        match self {
            Self::Own => {}
            Self::Oversight(_) => messages.iter_mut().for_each(|said| said.feedback = None),
        }
        messages
    }
}

impl Application {
    /// A thread of the caller's own with that agent, which may be deleted.
    pub(crate) async fn own_thread(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
    ) -> Result<(Thread, Agent), Error> {
        let agent = self.agent_even_if_hidden(caller, agent).await?;
        let thread = self.thread_with(caller, &agent, id).await?;
        if thread.user_id != caller.user {
            return Err(Error::NotFound);
        }
        // What was said about a channel is for who is in it.
        if let Some(channel) = thread.channel_id {
            self.channel_of_member(caller, channel).await?;
        }
        Ok((thread, agent))
    }

    /// A thread that the caller may see, as its user or as an overseer of its agent. The latter is audited.
    pub(super) async fn visible_thread(
        &self,
        caller: &Caller,
        agent: AgentRef,
        id: ConversationId,
    ) -> Result<(Thread, Agent, Access), Error> {
        let agent = self.agent_even_if_hidden(caller, agent).await?;
        let thread = self.thread_with(caller, &agent, id).await?;
        // One about a channel is read beside that.
        if thread.channel_id.is_some() {
            return Err(Error::NotFound);
        }
        if thread.user_id == caller.user {
            return Ok((thread, agent, Access::Own));
        }
        let seen = oversight(&agent, caller.user, caller.oversees_as()).ok_or(Error::NotFound)?;
        self.audit_oversight(caller, "thread.overseen", id.uuid()).await?;
        Ok((thread, agent, Access::Oversight(seen)))
    }

    async fn thread_with(&self, caller: &Caller, agent: &Agent, id: ConversationId) -> Result<Thread, Error> {
        let thread = self.store.find_thread(caller.organization, id).await?;
        thread.filter(|thread| thread.agent_id == agent.id).ok_or(Error::NotFound)
    }

    /// Whether the caller may read what is said in a thread, which they may see. As an overseer they are audited.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such thread for them.
    pub(crate) async fn may_read_messages_of(&self, caller: &Caller, id: ConversationId) -> Result<bool, Error> {
        let thread = self.store.find_thread(caller.organization, id).await?.ok_or(Error::NotFound)?;
        let (_, _, access) = self.visible_thread(caller, AgentRef::Id(thread.agent_id), id).await?;
        Ok(access.may_read_messages())
    }

    pub(crate) async fn audit_oversight(&self, caller: &Caller, action: &str, subject_id: Uuid) -> Result<(), Error> {
        let entry = AuditEntry {
            id: self.ids.next(),
            organization_id: caller.organization,
            actor: Some(caller.user),
            action: action.to_owned(),
            subject_id,
            at: self.clock.now(),
        };
        let guards = vec![caller.still_there()];
        self.commit(Commit { guards, changes: vec![Change::Audit(entry)], ..Commit::default() }).await?;
        Ok(())
    }
}
