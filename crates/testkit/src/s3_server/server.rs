//! The server itself: it listens over a folder of its own.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    faults::{Faults, S3Fault},
    objects::Objects,
    uploads::Uploads,
};

/// An S3 server with one empty bucket. Dropping it closes every connection and removes what it kept.
#[derive(Debug)]
pub struct S3Server {
    address: SocketAddr,
    faults: Arc<Faults>,
    uploads: Arc<Uploads>,
    /// The listener and, within it, the connections: aborted when this is dropped.
    listening: JoinSet<()>,
    _folder: TempDir,
}

impl S3Server {
    /// The bucket.
    pub const BUCKET: &str = "stead-files";
    /// Who may use it.
    pub const ACCESS_KEY: &str = "STEADTESTACCESSKEY";
    /// Proves it.
    pub const SECRET_KEY: &str = "a secret/that+needs=care";

    /// Starts on a free port of this machine.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(Self::BUCKET)).expect("a bucket");
        let (faults, uploads) = (Arc::new(Faults::default()), Arc::new(Uploads::default()));
        let objects = Objects {
            disk: FileSystem::new(folder.path()).expect("a readable folder"),
            faults: Arc::clone(&faults),
            uploads: Arc::clone(&uploads),
        };
        let mut service = S3ServiceBuilder::new(objects);
        service.set_auth(SimpleAuth::from_single(Self::ACCESS_KEY, Self::SECRET_KEY));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, service.build()));
        Self { address, faults, uploads, listening, _folder: folder }
    }

    /// What an adapter is pointed at.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same as the server's setting.
    pub fn objects_url(&self) -> String {
        format!("s3://{}?region=us-east-1&endpoint={}", Self::BUCKET, self.endpoint())
    }

    /// From now on this is wrong.
    pub fn break_with(&self, fault: S3Fault) {
        self.faults.set(Some(fault));
    }

    /// Nothing is wrong any more.
    pub fn mend(&self) {
        self.faults.set(None);
    }

    /// The operations that were asked for, in order.
    pub fn requests(&self) -> Vec<&'static str> {
        self.faults.requests()
    }

    /// How many uploads in parts have begun and not ended.
    pub fn uploads_under_way(&self) -> usize {
        self.uploads.count()
    }

    /// As if each of them had begun so much earlier.
    pub fn age_uploads(&self, by: Duration) {
        self.uploads.age(by);
    }

    /// Is gone: connections are refused.
    pub async fn stop(&mut self) {
        self.listening.shutdown().await;
    }
}

async fn listen(listener: TcpListener, service: S3Service) {
    // Dropped with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        let (socket, _) = tokio::select! {
            accepted = listener.accept() => accepted.expect("a connection"),
            Some(_ended) = connections.join_next() => continue,
        };
        socket.set_nodelay(true).expect("an open socket");
        let socket = TokioIo::new(socket);
        connections.spawn(http1::Builder::new().timer(TokioTimer::new()).serve_connection(socket, service.clone()));
    }
}
