//! The server itself: it listens, keeps what it was asked, and is told what to do.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use hyper::{HeaderMap, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};

use super::{fault::PineconeFault, index::Index, respond::respond};
use crate::lagging::Lagging;

/// A Pinecone index. Dropping it closes every connection.
#[derive(Debug)]
pub struct PineconeServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// The listener and, within it, the connections: aborted when this is dropped.
    listening: JoinSet<()>,
}

/// A request that the server got.
#[derive(Debug, Clone)]
pub struct PineconeRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// The parameters of its address.
    pub parameters: HashMap<String, String>,
    /// Its body; null where it was no JSON.
    pub body: Value,
    /// How many bytes that had.
    pub bytes: usize,
    /// Why it was refused, where it was.
    pub refused: Option<String>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) dimension: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) index: Lagging<Index>,
    metric: &'static str,
    fault: Option<(PineconeFault, usize)>,
    requests: Vec<PineconeRequest>,
}

impl PineconeServer {
    /// Who may use it.
    pub const API_KEY: &str = "pcsk_a-secret_that+needs=care";

    /// Starts on a free port of this machine, for vectors of that length.
    pub async fn start(dimension: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let state = State { index: Lagging::default(), metric: "cosine", fault: None, requests: Vec::new() };
        let shared = Arc::new(Shared { dimension, state: Mutex::new(state) });
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, Arc::clone(&shared)));
        Self { address, shared, listening }
    }

    /// What an adapter is pointed at.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same as the server's setting.
    pub fn vectors_url(&self) -> String {
        format!("pinecone://{}", self.address())
    }

    /// From now on this is wrong.
    pub fn break_with(&self, fault: PineconeFault) {
        self.shared.state().fault = Some((fault, usize::MAX));
    }

    /// This is wrong with so many requests, and then nothing.
    pub fn break_next(&self, requests: usize, fault: PineconeFault) {
        self.shared.state().fault = Some((fault, requests));
    }

    /// Nothing is wrong any more, and everything is shown.
    pub fn mend(&self) {
        let mut state = self.shared.state();
        state.fault = None;
        state.index.lag_for(Duration::ZERO);
    }

    /// Shows what is written so much later.
    pub fn lag_for(&self, lag: Duration) {
        self.shared.state().index.lag_for(lag);
    }

    /// Shows what is there now, whatever is written.
    pub fn freeze(&self) {
        self.shared.state().index.freeze();
    }

    /// Says that it measures by this.
    pub fn measures_by(&self, metric: &'static str) {
        self.shared.state().metric = metric;
    }

    /// Every request so far, in order, refused ones too.
    pub fn requests(&self) -> Vec<PineconeRequest> {
        self.shared.state().requests.clone()
    }

    /// How many requests there were to a path.
    pub fn count(&self, path: &str) -> usize {
        self.shared.state().requests.iter().filter(|request| request.path == path).count()
    }

    /// Why requests were refused as wrong.
    pub fn refusals(&self) -> Vec<String> {
        self.shared.state().requests.iter().filter_map(|request| request.refused.clone()).collect()
    }

    /// The ids that a namespace holds, shown or not, in order.
    pub fn ids(&self, namespace: &str) -> Vec<String> {
        self.shared.state().index.truth().ids(namespace).map(str::to_owned).collect()
    }

    /// Is gone: connections are refused.
    pub async fn stop(&mut self) {
        self.listening.shutdown().await;
    }
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panicked")
    }

    pub(super) fn metric(&self) -> &'static str {
        self.state().metric
    }

    pub(super) fn keep(&self, request: PineconeRequest) {
        self.state().requests.push(request);
    }

    /// What is wrong with the request that came.
    pub(super) fn next_fault(&self) -> Option<PineconeFault> {
        let mut state = self.state();
        let (fault, left) = state.fault.as_mut()?;
        if *left == 0 {
            state.fault = None;
            return None;
        }
        *left -= 1;
        Some(fault.clone())
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        let (socket, _) = tokio::select! {
            accepted = listener.accept() => accepted.expect("a connection"),
            Some(_ended) = connections.join_next() => continue,
        };
        socket.set_nodelay(true).expect("an open socket");
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| respond(Arc::clone(&shared), request));
        connections
            .spawn(http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service));
    }
}
