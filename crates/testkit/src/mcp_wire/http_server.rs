//! The server over HTTP.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
};

use hyper::{HeaderMap, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    http::{Desk, respond},
    shared::{Shared, controls},
};

/// A server over Streamable HTTP. Dropping it closes every connection.
#[derive(Debug)]
pub struct McpHttpServer {
    address: SocketAddr,
    pub(super) shared: Arc<Shared>,
    desk: Arc<Desk>,
    /// The listener and, within it, the connections: aborted when this is dropped.
    listening: JoinSet<()>,
}

/// How answers come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswersBy {
    /// As a body of JSON.
    Json,
    /// Among the events of a stream.
    Events,
}

controls!(McpHttpServer);

impl McpHttpServer {
    /// Starts on a free port of this machine.
    pub async fn start(answers_by: AnswersBy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let (shared, desk) = (Arc::new(Shared::new()), Arc::new(Desk::default()));
        desk.answers_by_events.store(answers_by == AnswersBy::Events, Ordering::Relaxed);
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, Arc::clone(&shared), Arc::clone(&desk)));
        Self { address, shared, desk, listening }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The headers of every request so far.
    pub fn headers(&self) -> Vec<HeaderMap> {
        self.shared.progress.borrow().headers.clone()
    }

    /// Forgets every session, as after a restart.
    pub fn forget_sessions(&self) {
        self.desk.sessions().clear();
    }

    /// Stops listening, breaks every connection and forgets every session.
    pub async fn stop(&mut self) {
        self.listening.shutdown().await;
        self.forget_sessions();
    }

    /// The same, and begins again at the same address.
    pub async fn restart(&mut self) {
        self.stop().await;
        let listener = TcpListener::bind(self.address).await.expect("the same port");
        self.listening.spawn(listen(listener, Arc::clone(&self.shared), Arc::clone(&self.desk)));
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>, desk: Arc<Desk>) {
    // Dropped with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        let (socket, _) = tokio::select! {
            accepted = listener.accept() => accepted.expect("a connection"),
            Some(_ended) = connections.join_next() => continue,
        };
        socket.set_nodelay(true).expect("an open socket");
        shared.progress.send_modify(|progress| progress.connections += 1);
        let (shared, desk) = (Arc::clone(&shared), Arc::clone(&desk));
        let service = service_fn(move |request| respond(Arc::clone(&shared), Arc::clone(&desk), request));
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service);
        connections.spawn(connection);
    }
}
