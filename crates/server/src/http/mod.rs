//! The HTTP server: actix's, put together by hand, since its own `HttpServer` does not let one see the connections, and
//! actix waits for ever for the head of any request but a connection's first.

mod head_clock;
mod timed_io;

use std::{fmt, io, net::TcpListener, time::Duration};

use actix_http::{HttpService, Protocol, Request, Response};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    Error,
    body::MessageBody,
    dev::{AppConfig, Server},
    rt::net::TcpStream,
};

use head_clock::HeadClock;
pub use head_clock::head_arrived;
use timed_io::TimedIo;

use crate::config::ServerConfig;

/// How long the HTTP server waits for what is still open after the time of the rest is over: a stream says goodbye then.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Serves an app, which has to be wrapped in [`head_arrived`]. It begins when what is answered is awaited.
///
/// # Errors
/// The socket cannot be used.
pub fn serve<A, F, S, B>(listener: TcpListener, config: &ServerConfig, app: A) -> io::Result<Server>
where
    A: Fn() -> F + Send + Clone + 'static,
    F: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let ServerConfig { header_timeout, disconnect_timeout, keep_alive, shutdown_timeout, workers, .. } = *config;
    let mut server = Server::build().disable_signals().shutdown_timeout((shutdown_timeout + LAST_REQUESTS).as_secs());
    if workers > 0 {
        server = server.workers(workers);
    }
    let stopping = server.graceful_shutdown_signal();
    let server = server.listen("stead", listener, move || {
        let stopping = stopping.clone();
        let http = HttpService::build()
            .client_request_timeout(header_timeout)
            .client_disconnect_timeout(disconnect_timeout)
            .keep_alive(keep_alive)
            // Connections without a request are closed when the server is asked to stop.
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(|io: &TimedIo<TcpStream>, connection| {
                connection.insert(io.clock());
            })
            .finish(map_config(app().into_factory().map_err(|error| error.into().error_response()), |()| {
                AppConfig::default()
            }));
        fn_service(move |io: TcpStream| async move {
            // What a stream tells in small pieces does not wait until its client has acknowledged the piece before.
            if let Err(error) = io.set_nodelay(true) {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection was gone at once");
            }
            let from = io.peer_addr().ok();
            Ok((TimedIo::new(io, HeadClock::new(header_timeout, keep_alive)), Protocol::Http1, from))
        })
        .and_then(http)
    })?;
    Ok(server.run())
}
