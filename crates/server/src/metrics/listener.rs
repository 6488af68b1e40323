use std::net::SocketAddr;

use actix_web::{App, HttpServer};
use anyhow::Context;
use stead_application::Background;

use super::MetricsPage;

/// Shows the page of figures, and nothing else, on an address of its own, until the process stops. Answers the address,
/// with the port that was really taken.
///
/// # Errors
/// The address cannot be had.
pub fn listen(address: SocketAddr, page: MetricsPage, background: &Background) -> anyhow::Result<SocketAddr> {
    let server = HttpServer::new(move || App::new().configure(|services| page.open(services)))
        .disable_signals()
        .workers(1)
        .bind(address)
        .with_context(|| format!("cannot listen on {address} (metrics.listen)"))?;
    let taken = server.addrs().first().copied().unwrap_or(address);
    let running = server.run();
    let (handle, stopping) = (running.handle(), background.stopping().clone());
    background.spawn(async move {
        tokio::select! {
            ended = running => if let Err(error) = ended {
                tracing::error!(error = &error as &dyn std::error::Error, "the server of the figures failed");
            },
            () = stopping.cancelled() => handle.stop(false).await,
        }
    });
    Ok(taken)
}
