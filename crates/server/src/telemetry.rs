//! Logs, to stderr, as text or as JSON; panics among them.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, IsTerminal},
    panic::{self, PanicHookInfo},
    thread,
};

use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, ParseError, filter_fn},
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

use crate::{
    config::{LogConfig, LogFormat},
    traces::Traces,
};

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

/// Starts logging, and tracing where it is wanted, for the whole process, and sends panics to the log.
///
/// # Errors
/// As [`TelemetryError`] says.
pub fn init(log: &LogConfig, traces: Option<&Traces>) -> Result<(), TelemetryError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(EnvFilter::try_new(&log.filter)?.and(filter_fn(is_for_the_log))))
        .with(traces.map(Traces::layer))
        .try_init()?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Libraries say in detail what they were given: a parser of HTML the text of a message, a client what it sends. So of them
/// nothing is logged below the level of an information, whatever the filter says. rmcp logs what servers of tools send and
/// are sent at any level; what went wrong is said by the adapter, without that.
fn is_for_the_log(metadata: &Metadata<'_>) -> bool {
    let writer = metadata.target().split("::").next().unwrap_or_default();
    writer.starts_with("stead") || (writer != "rmcp" && *metadata.level() <= Level::INFO)
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
