use stead_domain::ConversationId;

use crate::{Application, Caller, Error};

impl Application {
    /// Tells the members of a channel that the caller types there: now and then, however often it is said.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`].
    pub async fn type_in_channel(&self, caller: &Caller, id: ConversationId) -> Result<(), Error> {
        self.channel_of_member(caller, id).await?;
        self.typing(caller, id).await
    }
}
