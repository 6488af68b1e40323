use stead_domain::{
    page::{Page, Slice},
    ports::store::{InboxConversation, InboxFilter, InboxKind, UserSearch},
    scope::Scope,
};

use crate::{Application, Caller, Error};

/// Which conversations of one's inbox.
#[derive(Debug, Clone)]
pub struct ListInbox {
    /// Only those with a person, or only those with an agent.
    pub kind: Option<InboxKind>,
    /// Only those with somebody who is called so.
    pub search: Option<UserSearch>,
    /// Which part, how many.
    pub page: Page,
}

impl Application {
    /// The conversations of the caller's inbox, by their newest messages.
    ///
    /// # Errors
    /// [`Error::MissingScope`] if only those with agents are asked for, and what the caller came with may not read threads.
    pub async fn inbox(&self, caller: &Caller, list: ListInbox) -> Result<Slice<InboxConversation>, Error> {
        let kind = match list.kind {
            Some(InboxKind::Agent) => {
                caller.require(Scope::ThreadsRead)?;
                Some(InboxKind::Agent)
            }
            None if !caller.scopes.hold(Scope::ThreadsRead) => Some(InboxKind::Profile),
            kind => kind,
        };
        let (organization, user) = (caller.organization, caller.user);
        let filter = InboxFilter { organization, user, kind, search: list.search, page: list.page };
        Ok(self.store.list_inbox(filter).await?)
    }
}
