use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::stream::{self, BoxStream, StreamExt};
use stead_domain::{ConversationId, RunId, run::Run};
use tokio::sync::watch;

use super::{
    events::{Followed, RunEvent, StreamPosition},
    live::{Cursor, LiveRun},
};
use crate::{Application, Caller, Error, agents::AgentRef};

/// How often a run that waits, or that another process works on, is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often it is asked whether somebody who follows what is written beside a channel is still in it.
const STILL_THERE: Duration = Duration::from_millis(500);

/// A reader of a run's stream: of the stream in memory where this process has it, else of what the database knows. It may
/// go from one to the other, since a place means the same in both.
struct Follower {
    application: Application,
    caller: Caller,
    run: RunId,
    /// The place after what was told.
    at: StreamPosition,
    ready: VecDeque<(StreamPosition, RunEvent)>,
    live: Option<Attached>,
    ended: bool,
}

/// A stream in memory, and where in it the reader is.
struct Attached {
    live: Arc<LiveRun>,
    cursor: Cursor,
    grown: watch::Receiver<()>,
}

impl Application {
    /// The stream of a run of the caller's: from the beginning, or after `from`, to its end. It breaks off, with nothing
    /// after, when what the caller came with is good no longer, or when it is beside a channel that they are no longer in.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn follow_run(
        &self,
        caller: &Caller,
        agent: AgentRef,
        thread: ConversationId,
        run: RunId,
        from: Option<StreamPosition>,
    ) -> Result<BoxStream<'static, Result<Followed, Error>>, Error> {
        let (thread, _) = self.own_thread(caller, agent, thread).await?;
        let run = self.run_in(caller, thread.id, run).await?;
        let follower = Follower {
            application: self.clone(),
            caller: *caller,
            run: run.id,
            at: from.unwrap_or_default(),
            ready: VecDeque::new(),
            live: None,
            ended: false,
        };
        Ok(stream::try_unfold(follower, |mut follower| async move {
            Ok(follower.next().await?.map(|followed| (followed, follower)))
        })
        .take_until(self.clone().until_revoked(*caller))
        .take_until(self.clone().until_out_of(*caller, thread.channel_id))
        .boxed())
    }

    /// Waits until the caller is no longer in this channel; for ever where there is none, or while it cannot be known.
    async fn until_out_of(self, caller: Caller, channel: Option<ConversationId>) {
        let Some(channel) = channel else { return std::future::pending().await };
        loop {
            tokio::time::sleep(STILL_THERE).await;
            match self.channel_of_member(&caller, channel).await {
                Err(Error::Forbidden(_) | Error::NotFound) => return,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "whether somebody is still in a channel cannot be known");
                }
                Ok(_) => {}
            }
        }
    }

    /// A run of the caller's.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn run(
        &self,
        caller: &Caller,
        agent: AgentRef,
        thread: ConversationId,
        run: RunId,
    ) -> Result<Run, Error> {
        self.own_thread(caller, agent, thread).await?;
        self.run_in(caller, thread, run).await
    }

    async fn run_in(&self, caller: &Caller, thread: ConversationId, run: RunId) -> Result<Run, Error> {
        let run = self.store.find_run(caller.organization, run).await?;
        run.filter(|run| run.conversation_id == thread).ok_or(Error::NotFound)
    }
}

impl Follower {
    async fn next(&mut self) -> Result<Option<Followed>, Error> {
        loop {
            if let Some((position, event)) = self.ready.pop_front() {
                self.at = position;
                if event.is_last() {
                    self.ended = true;
                    self.ready.clear();
                }
                let event = self.application.with_citations(&self.caller, event).await?;
                return Ok(Some(Followed::Event(position, Box::new(event))));
            }
            if self.ended {
                return Ok(None);
            }
            let goes_on =
                if self.live.is_some() { self.read_live().await } else { self.attach() || self.read_stored().await? };
            if !goes_on {
                self.ended = true;
                return Ok(Some(Followed::Closing));
            }
        }
    }

    /// Goes over to the stream in memory, if there is one.
    fn attach(&mut self) -> bool {
        let Some(live) = self.application.live.find(self.run) else { return false };
        let grown = live.watch();
        let (cursor, instead) = live.seek(self.at);
        self.ready.extend(instead);
        self.live = Some(Attached { live, cursor, grown });
        true
    }

    /// Takes what is new in memory, or waits for it. Answers whether the stream goes on.
    async fn read_live(&mut self) -> bool {
        let Some(Attached { live, cursor, grown }) = &mut self.live else { return true };
        grown.borrow_and_update();
        // Whether it has ended is asked before what is there is read: what it ended with is then read too.
        let ended = live.has_ended();
        self.ready.extend(live.read(cursor));
        if !self.ready.is_empty() {
            return true;
        }
        if ended {
            // Without its last event: somebody else goes on with it, or its thread was deleted. The database knows.
            self.live = None;
            return true;
        }
        // It may still end in the time that a process that stops has left.
        let stopped = self.application.background.expired();
        tokio::select! {
            biased;
            grown = grown.changed() => {
                if grown.is_err() {
                    self.live = None;
                }
                true
            }
            () = stopped.cancelled() => false,
        }
    }

    /// Takes what is new in the database, or waits a little. Answers whether the stream goes on.
    async fn read_stored(&mut self) -> Result<bool, Error> {
        let Some(news) = self.application.stored_news(self.caller.organization, self.run, self.at).await? else {
            return Ok(false);
        };
        self.ready.extend(news);
        if !self.ready.is_empty() {
            return Ok(true);
        }
        Ok(tokio::select! {
            () = self.application.live.until_opened(self.run, LOOK_EVERY) => true,
            () = self.application.background.stopping().cancelled() => false,
        })
    }
}
