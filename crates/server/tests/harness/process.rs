//! The built binary, as an operator runs it.

use std::{
    fs::File,
    process::{ExitStatus, Output, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    task::JoinHandle,
};

use super::{Client, Setup, call::Address, patience::soon};

/// `stead serve`, which listens.
pub struct Process {
    child: Child,
    pub url: String,
    /// What it has said on stdout so far.
    output: JoinHandle<String>,
    address: Address,
}

/// The binary, with nothing in its environment but these settings.
pub fn stead(arguments: &[&str], settings: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stead"));
    command.args(arguments).env_clear().envs(settings.iter().cloned()).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub async fn run(arguments: &[&str], settings: &[(String, String)]) -> Output {
    soon("the command to end", stead(arguments, settings).output()).await.expect("the binary runs")
}

impl Process {
    /// Starts it and waits until it says where it listens.
    pub async fn serve(setup: &Setup, address: &Address) -> Self {
        // Whatever it logs goes nowhere: nobody reads this pipe.
        Self::start(setup, address, "off", Stdio::inherit()).await
    }

    /// The same; all that it logs goes to this file.
    pub async fn serve_logging(setup: &Setup, address: &Address, log: File) -> Self {
        Self::start(setup, address, "trace", Stdio::from(log)).await
    }

    async fn start(setup: &Setup, address: &Address, filter: &str, stderr: Stdio) -> Self {
        let mut settings = setup.settings();
        settings.push(("STEAD_LOG__FILTER".to_owned(), filter.to_owned()));
        Self::listening(stead(&["serve"], &settings).stderr(stderr), address).await
    }

    /// Starts what serves, and waits until it says where it listens.
    pub async fn listening(command: &mut Command, address: &Address) -> Self {
        let mut child = command.spawn().expect("the binary runs");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let first = soon("its first line", lines.next_line()).await.expect("text").expect("a line before it ends");
        let url =
            first.strip_prefix("listening on ").unwrap_or_else(|| panic!("the first line is {first:?}")).to_owned();
        address.set(&url);
        #[expect(clippy::disallowed_methods, reason = "it ends with the process, which ends with the test")]
        let output = tokio::spawn(async move {
            let mut said = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                said.push_str(&line);
                said.push('\n');
            }
            said
        });
        Self { child, url, output, address: address.clone() }
    }

    pub fn stranger(&self) -> Client {
        Client::new(self.address.clone())
    }

    /// Its id among the system's processes.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// kill -9.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it is killed");
    }

    /// Asks it to stop, as an operator does.
    pub async fn terminate(&self) {
        let id = self.id().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill runs");
        assert!(status.success());
    }

    /// Waits for its end; answers how it ended, how long that took, and what it said after its first line.
    pub async fn ended(mut self) -> (ExitStatus, Duration, String) {
        let begun = std::time::Instant::now();
        let status = soon("the process to end", self.child.wait()).await.expect("it ran");
        (status, begun.elapsed(), self.output.await.expect("its output"))
    }
}
