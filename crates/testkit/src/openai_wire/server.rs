//! The server itself: it listens, keeps what it was asked, and is told what to answer.

use std::{net::SocketAddr, sync::Arc};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::JoinSet, time::timeout};

use super::{
    recorded::RecordedRequest,
    reply::Reply,
    respond::respond,
    shared::{Progress, Shared},
    side::SideRequest,
};
use crate::gate::PATIENCE;

/// The server. Dropping it closes every connection.
#[derive(Debug)]
pub struct OpenAiWireServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// The listener and, within it, the connections: aborted when this is dropped.
    _listening: JoinSet<()>,
}

impl OpenAiWireServer {
    /// Starts on a free port of this machine. It answers with what the person said last, until it is told otherwise.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// The same, but only this key is let in.
    pub async fn start_with_key(key: impl Into<String>) -> Self {
        Self::start_with(Some(key.into())).await
    }

    async fn start_with(key: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let shared = Arc::new(Shared::new(key));
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, Arc::clone(&shared)));
        Self { address, shared, _listening: listening }
    }

    /// What an adapter is pointed at.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Answers the next request that no rule answers like this. Several wait in line.
    pub fn script(&self, reply: Reply) {
        self.shared.plan().script.push_back(reply);
    }

    /// Answers every request that fits like this, whatever is scripted.
    pub fn when(&self, fits: impl Fn(&RecordedRequest) -> bool + Send + 'static, reply: Reply) {
        self.shared.plan().rules.push((Box::new(fits), Box::new(move |_| reply.clone())));
    }

    /// Answers requests for a title with this one.
    pub fn title(&self, title: &str) {
        self.when(RecordedRequest::asks_for_title, Reply::text(title));
    }

    /// Answers every request that nothing else answers like this.
    pub fn answer_with(&self, answer: impl Fn(&RecordedRequest) -> Reply + Send + 'static) {
        self.shared.plan().default = Box::new(answer);
    }

    /// Every request to the chat-completions path so far, refused ones too.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.progress.borrow().requests.clone()
    }

    /// Answers the next request for vectors or a transcript like this: with a status, or a body.
    pub fn script_side(&self, reply: Reply) {
        self.shared.plan().side_script.push_back(reply);
    }

    /// Every request for vectors or a transcript so far, refused ones too.
    pub fn side_requests(&self) -> Vec<SideRequest> {
        self.shared.progress.borrow().side_requests.clone()
    }

    /// Why requests were refused as wrong.
    pub fn refusals(&self) -> Vec<String> {
        self.requests().into_iter().filter_map(|request| request.refused).collect()
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.progress.borrow().connections
    }

    /// Waits until so many requests have come.
    pub async fn wait_for_requests(&self, count: usize) {
        self.wait_for("requests", |progress| progress.requests.len() >= count).await;
    }

    /// Waits until so many clients have left before their answer was over.
    pub async fn wait_for_clients_left(&self, count: usize) {
        self.wait_for("clients to leave", |progress| progress.clients_left >= count).await;
    }

    async fn wait_for(&self, what: &str, reached: impl FnMut(&Progress) -> bool) {
        let mut progress = self.shared.progress.subscribe();
        timeout(PATIENCE, progress.wait_for(reached))
            .await
            .unwrap_or_else(|_| panic!("waited too long for {what}"))
            .expect("the server holds the sender");
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
        shared.progress.send_modify(|progress| progress.connections += 1);
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| respond(Arc::clone(&shared), request));
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service);
        connections.spawn(connection);
    }
}
