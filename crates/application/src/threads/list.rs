use stead_domain::{
    ports::store::{ThreadFilter, ThreadOwner},
    thread::{Oversight, Thread, oversight},
};

use super::{ThreadView, access::Access};
use crate::{Application, Caller, Error, agents::AgentRef};

/// Which threads of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListThreads {
    /// Whose.
    pub scope: Scope,
    /// Only archived ones, only others, or all.
    pub archived: Option<bool>,
    /// At most so many, 1 to 50.
    pub limit: u32,
    /// So many are skipped.
    pub offset: u32,
    /// At most so many messages of each, 0 to 100.
    pub message_limit: u32,
}

/// Whose threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The caller's own.
    Mine,
    /// Everyone's in the organization, for those who oversee the agent.
    Organization,
}

impl Application {
    /// Threads with an agent, newest activity first.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such agent, or the caller neither may see it nor has a thread with it;
    /// [`Error::Forbidden`] for everyone's threads to who does not oversee the agent.
    pub async fn threads(&self, caller: &Caller, agent: AgentRef, list: ListThreads) -> Result<Vec<ThreadView>, Error> {
        let agent = self.agent_even_if_hidden(caller, agent).await?;
        let owns = agent.owner() == Some(caller.user);
        let seen = oversight(&agent, caller.user, caller.oversees_as());
        let is_hidden = seen.is_none() && !owns && !agent.is_visible_to(caller.user, caller.role);
        let (owner, message_limit) = match list.scope {
            Scope::Mine => (ThreadOwner::User(caller.user), list.message_limit),
            Scope::Organization => match seen {
                Some(Oversight::Full) => (ThreadOwner::Anyone, list.message_limit),
                Some(Oversight::Metadata) => (ThreadOwner::Anyone, 0),
                None if owns => return Ok(Vec::new()),
                None if is_hidden => return Err(Error::NotFound),
                None => return Err(Error::Forbidden("only admins and the agent's owner see others' threads")),
            },
        };
        if owner == ThreadOwner::Anyone {
            self.audit_oversight(caller, "threads.overseen", agent.id.uuid()).await?;
        }
        let filter = ThreadFilter {
            organization: caller.organization,
            agent: agent.id,
            owner,
            archived: list.archived,
            limit: list.limit,
            offset: list.offset,
            message_limit,
        };
        let threads = self.store.list_threads(filter).await?;
        if threads.is_empty() && is_hidden {
            // Whoever had a thread with it before it was hidden or deleted goes on seeing that.
            let any = ThreadFilter { archived: None, limit: 1, offset: 0, message_limit: 0, ..filter };
            if self.store.list_threads(any).await?.is_empty() {
                return Err(Error::NotFound);
            }
        }
        let owner_visibility = agent.owner_visibility;
        let view = |(thread, messages): (Thread, _)| {
            let access = if thread.user_id == caller.user { Access::Own } else { Access::Oversight(Oversight::Full) };
            ThreadView { messages: access.as_read(messages), thread, owner_visibility, message_count: None }
        };
        Ok(threads.into_iter().map(view).collect())
    }
}
