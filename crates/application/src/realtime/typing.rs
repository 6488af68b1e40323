use std::time::Duration;

use moka::future::Cache;
use stead_domain::{
    ConversationId, UserId,
    ports::notifier::{Fleeting, Notice, Typist},
};

use crate::{Application, Caller, Error};

/// Others are told at most so often that somebody types in a room.
const EVERY: Duration = Duration::from_secs(2);
/// How many who type in rooms are remembered.
const AT_MOST: u64 = 100_000;

/// Who was told to type where a moment ago.
pub(crate) struct Typing(Cache<(UserId, ConversationId), ()>);

impl Typing {
    pub fn new() -> Self {
        Self(Cache::builder().max_capacity(AT_MOST).time_to_live(EVERY).build())
    }
}

impl Application {
    /// Tells the members of a room, of which the caller is one, that they type there; again only after two seconds.
    ///
    /// # Errors
    /// [`Error::NotFound`] if they are no member.
    pub async fn typing(&self, caller: &Caller, conversation: ConversationId) -> Result<(), Error> {
        if self.typing.0.contains_key(&(caller.user, conversation)) {
            return Ok(());
        }
        let members = self.store.members_among(vec![conversation], vec![caller.user]).await?;
        if members.is_empty() {
            return Err(Error::NotFound);
        }
        if self.typing.0.entry((caller.user, conversation)).or_insert(()).await.is_fresh() {
            let what = Fleeting::Typing { conversation_id: conversation, typist: Typist::User(caller.user) };
            self.notifier.publish(Notice { organization_id: caller.organization, what, at: self.clock.now() });
        }
        Ok(())
    }
}
