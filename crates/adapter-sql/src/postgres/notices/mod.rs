//! Notices between nodes: NOTIFY with what is told as its payload, on a connection of its own, many at a time. What comes
//! while that is down, or when too much waits, is lost elsewhere and told here.

mod wire;

use std::{sync::OnceLock, time::Duration};

use futures_util::{Stream, StreamExt};
use stead_domain::ports::notifier::Notice;
use tokio::{runtime::Handle, sync::mpsc};
use tokio_postgres::{AsyncMessage, Client, Error};

use super::connect::Connector;
use crate::notices::Notices;

/// How many may wait to be told elsewhere, and how many are told at once.
const WAITING: usize = 4_096;
const AT_ONCE: usize = 512;

/// A node tells the others no more often than this.
const PAUSE: Duration = Duration::from_millis(10);

/// How long to wait before a broken connection is opened again, and before one is thought broken.
const RECONNECT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);

const LISTEN: &str = "LISTEN stead_notices";
const WHO_AM_I: &str = "SELECT pg_backend_pid()";
const NOTIFY: &str = "SELECT pg_notify('stead_notices', payload) FROM unnest($1::text[]) AS payload";

/// Tells every node.
#[derive(Debug, Clone)]
pub(super) struct NodeNotices {
    here: Notices,
    elsewhere: mpsc::Sender<Notice>,
}

impl NodeNotices {
    /// Opens the connection in the background; it is closed when nobody can tell anything any more.
    pub(super) fn start(connector: Connector, runtime: &Handle) -> Self {
        let (elsewhere, waiting) = mpsc::channel(WAITING);
        let here = Notices::default();
        runtime.spawn(keep_connected(connector, here.clone(), waiting));
        Self { here, elsewhere }
    }

    pub(super) fn tell(&self, notice: Notice) {
        // Too many wait, or the task has ended: it is lost there.
        self.elsewhere.try_send(notice.clone()).ok();
        self.here.tell(notice);
    }

    pub(super) fn here(&self) -> &Notices {
        &self.here
    }
}

/// Why a connection is given up.
enum Over {
    /// The store was dropped.
    Dropped,
    Broken(Error),
    Silent,
}

async fn keep_connected(connector: Connector, here: Notices, mut waiting: mpsc::Receiver<Notice>) {
    loop {
        match connector.listening().await {
            Ok((client, messages)) => {
                // What is this old says nothing any more.
                while waiting.try_recv().is_ok() {}
                match serve(&client, messages, &here, &mut waiting).await {
                    Over::Dropped => return,
                    Over::Broken(error) => tracing::info!(%error, "the connection for notices broke"),
                    Over::Silent => tracing::info!("the connection for notices does not answer"),
                }
            }
            Err(error) => tracing::warn!(%error, "no connection for notices: other nodes are told none"),
        }
        tokio::time::sleep(RECONNECT).await;
        if waiting.is_closed() {
            return;
        }
    }
}

async fn serve(
    client: &Client,
    mut messages: impl Stream<Item = Result<AsyncMessage, Error>> + Unpin,
    here: &Notices,
    waiting: &mut mpsc::Receiver<Notice>,
) -> Over {
    let own = OnceLock::new();
    let mut speaking = std::pin::pin!(speak(client, waiting, &own));
    loop {
        let message = tokio::select! {
            over = &mut speaking => return over,
            message = messages.next() => message,
        };
        match message {
            // Its own were told here at once.
            Some(Ok(AsyncMessage::Notification(told))) if own.get() == Some(&told.process_id()) => {}
            Some(Ok(AsyncMessage::Notification(told))) => {
                wire::notices(told.payload()).for_each(|notice| here.tell(notice));
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Over::Broken(error),
            None => return Over::Silent,
        }
    }
}

async fn speak(client: &Client, waiting: &mut mpsc::Receiver<Notice>, own: &OnceLock<i32>) -> Over {
    match in_time(listen(client)).await {
        Ok(pid) => own.get_or_init(|| pid),
        Err(over) => return over,
    };
    let mut told = Vec::with_capacity(AT_ONCE);
    loop {
        told.clear();
        if waiting.recv_many(&mut told, AT_ONCE).await == 0 {
            return Over::Dropped;
        }
        let payloads = match wire::payloads(&told) {
            Ok(payloads) => payloads,
            Err(error) => {
                tracing::error!(%error, "notices could not be written");
                continue;
            }
        };
        if let Err(over) = in_time(client.execute(NOTIFY, &[&payloads])).await {
            return over;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens, and answers as whom.
async fn listen(client: &Client) -> Result<i32, Error> {
    let pid = client.query_one(WHO_AM_I, &[]).await?.try_get(0)?;
    client.batch_execute(LISTEN).await?;
    Ok(pid)
}

async fn in_time<T>(done: impl Future<Output = Result<T, Error>>) -> Result<T, Over> {
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(done) => done.map_err(Over::Broken),
        Err(_elapsed) => Err(Over::Silent),
    }
}
