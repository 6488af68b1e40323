use stead_domain::ports::store::{FollowedLog, LogStep, Walk, WalkPlace, WalkThrough};

use super::{Changed, Indexer};
use crate::{Application, Error};

/// How many messages, and how many files, a step goes through.
const MESSAGES: u32 = 200;
const FILES: u32 = 20;

impl Application {
    /// Goes a step of a walk. Answers whether this process still follows the log.
    pub(super) async fn walk_on(
        &self,
        indexer: &dyn Indexer,
        log: &mut FollowedLog,
        from: Walk,
    ) -> Result<bool, Error> {
        let through = from.organization.map_or(WalkThrough::All, WalkThrough::Organization);
        let to = match &from.at {
            WalkPlace::Messages(after) => {
                let messages = self.store.walk_messages(through, *after, MESSAGES).await?;
                let last = messages.last().map(|last| last.message);
                self.pass_on(indexer, &Changed { messages, forced: from.forced, ..Changed::default() }).await?;
                Some(last.map_or(WalkPlace::Files(None), |last| WalkPlace::Messages(Some(last))))
            }
            WalkPlace::Files(after) => {
                let files = self.store.walk_files(through, *after, FILES).await?;
                let last = files.last().map(|last| last.file);
                self.pass_on(indexer, &Changed { files, forced: from.forced, ..Changed::default() }).await?;
                Some(last.map_or(WalkPlace::Index(None), |last| WalkPlace::Files(Some(last))))
            }
            WalkPlace::Index(after) => {
                let next = indexer.sweep(self, from.organization, after.clone()).await?;
                next.map(|next| WalkPlace::Index(Some(next)))
            }
        };
        log.walk = to.clone().map(|at| Walk { at, ..from.clone() });
        let step = LogStep::Walked { from, to };
        Ok(self.store.keep_log_place(indexer.follower(), log.lease.clone(), step).await?)
    }
}
