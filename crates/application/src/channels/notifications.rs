use stead_domain::{
    ConversationId,
    channel::NotificationLevel,
    ports::store::{Change, ChannelChange, Commit, Guard},
};

use super::access::refused;
use crate::{Application, Caller, Error};

impl Application {
    /// Notes of what in a channel the caller wants to be told.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`].
    pub async fn set_notifications(
        &self,
        caller: &Caller,
        id: ConversationId,
        level: NotificationLevel,
    ) -> Result<NotificationLevel, Error> {
        self.channel_of_member(caller, id).await?;
        let (organization, user) = (caller.organization, caller.user);
        let commit = Commit {
            guards: vec![caller.still_there(), Guard::Member { conversation: id, user }],
            changes: vec![Change::Channel(ChannelChange::SetNotifications { organization, channel: id, user, level })],
            ..Commit::default()
        };
        self.commit(commit).await.map_err(|error| refused(caller, error))?;
        Ok(level)
    }
}
