use stead_domain::{
    ConversationId,
    ports::store::{BranchFilter, SidebarFilter, ThreadMessage},
    thread::Thread,
};

use crate::{
    Application, Caller, Error,
    agents::AgentRef,
    citations::{CitationsOf, Cited},
};

/// How many messages of each conversation a list shows, and the most that one conversation shows.
const LATEST: u32 = 50;
const MOST: u32 = 2_000;

/// A conversation beside a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Sidebar {
    /// The thread.
    pub thread: Thread,
    /// What was said in it, oldest to newest.
    pub messages: Vec<ThreadMessage>,
    /// What its answers were made from.
    pub citations: CitationsOf,
}

impl Application {
    /// The caller's conversations beside a channel, newest activity first, each with its latest 50 messages.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if they are not in the channel.
    pub async fn sidebars(
        &self,
        caller: &Caller,
        channel: ConversationId,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<Sidebar>, Error> {
        self.channel_of_member(caller, channel).await?;
        let filter = SidebarFilter {
            organization: caller.organization,
            channel,
            user: caller.user,
            offset: skip,
            limit,
            message_limit: LATEST,
        };
        let found = self.store.list_sidebars(filter).await?;
        let Cited { shown: found, mut citations } = self.with_citations(caller, found).await?;
        let sidebar = |(thread, messages): (Thread, Vec<ThreadMessage>)| {
            let own = messages.iter().filter_map(|said| citations.remove_entry(&said.message.id)).collect();
            Sidebar { thread, messages, citations: own }
        };
        Ok(found.into_iter().map(sidebar).collect())
    }

    /// One of them, with its messages: the latest 2,000.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::Invalid`] for one beside another channel.
    pub async fn sidebar_conversation(
        &self,
        caller: &Caller,
        channel: ConversationId,
        id: ConversationId,
    ) -> Result<Sidebar, Error> {
        let (_, thread) = self.sidebar(caller, channel, id).await?;
        let mut messages = match self.store.newest_message(id).await? {
            Some(tip) => {
                let organization = caller.organization;
                self.store.list_branch(BranchFilter { organization, conversation: id, tip, limit: MOST }).await?
            }
            None => Vec::new(),
        };
        messages.reverse();
        let Cited { shown: messages, citations } = self.with_citations(caller, messages).await?;
        Ok(Sidebar { thread, messages, citations })
    }

    /// Deletes one of them with all its messages.
    ///
    /// # Errors
    /// As [`Application::sidebar_conversation`].
    pub async fn delete_sidebar(
        &self,
        caller: &Caller,
        channel: ConversationId,
        id: ConversationId,
    ) -> Result<(), Error> {
        let (_, thread) = self.sidebar(caller, channel, id).await?;
        self.delete_thread(caller, AgentRef::Id(thread.agent_id), id).await
    }
}
