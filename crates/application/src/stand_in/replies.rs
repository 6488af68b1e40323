use stead_domain::{
    Timestamp,
    page::{Page, Slice},
    ports::store::ChannelMessage,
};

use crate::{Application, Caller, Error};

/// What was said in the caller's stead: each message as it is now.
pub type StoodIn = Slice<ChannelMessage>;

impl Application {
    /// What was said in the caller's stead since then, in conversations that they are still in: to keep, edit or retract.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn said_in_my_stead(&self, caller: &Caller, since: Timestamp, page: Page) -> Result<StoodIn, Error> {
        let (organization, user) = (caller.organization, caller.user);
        let Slice { items, has_older, has_newer } = self.store.list_stood_in(organization, user, since, page).await?;
        let said = self.store.channel_messages_now(items).await?;
        let rooms = said.iter().map(|said| (said.message.conversation_id, user.uuid())).collect();
        let mine: std::collections::HashSet<_> =
            self.store.find_members(rooms).await?.into_iter().map(|member| member.membership.conversation_id).collect();
        let is_mine = |said: &ChannelMessage| {
            said.message.organization_id == organization && mine.contains(&said.message.conversation_id)
        };
        Ok(Slice { items: said.into_iter().filter(is_mine).collect(), has_older, has_newer })
    }
}
