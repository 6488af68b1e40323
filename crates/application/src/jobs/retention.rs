use std::time::Duration;

use stead_domain::{
    JobId,
    event::{Audience, EventKind, NewEvent},
    job::{NewJob, Task},
    ports::store::{
        Change, Commit, Committed, Guard, MessageChange, Outcome, OutdatedConversation, StoreError, ThreadChange,
    },
};

use tokio::time::{MissedTickBehavior, interval};

use crate::{Application, Error};

/// How often what organizations no longer keep is removed.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// How many conversations are looked for, and how many rows a commit removes, at once.
const CONVERSATIONS: u32 = 100;
const ROWS: u32 = 500;

impl Application {
    /// Removes what organizations no longer keep, now and then and when one of them changes how long that is, until the process
    /// stops.
    pub(super) async fn look_for_outdated(&self) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.background.stopping().cancelled() => return,
                _ = look.tick() => {}
                () = self.outdated_due.notified() => {}
            }
            if let Err(error) = self.purge_outdated().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what organizations no longer keep was not removed"
                );
            }
        }
    }

    /// Removes what organizations no longer keep. Nobody finds it any more: this only frees its room.
    pub(super) async fn purge_outdated(&self) -> Result<(), Error> {
        let mut after = None;
        loop {
            let outdated = self.store.list_outdated(after, CONVERSATIONS).await?;
            let Some(last) = outdated.last() else { return Ok(()) };
            after = Some(last.conversation);
            for conversation in outdated {
                if self.background.stopping().is_cancelled() {
                    return Ok(());
                }
                if !self.delete_idle_thread(conversation).await? {
                    self.purge_messages(conversation).await?;
                }
            }
        }
    }

    /// Deletes a thread in which nothing has happened for so long. Answers whether there is nothing else to do.
    async fn delete_idle_thread(&self, outdated: OutdatedConversation) -> Result<bool, Error> {
        let OutdatedConversation { conversation, organization, idle_thread_of, .. } = outdated;
        let Some((user, version)) = idle_thread_of else { return Ok(false) };
        let newest = self.store.newest_message(conversation).await?;
        // Something may have happened in it meanwhile: then it is found again. What happens from here on is newer than
        // the newest message.
        if self.store.find_thread(organization, conversation).await?.is_some() {
            return Ok(false);
        }
        let at = self.clock.now();
        let commit = Commit {
            guards: vec![Guard::Thread { organization, conversation }, Guard::Newest { conversation, message: newest }],
            changes: vec![Change::Thread(ThreadChange::Delete { conversation, at })],
            events: vec![NewEvent {
                organization_id: organization,
                conversation_id: Some(conversation),
                audience: Audience::User(user),
                kind: EventKind::ThreadDeleted,
                subject_id: conversation.uuid(),
                subject_version: version,
                at,
            }],
            jobs: vec![NewJob {
                id: JobId::new(self.ids.next()),
                organization_id: organization,
                task: Task::PurgeConversation(conversation),
                run_at: at,
            }],
            ..Commit::default()
        };
        match self.commit(commit).await {
            Ok(_) => {
                self.live.drop_conversation(conversation);
                Ok(true)
            }
            // Somebody wrote in it, or deleted it, a moment ago.
            Err(StoreError::Refused(_)) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// The indexes are told before the first of them goes: nobody may read them any more as it is.
    async fn purge_messages(&self, outdated: OutdatedConversation) -> Result<(), Error> {
        let OutdatedConversation { conversation, organization, keep_since: before, .. } = outdated;
        let purge = MessageChange::PurgeBefore { conversation, before, at_most: ROWS };
        let mut events = vec![NewEvent {
            organization_id: organization,
            conversation_id: None,
            audience: Audience::Members,
            kind: EventKind::MessagesOutdated,
            subject_id: conversation.uuid(),
            subject_version: 0,
            at: self.clock.now(),
        }];
        loop {
            let changes = vec![Change::Message(purge.clone())];
            let commit = Commit { changes, events: std::mem::take(&mut events), ..Commit::default() };
            if self.commit(commit).await? != Committed::Done(vec![Outcome::Updated]) {
                return Ok(());
            }
        }
    }
}
