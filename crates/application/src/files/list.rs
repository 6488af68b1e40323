use stead_domain::{
    ConversationId,
    file::File,
    page::{Page, Slice},
    ports::store::{FileFilter, FilesOf},
};

use crate::{Application, Caller, Error};

impl Application {
    /// A page of the files that are attached in a thread or a channel that the caller may read, or, without one, of those
    /// that they uploaded.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such conversation for them; [`Error::Forbidden`] in a channel that they are no
    /// member of.
    pub async fn files(
        &self,
        caller: &Caller,
        conversation: Option<ConversationId>,
        page: Page,
    ) -> Result<Slice<File>, Error> {
        let of = match conversation {
            None => FilesOf::Uploader(caller.user),
            Some(id) if self.may_read_what_is_said_in(caller, id).await? => FilesOf::Conversation(id),
            Some(_) => return Ok(Slice { items: Vec::new(), has_older: false, has_newer: false }),
        };
        Ok(self.store.list_files(FileFilter { organization: caller.organization, of, page }).await?)
    }

    async fn may_read_what_is_said_in(&self, caller: &Caller, id: ConversationId) -> Result<bool, Error> {
        match self.channel_of_member(caller, id).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound) => self.may_read_messages_of(caller, id).await,
            Err(error) => Err(error),
        }
    }
}
