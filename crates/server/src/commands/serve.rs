use std::io::Write;

use super::{service_manager, signals::Signals};
use crate::{Server, config::Config, wire::Overrides};

pub async fn run(config: Config) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    allow_many_connections();
    let server = Server::start(&config, Overrides::default()).await?;
    greet(&config, &server)?;
    service_manager::ready();
    tokio::select! {
        ended = until_stopped(&server, &mut signals) => ended,
        never = service_manager::watched(Some(server.address())) => match never {},
    }
}

/// Each connection is an open file, of which a shell usually allows 1,024: as many as the system lets this process have.
fn allow_many_connections() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(most) => tracing::debug!(most, "files may be open at once"),
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the limit of open files stays as it is: it bounds how many connections there can be"
        ),
    }
}

async fn until_stopped(server: &Server, signals: &mut Signals) -> anyhow::Result<()> {
    tokio::select! {
        () = signals.received() => {}
        () = server.failed() => anyhow::bail!("the HTTP server ended by itself"),
    }
    service_manager::stopping();
    tracing::info!("stopping; a second signal stops at once");
    tokio::select! {
        () = server.stop() => tracing::info!("stopped"),
        () = signals.received() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

/// The line that tools wait for, and what a person does next.
fn greet(config: &Config, server: &Server) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {}", server.url())?;
    writeln!(out)?;
    writeln!(out, "  API browser   {}/docs", server.public_url())?;
    writeln!(
        out,
        "  First account curl {}/api/v1/auth/register --json '{{\"organization_name\":\"Acme\",\"email\":\"ann@example.org\",\
         \"password\":\"correct horse battery\",\"handle\":\"ann\",\"display_name\":\"Ann\"}}'",
        server.url()
    )?;
    match &config.llm.base_url {
        Some(url) => writeln!(out, "  Model         {} at {url}", config.llm.model.as_deref().unwrap_or_default())?,
        None => writeln!(
            out,
            "  Model         offline: it only quotes. For a real one set STEAD_LLM__BASE_URL, STEAD_LLM__API_KEY and \
             STEAD_LLM__MODEL"
        )?,
    }
    writeln!(out, "  Data          {}", config.data_dir.display())?;
    if let Some(address) = server.metrics_address() {
        writeln!(out, "  Figures       http://{address}/metrics")?;
    }
    Ok(out.flush()?)
}
