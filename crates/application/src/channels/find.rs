use stead_domain::{
    ConversationId,
    page::{Page, Slice},
    ports::store::{ChannelMember, ChannelView, MyChannel},
};

use crate::{Application, Caller, Error};

impl Application {
    /// The public channels of the caller's organization, and those that they are in.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn channels(&self, caller: &Caller, page: Page) -> Result<Slice<ChannelView>, Error> {
        Ok(self.store.list_channels(caller.organization, caller.user, page).await?)
    }

    /// The channels that the caller is in, with what is new in them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn my_channels(&self, caller: &Caller) -> Result<Vec<MyChannel>, Error> {
        Ok(self.store.channels_of(caller.organization, caller.user).await?)
    }

    /// Who is in a channel that the caller may see.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`].
    pub async fn channel_members(
        &self,
        caller: &Caller,
        id: ConversationId,
        page: Page,
    ) -> Result<Slice<ChannelMember>, Error> {
        self.channel(caller, id).await?;
        Ok(self.store.list_members(caller.organization, id, page).await?)
    }
}
