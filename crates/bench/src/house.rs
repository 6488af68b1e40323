//! The built binary, as an operator starts it, with a person who is signed in.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::Context;
use serde_json::{Value, json};
use stead_adapter_sql::testing::PostgresDatabase;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::store::Place;

/// Where a house keeps what it has, and how it is set.
pub struct Ground {
    pub name: &'static str,
    folder: TempDir,
    database: Option<PostgresDatabase>,
    model: Option<String>,
    more: Vec<(&'static str, String)>,
}

/// Which database a house has.
#[derive(Clone, Copy)]
pub enum On {
    Sqlite,
    Postgres,
}

/// A running house.
pub struct House {
    pub url: String,
    pub http: reqwest::Client,
    /// From the start of the process until it was ready.
    pub ready_after: Duration,
    child: Child,
}

impl Ground {
    pub async fn new(on: On) -> anyhow::Result<Self> {
        let (name, database) = match on {
            On::Sqlite => ("SQLite", None),
            On::Postgres => ("Postgres", Some(PostgresDatabase::empty().await?)),
        };
        Ok(Self { name, folder: tempfile::tempdir()?, database, model: None, more: Vec::new() })
    }

    /// Where its database is.
    pub fn place(&self) -> Place {
        match &self.database {
            Some(database) => Place::Postgres(database.url().to_owned()),
            None => Place::Sqlite(self.folder.path().join("stead.db")),
        }
    }

    /// With this endpoint as its model.
    pub fn model(mut self, base_url: &str) -> Self {
        self.model = Some(base_url.to_owned());
        self
    }

    /// With this setting too.
    pub fn setting(mut self, name: &'static str, value: &str) -> Self {
        self.more.push((name, value.to_owned()));
        self
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            ("STEAD_DATA_DIR", self.folder.path().display().to_string()),
            ("STEAD_SERVER__PORT", "0".to_owned()),
            ("STEAD_AUTH__SECRET", "0123456789abcdef0123456789abcdef0123456789abcdef".to_owned()),
            ("STEAD_LIMITS__REQUESTS_PER_SECOND", "0".to_owned()),
            ("STEAD_LIMITS__SENDS_PER_SECOND", "0".to_owned()),
            ("STEAD_LIMITS__INBOX_SENDS_PER_MINUTE", "0".to_owned()),
            ("STEAD_LIMITS__SIGN_IN_FAILURES_PER_ADDRESS", "0".to_owned()),
            ("STEAD_LOG__FILTER", "warn".to_owned()),
        ];
        if let Some(database) = &self.database {
            settings.push(("STEAD_DATABASE__URL", database.url().to_owned()));
        }
        if let Some(model) = &self.model {
            settings.push(("STEAD_LLM__BASE_URL", model.clone()));
            settings.push(("STEAD_LLM__MODEL", "bench".to_owned()));
            settings.push(("STEAD_LLM__MAX_CONCURRENT", "1024".to_owned()));
        }
        settings.extend(self.more.iter().cloned());
        settings
    }

    /// Starts the binary that was built beside this one, and waits until it is ready.
    pub async fn open(&self) -> anyhow::Result<House> {
        let stead = std::env::current_exe()?.with_file_name("stead");
        anyhow::ensure!(stead.is_file(), "{} is not built: `make bench` builds it", stead.display());
        let begun = Instant::now();
        let mut child = Command::new(stead)
            .arg("serve")
            .env_clear()
            .envs(self.settings())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output is read")?).lines();
        let url = loop {
            let line = lines.next_line().await?.context("stead ended before it was ready")?;
            if let Some(url) = line.strip_prefix("listening on ") {
                break url.to_owned();
            }
        };
        let http = client()?;
        http.get(format!("{url}/readyz")).send().await?.error_for_status()?;
        Ok(House { url, http, ready_after: begun.elapsed(), child })
    }
}

impl House {
    /// What it has in memory, in MiB.
    pub fn memory(&self) -> anyhow::Result<f64> {
        let id = self.child.id().context("it has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kibibytes: f64 = resident.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes / 1024.0)
    }

    /// Ends it at once.
    pub async fn close(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// The access token of a new account.
    pub async fn register(&self) -> anyhow::Result<String> {
        Ok(self.found().await?.token)
    }

    /// A key of the account's that imports.
    pub async fn key(&self, token: &str) -> anyhow::Result<String> {
        let scopes = ["threads:read", "threads:write", "threads:import", "channels:write", "channels:read"];
        let answer = self.post("/api-keys", Some(token), &json!({"name": "Bench", "scopes": scopes})).await?;
        Ok(answer["secret"].as_str().context("a key has a secret")?.to_owned())
    }

    /// The addresses of the messages of so many new threads.
    pub async fn threads(&self, token: &str, count: usize) -> anyhow::Result<Vec<String>> {
        let mut threads = Vec::new();
        for _ in 0..count {
            let thread = self.post("/chat/default/threads", Some(token), &json!({})).await?;
            let id = thread["id"].as_str().context("a thread has an id")?;
            threads.push(format!("{}/api/v1/chat/default/threads/{id}/messages", self.url));
        }
        Ok(threads)
    }

    /// Posts JSON below the API's base.
    pub async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}/api/v1{path}", self.url)).json(body);
        answer(path, if let Some(token) = token { request.bearer_auth(token) } else { request }).await
    }

    /// Gets JSON from below the API's base.
    pub async fn get(&self, path: &str, token: &str) -> anyhow::Result<Value> {
        answer(path, self.http.get(format!("{}/api/v1{path}", self.url)).bearer_auth(token)).await
    }
}

async fn answer(path: &str, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.text().await?;
    anyhow::ensure!(status.is_success(), "{path}: {status} {body}");
    Ok(serde_json::from_str(&body)?)
}

/// A client that talks to this machine alone.
pub fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
