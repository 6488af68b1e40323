//! The connections that are kept: one for each server, of the version that was asked for last.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use stead_domain::{
    McpServerId,
    ports::tool_server::{ToolServerAddress, ToolServerError, ToolServerErrorKind},
};
use tokio::{runtime::Handle, time::Instant};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    connection::{Connection, Opener},
    failure::error,
};

pub(crate) struct Connections {
    opener: Arc<Opener>,
    runtime: Handle,
    slots: Mutex<HashMap<McpServerId, Arc<Slot>>>,
}

/// The place of one server's connection.
struct Slot {
    version: i64,
    /// Held while it is made: those who come meanwhile wait for the same.
    connection: tokio::sync::Mutex<Option<Arc<Connection>>>,
    users: AtomicUsize,
    last_used: Mutex<Instant>,
}

/// A connection in use. It stays open at least as long.
pub(crate) struct Lease {
    pub(crate) connection: Arc<Connection>,
    user: User,
}

impl Connections {
    /// Connections are made on this runtime, whoever asks for them; idle ones are closed until the end.
    pub(crate) fn new(opener: Opener, runtime: Handle, end: CancellationToken) -> Arc<Self> {
        let idle = opener.config.idle_timeout;
        let tasks = opener.tasks.clone();
        let connections =
            Arc::new(Self { opener: Arc::new(opener), runtime: runtime.clone(), slots: Mutex::default() });
        tasks.spawn_on(sweep(Arc::downgrade(&connections), idle, end), &runtime);
        connections
    }

    /// The server's connection, made if there is none that works.
    pub(crate) async fn get(&self, server: &ToolServerAddress) -> Result<Lease, ToolServerError> {
        let user = self.user(server)?;
        let mut connection = user.slot.connection.lock().await;
        if let Some(connection) = connection.as_ref().filter(|connection| connection.is_usable()) {
            let connection = Arc::clone(connection);
            return Ok(Lease { connection, user: user.clone() });
        }
        *connection = None;
        let made = Arc::new(self.open(server).await?);
        *connection = Some(Arc::clone(&made));
        Ok(Lease { connection: made, user: user.clone() })
    }

    /// Lets go of everything.
    pub(crate) fn clear(&self) {
        self.slots().clear();
    }

    async fn open(&self, server: &ToolServerAddress) -> Result<Connection, ToolServerError> {
        let (opener, endpoint) = (Arc::clone(&self.opener), server.endpoint.clone());
        let opening = self.opener.tasks.spawn_on(async move { opener.open(&endpoint).await }, &self.runtime);
        // A caller that leaves ends it.
        let opened = AbortOnDropHandle::new(opening).await;
        opened
            .map_err(|failed| error(ToolServerErrorKind::Unavailable, "connecting was broken off").caused_by(failed))?
    }

    fn user(&self, server: &ToolServerAddress) -> Result<User, ToolServerError> {
        let mut slots = self.slots();
        if let Some(slot) = slots.get(&server.id).filter(|slot| slot.version == server.version) {
            return Ok(User::of(slot));
        }
        // One of another version goes when its last user has left.
        slots.remove(&server.id);
        if slots.len() >= self.opener.config.max_connections && !evict(&mut slots) {
            return Err(error(ToolServerErrorKind::Unavailable, "too many servers are in use (mcp.max_connections)"));
        }
        let slot = Arc::new(Slot {
            version: server.version,
            connection: tokio::sync::Mutex::default(),
            users: AtomicUsize::new(0),
            last_used: Mutex::new(Instant::now()),
        });
        let user = User::of(&slot);
        slots.insert(server.id, slot);
        Ok(user)
    }

    fn close_idle(&self, idle: Duration) {
        self.slots().retain(|_, slot| slot.is_used() || slot.last_used().elapsed() < idle);
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<McpServerId, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the connection that nobody has used for longest. False if all are in use.
fn evict(slots: &mut HashMap<McpServerId, Arc<Slot>>) -> bool {
    let unused = slots.iter().filter(|(_, slot)| !slot.is_used());
    let oldest = unused.min_by_key(|(_, slot)| slot.last_used()).map(|(id, _)| *id);
    oldest.is_some_and(|id| slots.remove(&id).is_some())
}

async fn sweep(connections: Weak<Connections>, idle: Duration, end: CancellationToken) {
    let mut pause = tokio::time::interval(idle.div_f64(4.0).max(Duration::from_millis(100)));
    loop {
        tokio::select! {
            _now = pause.tick() => {}
            () = end.cancelled() => return,
        }
        let Some(connections) = connections.upgrade() else { return };
        connections.close_idle(idle);
    }
}

impl Slot {
    fn is_used(&self) -> bool {
        self.users.load(Ordering::Relaxed) > 0
    }

    fn last_used(&self) -> Instant {
        *self.last_used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who uses a slot, or waits for it. Counted under the lock of all slots, so that none is taken away meanwhile.
struct User {
    slot: Arc<Slot>,
}

impl User {
    fn of(slot: &Arc<Slot>) -> Self {
        slot.users.fetch_add(1, Ordering::Relaxed);
        Self { slot: Arc::clone(slot) }
    }
}

impl Clone for User {
    fn clone(&self) -> Self {
        Self::of(&self.slot)
    }
}

impl Drop for User {
    fn drop(&mut self) {
        *self.slot.last_used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.slot.users.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lease {
    /// Never uses it again.
    pub(crate) async fn discard(self) {
        let mut kept = self.user.slot.connection.lock().await;
        if kept.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, &self.connection)) {
            *kept = None;
        }
    }
}
