use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use stead_domain::{
    OrganizationId, UserId,
    event::{EventCursor, EventPage},
    ports::{notifier::Notice, store::StoreError},
};
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    time::{Instant, MissedTickBehavior, interval},
};

use super::{
    audience::{self, Listeners, Recipients, Telling},
    credentials::{self, Judged},
    subscription::{Closing, Ending},
    told::Told,
};
use crate::{Application, Caller};

/// How many events are read at once.
const PAGE: u32 = 1_000;
/// How long to wait before the log is read again: what comes meanwhile is read together.
const PAUSE: Duration = Duration::from_millis(4);
/// How often the log is read if nothing says that there is more.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often credentials in use are looked at: with the answer's time less than the second within which a revocation on
/// another node is to hold.
const JUDGE_EVERY: Duration = Duration::from_millis(600);
/// How many notices are told at once.
const NOTICES: usize = 256;
/// How many connections may read what they missed at the same time.
const CATCHING_UP: usize = 8;

/// The connections of this process. The log is followed from the first of them on.
pub(crate) struct Realtime {
    joins: Mutex<Option<mpsc::UnboundedSender<Join>>>,
    /// Who may read what they missed now.
    pub(super) catching_up: Semaphore,
}

/// A connection that wants to be told what comes.
pub(super) struct Join {
    pub caller: Caller,
    pub queue: mpsc::Sender<Arc<Told>>,
    pub ending: Arc<Ending>,
    pub joined: oneshot::Sender<Joined>,
}

/// It is told everything after this place.
#[derive(Debug)]
pub(super) struct Joined {
    pub place: EventCursor,
    /// The place up to which everything was told.
    pub told: watch::Receiver<EventCursor>,
}

/// A connection that is told.
struct Connection {
    caller: Caller,
    queue: mpsc::Sender<Arc<Told>>,
    ending: Arc<Ending>,
}

type Connections = HashMap<OrganizationId, HashMap<UserId, Vec<Connection>>>;

/// Follows the log for this process.
struct Tail {
    application: Application,
    connections: Connections,
    /// The place up to which everything was told, while there are connections.
    told: Option<watch::Sender<EventCursor>>,
    judging: Option<BoxFuture<'static, Result<Judged, StoreError>>>,
}

impl Realtime {
    pub fn new() -> Self {
        Self { joins: Mutex::new(None), catching_up: Semaphore::new(CATCHING_UP) }
    }
}

impl Application {
    /// Has a connection told what comes.
    pub(super) fn join(&self, join: Join) {
        let mut joins = self.realtime.joins.lock().unwrap_or_else(PoisonError::into_inner);
        let joins = joins.get_or_insert_with(|| {
            let (sender, joining) = mpsc::unbounded_channel();
            self.background.spawn(Tail::new(self.clone()).follow(joining));
            sender
        });
        // Where nobody takes it, the process stops: who joins sees that nobody answers.
        joins.send(join).ok();
    }
}

impl Tail {
    fn new(application: Application) -> Self {
        Self { application, connections: HashMap::new(), told: None, judging: None }
    }

    async fn follow(mut self, mut joining: mpsc::UnboundedReceiver<Join>) {
        let stopping = self.application.background.stopping().clone();
        let mut wakeups = self.application.store.wakeups().fuse();
        let mut notices = self.application.notifier.notices().ready_chunks(NOTICES).fuse();
        let mut changes = self.application.changes.watch();
        let (mut look, mut judge) = (interval(LOOK_EVERY), interval(JUDGE_EVERY));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        judge.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => break,
                judged = judging(&mut self.judging) => self.end_those_not_good(judged),
                Ok(()) = changes.changed() => self.judge(),
                _ = judge.tick() => self.judge(),
                Some(join) = joining.recv() => self.take_in(join).await,
                Some(notices) = notices.next() => self.tell_notices(notices).await,
                Some(()) = wakeups.next() => self.read_on().await,
                _ = look.tick() => {
                    self.let_go();
                    self.read_on().await;
                }
            }
        }
        for connection in self.connections.into_values().flat_map(HashMap::into_values).flatten() {
            connection.ending.end(Closing::Stopping);
        }
    }

    async fn take_in(&mut self, join: Join) {
        let Join { caller, queue, ending, joined } = join;
        let told = match &self.told {
            Some(told) => told,
            None => match self.application.store.end_of_events().await {
                Ok(place) => self.told.insert(watch::Sender::new(place)),
                Err(error) => {
                    report("the end of the log", &error);
                    return ending.end(Closing::Unavailable);
                }
            },
        };
        let answer = Joined { place: *told.borrow(), told: told.subscribe() };
        // Who has gone meanwhile is let go with the others.
        joined.send(answer).ok();
        let users = self.connections.entry(caller.organization).or_default();
        users.entry(caller.user).or_default().push(Connection { caller, queue, ending });
        self.count();
    }

    /// Reads the log to its end and tells what it says.
    async fn read_on(&mut self) {
        loop {
            if self.connections.is_empty() {
                self.told = None;
                return;
            }
            let begun = Instant::now();
            match self.read_page().await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::time::sleep_until(begun + PAUSE).await;
                    return;
                }
                Err(error) => return report("the log", &error),
            }
        }
    }

    /// Tells a page of the log; answers whether there may be more.
    async fn read_page(&mut self) -> Result<bool, StoreError> {
        let Some(told) = &self.told else { return Ok(false) };
        let (store, place) = (&*self.application.store, *told.borrow());
        let events = match store.list_events(Some(place), PAGE).await? {
            EventPage::Events(events) => events,
            EventPage::Void => {
                tracing::warn!("the event log was set back or cut: those who follow it begin anew");
                self.end_all(Closing::Resync);
                self.told = None;
                return Ok(false);
            }
        };
        let Some(last) = events.last().map(|logged| logged.cursor) else { return Ok(false) };
        let may_be_more = events.len() == PAGE as usize;
        let tellings = audience::tellings(&self.application, events, &self.listeners()).await?;
        self.tell(tellings);
        if let Some(told) = &self.told {
            told.send_replace(last);
        }
        Ok(may_be_more)
    }

    async fn tell_notices(&mut self, notices: Vec<Notice>) {
        if self.connections.is_empty() {
            return;
        }
        match audience::fleeting(&self.application, notices, &self.listeners()).await {
            Ok(tellings) => self.tell(tellings),
            Err(error) => report("who is to be told", &error),
        }
    }

    fn listeners(&self) -> Listeners {
        self.connections.iter().map(|(organization, users)| (*organization, users.keys().copied().collect())).collect()
    }

    /// Hands each to those whom it concerns. Nobody is waited for: whose queue is full has to come again.
    fn tell(&mut self, tellings: Vec<Telling>) {
        let mut told = 0;
        for Telling { told: event, to } in tellings {
            let Some(users) = self.connections.get_mut(&event.organization) else { continue };
            match to {
                Recipients::All => users.values_mut().flatten().for_each(|connection| {
                    connection.tell(&event);
                    told += 1;
                }),
                Recipients::These(chosen) => {
                    for connection in chosen.iter().filter_map(|user| users.get(user)).flatten() {
                        connection.tell(&event);
                        told += 1;
                    }
                }
            }
        }
        metrics::counter!("stead_realtime_events_total").increment(told);
    }

    /// Begins to look which credentials are still good, unless that is being looked at.
    fn judge(&mut self) {
        if self.judging.is_none() && !self.connections.is_empty() {
            let callers = self.connections.values().flat_map(HashMap::values).flatten().map(|one| one.caller);
            let judging = credentials::judge(self.application.clone(), callers.collect());
            self.judging = Some(judging.boxed());
        }
    }

    fn end_those_not_good(&mut self, judged: Result<Judged, StoreError>) {
        match judged {
            Ok(judged) => {
                for connection in self.connections.values().flat_map(HashMap::values).flatten() {
                    if judged.is_bad(&connection.caller) {
                        connection.ending.end(Closing::Revoked);
                    }
                }
            }
            // Nobody is shut out: it cannot be known.
            Err(error) => report("whether credentials in use are still good", &error),
        }
    }

    fn end_all(&mut self, closing: Closing) {
        self.connections.values().flat_map(HashMap::values).flatten().for_each(|one| one.ending.end(closing));
        self.connections.clear();
        self.count();
    }

    /// Forgets the connections that are gone.
    fn let_go(&mut self) {
        self.connections.retain(|_, users| {
            users.retain(|_, connections| {
                connections.retain(|one| !one.queue.is_closed() && one.ending.closing().is_none());
                !connections.is_empty()
            });
            !users.is_empty()
        });
        self.count();
    }

    fn count(&self) {
        let connections: usize = self.connections.values().flat_map(HashMap::values).map(Vec::len).sum();
        metrics::gauge!("stead_realtime_connections").set(connections as f64);
    }
}

impl Connection {
    fn tell(&self, told: &Arc<Told>) {
        if !self.caller.scopes.hold(told.needs()) || self.ending.closing().is_some() {
            return;
        }
        // What is true for a moment is not worth a connection.
        if told.place.is_none() && self.queue.capacity() < self.queue.max_capacity() / 2 {
            return;
        }
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(Arc::clone(told)) {
            self.ending.end(Closing::TooSlow);
        }
    }
}

async fn judging(judging: &mut Option<BoxFuture<'static, Result<Judged, StoreError>>>) -> Result<Judged, StoreError> {
    match judging {
        Some(under_way) => {
            let judged = under_way.await;
            *judging = None;
            judged
        }
        None => std::future::pending().await,
    }
}

fn report(what: &str, error: &(dyn std::error::Error + 'static)) {
    tracing::warn!(what, error, "those who are connected cannot be told now");
}
