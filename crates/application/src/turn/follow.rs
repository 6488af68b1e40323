use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::stream::{self, BoxStream, StreamExt};
use stead_domain::{ConversationId, OrganizationId, RunId, run::Run};
use tokio::sync::watch;

use super::{
    events::{Followed, RunEvent, StreamPosition},
    live::{Cursor, LiveRun},
};
use crate::{Application, Caller, Error, agents::AgentRef};

/// How often a run that another process works on is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A reader of a run's stream.
struct Follower {
    application: Application,
    organization: OrganizationId,
    run: RunId,
    ready: VecDeque<(StreamPosition, RunEvent)>,
    source: Source,
    at: StreamPosition,
    resume_from: Option<StreamPosition>,
}

enum Source {
    /// Not looked for yet.
    Unknown,
    /// On this node, as it is written.
    Live { live: Arc<LiveRun>, cursor: Cursor, grown: watch::Receiver<()> },
    /// Somewhere else, or waiting: the database tells when it has ended.
    Stored { told: bool },
    /// Nothing follows.
    Ended,
}

impl Application {
    /// The stream of a run of the caller's: from the beginning, or after `from`, to its end.
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
        let run = self.run(caller, agent, thread, run).await?;
        let follower = Follower {
            application: self.clone(),
            organization: caller.organization,
            run: run.id,
            ready: VecDeque::new(),
            source: Source::Unknown,
            at: StreamPosition::default(),
            resume_from: from,
        };
        Ok(stream::try_unfold(follower, |mut follower| async move {
            Ok(follower.next().await?.map(|followed| (followed, follower)))
        })
        .boxed())
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
                    self.source = Source::Ended;
                    self.ready.clear();
                }
                return Ok(Some(Followed::Event(position, Box::new(event))));
            }
            match &mut self.source {
                Source::Ended => return Ok(None),
                Source::Unknown => self.find_source(),
                Source::Live { live, cursor, grown } => {
                    grown.borrow_and_update();
                    // Whether it has ended is asked before what is there is read: what it ended with is then read too.
                    let ended = live.has_ended();
                    self.ready.extend(live.read(cursor));
                    if !self.ready.is_empty() {
                        continue;
                    }
                    if ended {
                        // It ended without its last event: it was taken over, or its thread deleted.
                        self.source = Source::Stored { told: true };
                        continue;
                    }
                    let stopping = self.application.background.expired();
                    tokio::select! {
                        biased;
                        grown = grown.changed() => if grown.is_err() { self.source = Source::Stored { told: true } },
                        () = stopping.cancelled() => { self.source = Source::Ended; return Ok(Some(Followed::Closing)) }
                    }
                }
                Source::Stored { told } => {
                    let told = *told;
                    if let Some(followed) = self.read_stored(told).await? {
                        return Ok(Some(followed));
                    }
                }
            }
        }
    }

    fn find_source(&mut self) {
        self.source = match self.application.live.find_to_read(self.run) {
            None => Source::Stored { told: false },
            Some(live) => {
                let grown = live.watch();
                let cursor = match self.resume_from.take().map(|position| live.seek(position)) {
                    None => Cursor::default(),
                    Some(Ok(cursor)) => cursor,
                    Some(Err(instead)) => {
                        self.ready.extend(instead);
                        live.end()
                    }
                };
                Source::Live { live, cursor, grown }
            }
        };
    }

    /// Reads what the database knows: all of a run that has ended, or, for one that has not, waits a little.
    async fn read_stored(&mut self, told: bool) -> Result<Option<Followed>, Error> {
        let store = Arc::clone(&self.application.store);
        let Some(run) = store.find_run(self.organization, self.run).await? else {
            self.source = Source::Ended;
            return Ok(Some(Followed::Closing));
        };
        if !told && let Some(said) = store.find_message(self.organization, run.trigger_message_id).await? {
            self.tell(&run, RunEvent::MessageCreated(said));
        }
        self.source = Source::Stored { told: true };
        if run.status.has_ended() {
            let answer = match run.answer_message_id {
                Some(answer) => store.find_message(self.organization, answer).await?,
                None => None,
            };
            if let Some(answer) = &answer {
                let (message_id, content) = (answer.message.id, answer.message.content.clone());
                self.at.chars = content.chars().count();
                self.tell(&run, RunEvent::Snapshot { message_id, content });
            }
            for event in Application::last_events(run.clone(), answer) {
                self.tell(&run, event);
            }
            return Ok(None);
        }
        if !self.ready.is_empty() {
            return Ok(None);
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {
                // It may have begun here in the meantime.
                if self.application.live.find(self.run).is_some() {
                    self.source = Source::Unknown;
                }
                Ok(None)
            }
            () = self.application.background.stopping().cancelled() => {
                self.source = Source::Ended;
                Ok(Some(Followed::Closing))
            }
        }
    }

    fn tell(&mut self, run: &Run, event: RunEvent) {
        self.at.attempt = run.attempt.max(1);
        self.at.n += 1;
        self.ready.push_back((self.at, event));
    }
}
