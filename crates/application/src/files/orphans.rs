use std::{collections::HashSet, time::Duration};

use stead_domain::{
    FileId, Timestamp,
    ports::object_store::{ListedObject, MAX_LISTED, ObjectKey},
};

use tokio::time::{Instant, MissedTickBehavior};

use crate::{Application, Error};

/// Where the bytes of files are.
const PREFIX: &str = "files/";

/// When bytes that belong to no file are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrphanSettings {
    /// When they are so old. An upload stores them a moment before the row of its file.
    pub after: Duration,
    /// How often is looked for them.
    pub look_every: Duration,
}

/// The first look comes soon after the start: a process may not live for as long as it takes to the second.
const FIRST_LOOK: Duration = Duration::from_secs(600);

impl Application {
    /// Looks for them now and then, until the process stops.
    pub(crate) async fn look_for_orphans(&self) {
        let every = self.settings.orphans.look_every;
        let mut look = tokio::time::interval_at(Instant::now() + every.min(FIRST_LOOK), every);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.background.stopping().cancelled() => return,
                _ = look.tick() => if let Err(error) = self.collect_orphans().await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "bytes that belong to no file were not removed");
                },
            }
        }
    }

    /// Removes bytes that belong to no file: those of uploads that ended between the bytes and the row.
    async fn collect_orphans(&self) -> Result<(), Error> {
        let before = self.clock.now().minus(self.settings.orphans.after);
        let mut last = None;
        let mut removed = 0;
        while !self.background.stopping().is_cancelled() {
            let listed = self.objects.list(PREFIX, last.as_ref(), MAX_LISTED).await?;
            let Some(end) = listed.last() else { break };
            last = Some(end.key.clone());
            removed += self.remove_orphans(&listed, before).await?;
            if listed.len() < MAX_LISTED {
                break;
            }
        }
        self.collect_orphaned_avatars(before).await?;
        self.objects.clean_up(before).await?;
        if removed > 0 {
            tracing::info!(removed, "bytes that belong to no file were removed");
        }
        Ok(())
    }

    async fn remove_orphans(&self, listed: &[ListedObject], before: Timestamp) -> Result<usize, Error> {
        let old = listed.iter().filter(|object| object.stored_at < before);
        let old: Vec<_> = old.filter_map(|object| Some((&object.key, file_of(&object.key)?))).collect();
        let ids: Vec<_> = old.iter().map(|(_, file)| *file).collect();
        let known: HashSet<_> = self.store.files_that_exist(&ids).await?.into_iter().collect();
        let orphans = old.iter().filter(|(_, file)| !known.contains(file));
        let mut removed = 0;
        for (key, _) in orphans {
            self.objects.delete(key).await?;
            removed += 1;
        }
        Ok(removed)
    }
}

fn file_of(key: &ObjectKey) -> Option<FileId> {
    key.as_str().rsplit('/').next()?.parse().ok()
}
