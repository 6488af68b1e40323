//! The wake-up of nodes by each other, on a connection of its own: a NOTIFY inside a commit would make commits wait for
//! each other. What is lost while the connection is down is made good by asking every second. The same connection watches what
//! holds the log back.

use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::{runtime::Handle, sync::watch, time::MissedTickBehavior};
use tokio_postgres::{AsyncMessage, Client, Error};

use super::{connect::Connector, held_back::HeldBack};
use crate::bell::Bell;

/// A node tells the others no more often than this, however many commits it makes.
const PAUSE: Duration = Duration::from_millis(5);

/// How long to wait before a broken connection is opened again.
const RECONNECT: Duration = Duration::from_secs(1);

/// How often it is looked at what holds the log back.
const LOOK: Duration = Duration::from_secs(1);

/// A statement that takes longer has lost its connection.
const PATIENCE: Duration = Duration::from_secs(5);

const LISTEN: &str = "LISTEN stead_events";
const NOTIFY: &str = "NOTIFY stead_events";

/// Tells other nodes that there are events, and hears it from them.
#[derive(Debug, Clone)]
pub(super) struct Signals {
    bell: Bell,
    told: watch::Sender<u64>,
}

impl Signals {
    /// Opens the connection in the background; it is closed when nobody can tell anything any more.
    pub(super) fn start(connector: Connector, runtime: &Handle) -> Self {
        let signals = Self { bell: Bell::default(), told: watch::Sender::default() };
        runtime.spawn(keep_connected(connector, signals.bell.clone(), signals.told.subscribe()));
        signals
    }

    /// Wakes those who wait in this process at once, and the others soon.
    pub(super) fn tell(&self) {
        self.bell.ring();
        self.told.send_modify(|times| *times = times.wrapping_add(1));
    }

    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }
}

/// Why a connection is given up.
enum Over {
    /// The store was dropped.
    Dropped,
    Broken(Error),
    Silent,
}

async fn keep_connected(connector: Connector, bell: Bell, mut told: watch::Receiver<u64>) {
    loop {
        match connector.listening().await {
            Ok((client, messages)) => {
                let over = tokio::select! {
                    over = hear(messages, &bell) => over,
                    over = speak(&client, &bell, &mut told) => over,
                };
                match over {
                    Over::Dropped => return,
                    Over::Broken(error) => tracing::info!(%error, "the connection for wake-ups broke"),
                    Over::Silent => tracing::info!("the connection for wake-ups does not answer"),
                }
            }
            Err(error) => tracing::warn!(%error, "no connection for wake-ups: events are noticed later"),
        }
        tokio::time::sleep(RECONNECT).await;
        if told.has_changed().is_err() {
            return;
        }
    }
}

async fn hear(mut messages: impl Stream<Item = Result<AsyncMessage, Error>> + Unpin, bell: &Bell) -> Over {
    while let Some(message) = messages.next().await {
        match message {
            Ok(AsyncMessage::Notification(_)) => bell.ring(),
            Ok(_) => {}
            Err(error) => return Over::Broken(error),
        }
    }
    Over::Silent
}

async fn speak(client: &Client, bell: &Bell, told: &mut watch::Receiver<u64>) -> Over {
    if let Err(over) = execute(client, LISTEN).await {
        return over;
    }
    // Others may have told something while nobody listened.
    bell.ring();
    let (mut held_back, mut looks) = (HeldBack::default(), tokio::time::interval(LOOK));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let has_told = tokio::select! {
            told = told.changed() => told,
            _ = looks.tick() => match in_time(held_back.watch(client)).await {
                Ok(()) => continue,
                // Who may not look is told nothing; wake-ups go on.
                Err(Over::Broken(error)) if error.as_db_error().is_some() => {
                    tracing::debug!(%error, "what holds the event log back cannot be seen");
                    continue;
                }
                Err(over) => return over,
            },
        };
        if has_told.is_err() {
            return Over::Dropped;
        }
        if let Err(over) = execute(client, NOTIFY).await {
            // It is told by the next connection.
            told.mark_changed();
            return over;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn execute(client: &Client, statement: &str) -> Result<(), Over> {
    in_time(client.batch_execute(statement)).await
}

async fn in_time(done: impl Future<Output = Result<(), Error>>) -> Result<(), Over> {
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(done) => done.map_err(Over::Broken),
        Err(_elapsed) => Err(Over::Silent),
    }
}
