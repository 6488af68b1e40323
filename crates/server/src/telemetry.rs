//! Logs, to stderr, as text or as JSON; panics among them.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, IsTerminal},
    panic::{self, PanicHookInfo},
    thread,
};

use tracing_subscriber::{EnvFilter, filter::ParseError, util::TryInitError};

use crate::config::{LogConfig, LogFormat};

/// Why there are no logs.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `log.filter` is no filter.
    #[error("log.filter is not a filter")]
    Filter(#[from] ParseError),
    /// Somebody else in this process takes the logs already.
    #[error("logging is set up already")]
    Taken(#[from] TryInitError),
}

/// Starts logging for the whole process, and sends panics there.
///
/// # Errors
/// As [`TelemetryError`] says.
pub fn init(log: &LogConfig) -> Result<(), TelemetryError> {
    use tracing_subscriber::util::SubscriberInitExt;

    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&log.filter)?)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => lines.finish().try_init()?,
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).finish().try_init()?,
    }
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// The message, the place and, where `RUST_BACKTRACE` asks for it, the way there.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = thread::current();
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| tracing::field::display(&backtrace));
    tracing::error!(location, thread = thread.name(), backtrace, "panicked: {message}");
}
