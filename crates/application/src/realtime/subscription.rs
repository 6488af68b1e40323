use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
    time::Duration,
};

use stead_domain::event::{EventCursor, EventPage};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    audience,
    tail::{Join, Joined},
    told::Told,
};
use crate::{Application, Caller, Error, believed::BELIEVED};

/// How many events may wait for a connection before it is closed.
const QUEUE: usize = 256;
/// How many events of the log are read at once for one who missed them.
const PAGE: u32 = 500;
/// A connection is told where it is when nothing else was said for so long.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// One connection: what it missed, then what comes, each once and in the order of the log.
pub struct Subscription {
    application: Application,
    caller: Caller,
    ending: Arc<Ending>,
    ready: VecDeque<Frame>,
    /// The place up to which it has been told, while it reads what it missed.
    behind: Option<EventCursor>,
    /// Whether it has read to the end of the log, as that was a moment ago.
    is_near: bool,
    /// Whether something cannot be told any more.
    has_missed: bool,
    live: Option<Live>,
    /// When the credential was last looked at, while nobody else does.
    looked: Instant,
    silent_since: Instant,
}

/// What a connection is told.
#[derive(Debug, Clone)]
pub enum Frame {
    /// It is connected: what follows is everything after this place.
    Hello(EventCursor),
    /// Something has happened.
    Event(Arc<Told>),
    /// It has missed something that can no longer be told: read everything as it is, what follows is everything after
    /// this place.
    Resync(EventCursor),
    /// Nothing has happened, up to this place.
    Heartbeat(EventCursor),
    /// Nothing follows.
    Closing(Closing),
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// What it came with is good no longer.
    Revoked,
    /// It takes what it is told too slowly: connect again and go on.
    TooSlow,
    /// The log was set back under it: connect again.
    Resync,
    /// The server stops: connect again and go on.
    Stopping,
    /// What it missed cannot be read now: connect again and go on.
    Unavailable,
}

/// That a connection ends, and why: the first reason counts.
#[derive(Debug, Default)]
pub(super) struct Ending {
    why: OnceLock<Closing>,
    ended: CancellationToken,
}

/// What a connection is told as it comes.
struct Live {
    queue: mpsc::Receiver<Arc<Told>>,
    /// Where it joined: what comes is everything after this place.
    from: EventCursor,
    /// The place up to which everything was handed out.
    told: watch::Receiver<EventCursor>,
    /// The place up to which this connection has been told everything.
    at: EventCursor,
}

impl Ending {
    pub fn end(&self, why: Closing) {
        self.why.get_or_init(|| why);
        self.ended.cancel();
    }

    pub fn closing(&self) -> Option<Closing> {
        self.why.get().copied()
    }

    async fn ended(&self) -> Closing {
        self.ended.cancelled().await;
        self.closing().unwrap_or(Closing::Unavailable)
    }
}

impl Application {
    /// Connects the caller: from `since` on, or from now on.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while the server stops.
    pub fn connect(&self, caller: &Caller, since: Option<EventCursor>) -> Result<Subscription, Error> {
        if self.background.stopping().is_cancelled() {
            return Err(Error::Unavailable(None));
        }
        let now = Instant::now();
        Ok(Subscription {
            application: self.clone(),
            caller: *caller,
            ending: Arc::default(),
            ready: since.map(Frame::Hello).into_iter().collect(),
            behind: since,
            is_near: false,
            has_missed: false,
            live: None,
            looked: now,
            silent_since: now,
        })
    }
}

impl Subscription {
    /// The next that it is told. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Frame {
        loop {
            if let Some(closing) = self.closing().await {
                return Frame::Closing(closing);
            }
            if let Some(frame) = self.ready.pop_front() {
                self.silent_since = Instant::now();
                return frame;
            }
            let stopping = self.application.background.stopping().clone();
            let ending = Arc::clone(&self.ending);
            let heartbeat = self.silent_since + HEARTBEAT;
            tokio::select! {
                biased;
                closing = ending.ended() => return Frame::Closing(closing),
                () = stopping.cancelled() => ending.end(Closing::Stopping),
                () = tokio::time::sleep_until(heartbeat) => self.beat(),
                done = self.step() => if let Err(error) = done {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a connection cannot be told what it missed");
                    ending.end(Closing::Unavailable);
                },
            }
        }
    }

    /// Waits until it ends, while something is being sent.
    pub async fn ended(&self) {
        let stopping = self.application.background.stopping();
        tokio::select! {
            _ = self.ending.ended() => {}
            () = stopping.cancelled() => {}
        }
    }

    /// Whose it is.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Whether it has ended. As long as nobody else looks after its credential, it is looked at here.
    async fn closing(&mut self) -> Option<Closing> {
        if self.live.is_none() && self.looked.elapsed() >= BELIEVED / 2 {
            self.looked = Instant::now();
            let (application, caller) = (&self.application, &self.caller);
            // While the database is away nobody is shut out: it cannot be known.
            if matches!(application.is_still_good(caller, BELIEVED).await, Ok(false)) {
                self.ending.end(Closing::Revoked);
            }
        }
        self.ending.closing()
    }

    /// Goes on; what there is to tell then is ready. Dropped at any point it has changed nothing.
    async fn step(&mut self) -> Result<(), Error> {
        match (self.behind, &mut self.live) {
            (Some(after), None) if !self.is_near => self.catch_up(after, None).await,
            (after, None) => self.join(after).await,
            (Some(after), Some(live)) => {
                let until = live.from;
                self.catch_up(after, Some(until)).await
            }
            (None, Some(live)) => {
                match live.queue.recv().await {
                    Some(told) if live.is_new(&told) => self.ready.push_back(Frame::Event(told)),
                    Some(_) => {}
                    // Whoever tells it has ended without a word.
                    None => self.ending.end(Closing::Unavailable),
                }
                Ok(())
            }
        }
    }

    /// Reads some of what was missed: to the end of the log, or up to a place.
    async fn catch_up(&mut self, after: EventCursor, until: Option<EventCursor>) -> Result<(), Error> {
        let (store, caller) = (&*self.application.store, &self.caller);
        let turn = self.application.realtime.catching_up.acquire().await;
        let EventPage::Events(mut events) = store.list_events(Some(after), PAGE).await? else {
            (self.behind, self.has_missed, self.live) = (None, true, None);
            return Ok(());
        };
        let mut is_end = events.len() < PAGE as usize;
        if let Some(until) = until {
            let read = events.len();
            events.retain(|logged| order(logged.cursor) <= order(until));
            is_end |= events.len() < read;
        }
        let last = events.last().map_or(after, |logged| logged.cursor);
        let tellings = audience::tellings_to_one(&self.application, events, caller.organization, caller.user).await?;
        drop(turn);
        let told = tellings.into_iter().map(|telling| telling.told).filter(|told| caller.scopes.hold(told.needs()));
        self.ready.extend(told.map(Frame::Event));
        self.behind = Some(last);
        match &mut self.live {
            None => self.is_near = is_end,
            Some(live) if is_end => {
                live.at = if order(last) > order(live.from) { last } else { live.from };
                self.behind = None;
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Has itself told what comes from now on.
    async fn join(&mut self, after: Option<EventCursor>) -> Result<(), Error> {
        let (queue, coming) = mpsc::channel(QUEUE);
        let (joined, answer) = oneshot::channel();
        self.application.join(Join { caller: self.caller, queue, ending: Arc::clone(&self.ending), joined });
        let Joined { place: from, told } = answer.await.map_err(|_ended| Error::Unavailable(None))?;
        self.live = Some(Live { queue: coming, from, told, at: from });
        let (at, greeting) = match after {
            // The rest is read first.
            Some(after) if after.epoch == from.epoch && order(after) < order(from) => return Ok(()),
            // It has read further than where it joined: that is not told again.
            Some(after) if after.epoch == from.epoch => (after, None),
            Some(_) => (from, Some(Frame::Resync(from))),
            None if self.has_missed => (from, Some(Frame::Resync(from))),
            None => (from, Some(Frame::Hello(from))),
        };
        self.behind = None;
        self.live = self.live.take().map(|live| Live { at, ..live });
        self.ready.extend(greeting);
        Ok(())
    }

    /// Says where it is.
    fn beat(&mut self) {
        self.silent_since = Instant::now();
        let Some(live) = &mut self.live else {
            self.ready.extend(self.behind.map(Frame::Heartbeat));
            return;
        };
        if self.behind.is_some() {
            return;
        }
        // Read before the queue is seen to be empty: then everything up to there was told.
        let told = *live.told.borrow();
        match live.queue.try_recv() {
            Ok(event) if live.is_new(&event) => self.ready.push_back(Frame::Event(event)),
            Ok(_) => {}
            Err(_) => {
                if order(told) > order(live.at) {
                    live.at = told;
                }
                self.ready.push_back(Frame::Heartbeat(live.at));
            }
        }
    }
}

impl Live {
    /// Whether it has not been told yet.
    fn is_new(&mut self, told: &Told) -> bool {
        let Some(place) = told.place else { return true };
        let is_new = order(place) > order(self.at);
        if is_new {
            self.at = place;
        }
        is_new
    }
}

/// Places of one epoch in their order.
fn order(place: EventCursor) -> (i64, i64) {
    (place.transaction, place.row)
}
