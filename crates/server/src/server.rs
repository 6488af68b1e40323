use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    dev::ServerHandle,
    middleware::{Condition, from_fn},
};
use stead_api::{Api, ApiOptions};
use stead_application::Application;
use stead_domain::ports::Store;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    http,
    metrics::{self, Figures},
    traces,
    wire::{self, Overrides},
};

/// How long the HTTP server's threads may take to let go of everything after it has stopped, and how often is looked.
const LETTING_GO: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A running server.
pub struct Server {
    application: Application,
    store: Arc<dyn Store>,
    http: ServerHandle,
    ended: CancellationToken,
    address: SocketAddr,
    url: String,
    public_url: String,
    metrics_address: Option<SocketAddr>,
}

/// Why a server cannot start: one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody listens there.
    #[error("port {port} on {host} is in use: set another with server.port (STEAD_SERVER__PORT), or 0 for a free one")]
    PortTaken {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// It cannot be listened there.
    #[error("cannot listen on {host}:{port} (server.host, server.port)")]
    Listen {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// Why not.
        source: io::Error,
    },
}

impl Server {
    /// Starts everything: the database, the worker, the HTTP server.
    ///
    /// # Errors
    /// One line that says what cannot be right or cannot be reached.
    pub async fn start(config: &Config, overrides: Overrides) -> anyhow::Result<Self> {
        // The port first: nothing is migrated or claimed by a process that cannot serve.
        let listener = listen(config)?;
        let address = listener.local_addr()?;
        let recorder = metrics::gather(&config.metrics)?;
        let database = wire::database(config).await?;
        let store = Arc::clone(&database.store);
        let application = wire::application(config, database, overrides)?;
        let figures = Figures::show(&config.metrics, recorder, &application)?;
        let (url, public_url) = (config.server.listening_url(address.port()), config.server.public_url(address.port()));
        let options = ApiOptions {
            public_url: config.server.public_url.as_ref().map(ToString::to_string),
            max_body_bytes: config.server.max_body_bytes,
            body_timeout: config.server.body_timeout,
            trusted_proxies: config.server.trusted_proxies.0.clone(),
        };
        let api = Api::new(application.clone(), options);
        let (page, is_traced) = (figures.page, config.otel.endpoint.is_some());
        let app = move || {
            let app = api.app().configure(|services| page.mount(services));
            app.wrap(from_fn(http::head_arrived)).wrap(Condition::new(is_traced, from_fn(traces::take_up)))
        };
        let running = http::serve(listener, &config.server, app)?;
        let handle = running.handle();
        let ended = CancellationToken::new();
        let has_ended = ended.clone();
        application.background().spawn(async move {
            if let Err(error) = running.await {
                tracing::error!(error = &error as &dyn std::error::Error, "the HTTP server failed");
            }
            has_ended.cancel();
        });
        application.start_worker();
        application.start_presence();
        let metrics_address = figures.address;
        Ok(Self { application, store, http: handle, ended, address, url, public_url, metrics_address })
    }

    /// The socket that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where browsers find it.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Where the figures are shown, where that is an address of their own.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Waits for the HTTP server to end by itself.
    pub async fn failed(&self) {
        self.ended.cancelled().await;
    }

    /// Stops: no new connections, open requests and runs have the configured time, then everything ends.
    pub async fn stop(&self) {
        self.application.background().stopping().cancel();
        tokio::join!(self.application.stop(), self.http.stop(true));
    }

    /// After [`Server::stop`]: waits until nothing holds the database any more, so that it can be opened again at once.
    pub async fn let_go(self) {
        let Self { store, application, http, .. } = self;
        drop((application, http));
        // The last to go are the HTTP server's threads, and nobody tells when they are gone.
        let looking = async {
            while Arc::strong_count(&store) > 1 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(LETTING_GO, looking).await.is_err() {
            tracing::warn!("something still holds the database");
        }
    }

    /// Begins to stop, without waiting for anything.
    pub fn abandon(&self) {
        self.application.background().stopping().cancel();
        self.application.background().expired().cancel();
        // The answer only tells when it has stopped; the command is on its way without it.
        drop(self.http.stop(false));
    }
}

fn listen(config: &Config) -> Result<TcpListener, StartError> {
    let (host, port) = (config.server.host.clone(), config.server.port);
    TcpListener::bind((host.as_str(), port)).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken { host, port },
        _ => StartError::Listen { host, port, source },
    })
}
