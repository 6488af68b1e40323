//! What systemd hears of a process that it started with `Type=notify`: that it is ready, that it stops, and, with
//! `WatchdogSec`, from time to time that it lives. Nothing where nobody listens.

use std::{convert::Infallible, future::pending, net::SocketAddr};

use sd_notify::NotifyState;
use tokio::task::spawn_blocking;

use super::healthcheck;

/// It is ready.
pub fn ready() {
    tell(NotifyState::Ready);
}

/// It begins to stop.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

/// Says twice within the time that systemd gives that the process lives: that this runtime does, and the HTTP server, if it
/// has one, answers. Never ends.
pub async fn watched(http: Option<SocketAddr>) -> Infallible {
    let Some(patience) = sd_notify::watchdog_enabled() else { return pending().await };
    let mut moments = tokio::time::interval(patience / 2);
    loop {
        moments.tick().await;
        match http {
            Some(address) if !answers(address).await => tracing::warn!("the HTTP server does not answer itself"),
            Some(_) | None => tell(NotifyState::Watchdog),
        }
    }
}

async fn answers(address: SocketAddr) -> bool {
    let asked = spawn_blocking(move || healthcheck::ask(address, "/healthz")).await;
    asked.is_ok_and(|status| status.is_ok_and(|status| status == 200))
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(error = &error as &dyn std::error::Error, "the service manager does not listen");
    }
}
