use stead_domain::{
    ConversationId,
    ports::store::{Change, Commit, Committed, Outcome, ThreadChange},
};

use crate::{Application, Error};

/// How many rows a commit removes.
const ROWS: u32 = 500;

impl Application {
    /// Removes what is left of a deleted conversation.
    pub(super) async fn purge_conversation(&self, conversation: ConversationId) -> Result<(), Error> {
        loop {
            let purge = ThreadChange::Purge { conversation, at_most: ROWS };
            let commit = Commit { changes: vec![Change::Thread(purge)], ..Commit::default() };
            if self.commit(commit).await? != Committed::Done(vec![Outcome::Updated]) {
                return Ok(());
            }
        }
    }
}
