use stead_domain::{
    ConversationId, OrganizationId, UserId,
    ports::store::{
        Change, Commit, Committed, LeftBy, LogFollower, OrganizationChange, Outcome, ThreadChange, UserChange,
    },
};

use crate::{Application, Error};

/// How many rows a commit removes.
const ROWS: u32 = 500;

impl Application {
    /// Removes what is left of a deleted conversation.
    pub(super) async fn purge_conversation(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
    ) -> Result<(), Error> {
        self.remove_unused_files(organization, LeftBy::Conversation(conversation)).await?;
        self.repeat(Change::Thread(ThreadChange::Purge { conversation, at_most: ROWS })).await
    }

    /// Removes what is left of a deleted user.
    pub(super) async fn purge_user(&self, organization: OrganizationId, user: UserId) -> Result<(), Error> {
        self.remove_unused_files(organization, LeftBy::User(user)).await?;
        self.repeat(Change::User(UserChange::Purge { user, at: self.clock.now(), at_most: ROWS })).await?;
        // No event tells of each message that was emptied.
        for follower in LogFollower::ALL {
            self.store.ask_for_walk(follower, Some(organization), false).await?;
        }
        Ok(())
    }

    /// Removes what is left of a deleted organization.
    pub(super) async fn purge_organization(&self, organization: OrganizationId) -> Result<(), Error> {
        self.remove_unused_files(organization, LeftBy::Organization(organization)).await?;
        self.remove_vectors_of_organization(organization).await?;
        self.repeat(Change::Organization(OrganizationChange::Purge { organization, at_most: ROWS })).await
    }

    /// Commits a purge again and again until nothing is left.
    async fn repeat(&self, purge: Change) -> Result<(), Error> {
        loop {
            let commit = Commit { changes: vec![purge.clone()], ..Commit::default() };
            if self.commit(commit).await? != Committed::Done(vec![Outcome::Updated]) {
                return Ok(());
            }
        }
    }
}
