use async_trait::async_trait;
use stead_domain::{MessageId, OrganizationId, ports::store::LogFollower};

use crate::{
    Application, Error,
    log_follower::{Changed, Indexer},
};

/// How many messages of the index are looked at in one go.
const A_SWEEP: u32 = 500;

/// The index of words. It lies in the database: files come into it with the commit that changes them, messages when the log
/// tells of them. What belongs to a deleted conversation goes with its rows.
#[derive(Debug)]
pub(crate) struct Words;

#[async_trait]
impl Indexer for Words {
    fn follower(&self) -> LogFollower {
        LogFollower::Words
    }

    async fn take(&self, application: &Application, changed: &Changed) -> Result<(), Error> {
        let messages: Vec<MessageId> = changed.messages.iter().map(|message| message.message).collect();
        application.store.index_messages(&messages, changed.forced).await?;
        if changed.forced {
            let files: Vec<_> = changed.files.iter().map(|file| file.file).collect();
            application.store.index_files(&files).await?;
        }
        Ok(())
    }

    async fn sweep(
        &self,
        application: &Application,
        organization: Option<OrganizationId>,
        after: Option<String>,
    ) -> Result<Option<String>, Error> {
        let after = after.and_then(|after| after.parse().ok());
        let (messages, last) = application.store.indexed_messages(organization, after, A_SWEEP).await?;
        application.store.index_messages(&messages, false).await?;
        Ok(last.map(|last| last.to_string()))
    }
}
