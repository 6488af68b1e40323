//! A process: started in an empty environment and a group of its own, watched, ended, and reaped.

use std::{
    process::Stdio,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rustix::{
    io::Errno,
    process::{Pid, Signal, kill_process_group},
};
use tokio::{
    io::AsyncReadExt,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{StdioConfig, failure::Fault};

/// A process whose input was closed may take so long to end.
const GRACE: Duration = Duration::from_secs(2);
/// So much of what a process complains is logged; the rest is read and forgotten.
const LOGGED_BYTES: usize = 16 * 1024;

/// A running process, or one that has ended.
pub(crate) struct Process {
    stop: CancellationToken,
    kill: CancellationToken,
    ended: CancellationToken,
    fault: OnceLock<Fault>,
}

impl Process {
    /// Starts a program; it is watched by a task until it has ended and is reaped.
    pub(super) fn start(
        config: &StdioConfig,
        command: &str,
        args: &[String],
        tasks: &TaskTracker,
    ) -> Result<(Arc<Self>, ChildStdin, ChildStdout), Fault> {
        let mut command = Command::new(command);
        command
            .args(args)
            .env_clear()
            .env("PATH", &config.path)
            .envs(config.environment.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| Fault::NotStarted(Arc::new(error)))?;
        let (Some(input), Some(output), Some(complaints)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Fault::Ended);
        };
        let process = Arc::new(Self {
            stop: CancellationToken::new(),
            kill: CancellationToken::new(),
            ended: CancellationToken::new(),
            fault: OnceLock::new(),
        });
        tasks.spawn(drain(complaints, process.ended.clone()));
        tasks.spawn(watch(child, Arc::clone(&process)));
        Ok((process, input, output))
    }

    /// Asks it to end; it is killed if it does not.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Ends it at once. The first reason stays.
    pub(super) fn fail(&self, fault: Fault) {
        // A later reason is a consequence of the first.
        drop(self.fault.set(fault));
        self.kill.cancel();
    }

    /// Why there is no answer any more.
    pub(crate) fn why_ended(&self) -> Fault {
        self.fault.get().cloned().unwrap_or(Fault::Ended)
    }

    /// Whether it is gone, or about to be.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.is_cancelled() || self.kill.is_cancelled() || self.stop.is_cancelled()
    }
}

/// Waits until it has ended, or ends it. Dropped itself, with its runtime, it kills.
async fn watch(mut child: Child, process: Arc<Process>) {
    let _marks_end = process.ended.clone().drop_guard();
    let _kills_rest = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let has_ended = tokio::select! {
        status = child.wait() => { log_end(status); true }
        () = process.kill.cancelled() => false,
        () = process.stop.cancelled() => match timeout(GRACE, child.wait()).await {
            Ok(status) => { log_end(status); true }
            Err(_elapsed) => false,
        },
    };
    if !has_ended && let Err(error) = child.kill().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a server's process could not be killed");
    }
}

fn log_end(status: std::io::Result<std::process::ExitStatus>) {
    match status {
        Ok(status) => tracing::debug!(%status, "a server's process has ended"),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a server's process could not be waited for")
        }
    }
}

/// What a process has started itself goes with it.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        // Mostly there is nobody left.
        if let Some(leader) = self.0
            && let Err(error) = kill_process_group(leader, Signal::KILL)
            && error != Errno::SRCH
        {
            tracing::warn!(%error, "what a server's process has started could not be killed");
        }
    }
}

/// Reads what it complains, so that it never has to wait.
async fn drain(mut complaints: ChildStderr, ended: CancellationToken) {
    let mut buffer = vec![0; 8 * 1024];
    let mut left = LOGGED_BYTES;
    loop {
        let read = tokio::select! {
            biased;
            read = complaints.read(&mut buffer) => read,
            () = ended.cancelled() => return,
        };
        let Ok(count @ 1..) = read else { return };
        let logged = count.min(left);
        if logged > 0 {
            tracing::debug!(text = ?String::from_utf8_lossy(&buffer[..logged]), "a server's process complains");
            left -= logged;
        }
    }
}
