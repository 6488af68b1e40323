//! A fresh, migrated database for each test. Only with the feature `testing`.
//!
//! Postgres: one database per run of the tests is migrated and then copied, which takes a tenth of the time. The server is
//! named by `STEAD_TEST_POSTGRES_URL`; `scripts/postgres` starts one.

use std::thread;

use diesel::{
    migration::{Migration, MigrationSource},
    pg::Pg,
};
use tokio_postgres::{Client, Config, NoTls};
use uuid::Uuid;

use crate::{OpenError, PostgresStore, migrations};

/// The variable that names the server.
pub const URL: &str = "STEAD_TEST_POSTGRES_URL";

/// The advisory lock of those who make the template.
const TEMPLATE_LOCK: i64 = 0x7465_6d70_6c61;

/// A database of its own, dropped with this.
#[derive(Debug)]
pub struct PostgresDatabase {
    server: String,
    name: String,
    url: String,
}

/// No database could be made.
#[derive(Debug, thiserror::Error)]
pub enum TestDatabaseError {
    /// No server is named.
    #[error("{URL} is not set: run the tests with `scripts/postgres <command>`")]
    NoServer,
    /// The server refused.
    #[error("the test server failed")]
    Server(#[from] tokio_postgres::Error),
    /// The template could not be migrated.
    #[error("the template could not be migrated")]
    Template(#[from] OpenError),
}

impl PostgresDatabase {
    /// An empty database without any schema.
    ///
    /// # Errors
    /// There is no server, or it refuses.
    pub async fn empty() -> Result<Self, TestDatabaseError> {
        Self::create("template0").await
    }

    /// A migrated database.
    ///
    /// # Errors
    /// There is no server, or it refuses.
    pub async fn migrated() -> Result<Self, TestDatabaseError> {
        let template = template(&server()?).await?;
        Self::create(&template).await
    }

    async fn create(template: &str) -> Result<Self, TestDatabaseError> {
        let server = server()?;
        let name = format!("stead_test_{}", random());
        let client = connect(&server).await?;
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
        let url = url_of(&server, &name);
        Ok(Self { server, name, url })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection beside the store's, to look at what it does.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn client(&self) -> Result<Client, TestDatabaseError> {
        Ok(connect(&self.url).await?)
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A test's runtime cannot be waited for from here.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let client = connect(&server).await?;
                client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        });
        match dropping.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error, name = self.name, "a test's database was not dropped"),
            Err(_panic) => tracing::warn!(name = self.name, "a test's database was not dropped"),
        }
    }
}

fn server() -> Result<String, TestDatabaseError> {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the server is")]
    let url = std::env::var(URL);
    url.ok().filter(|url| !url.is_empty()).ok_or(TestDatabaseError::NoServer)
}

/// The migrated database that tests copy: made by whoever needs it first.
async fn template(server: &str) -> Result<String, TestDatabaseError> {
    let name = format!("stead_template_{:016x}", fingerprint()?);
    let client = connect(server).await?;
    client.execute("SELECT pg_advisory_lock($1)", &[&TEMPLATE_LOCK]).await?;
    let there = client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await?;
    if there.is_none() {
        // Under another name until it is whole.
        let unfinished = format!("{name}_{}", random());
        client.batch_execute(&format!("CREATE DATABASE {unfinished} TEMPLATE template0")).await?;
        PostgresStore::migrate(&url_of(server, &unfinished)).await?;
        client.batch_execute(&format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await?;
    }
    client.execute("SELECT pg_advisory_unlock($1)", &[&TEMPLATE_LOCK]).await?;
    Ok(name)
}

/// Another set of migrations needs another template.
fn fingerprint() -> Result<u64, OpenError> {
    use std::hash::{DefaultHasher, Hash, Hasher};

    let known: Vec<Box<dyn Migration<Pg>>> = migrations::POSTGRES.migrations().map_err(OpenError::Migration)?;
    let mut hasher = DefaultHasher::new();
    for migration in known {
        migration.name().to_string().hash(&mut hasher);
    }
    include_str!("../../../migrations/postgres/0001_foundation/up.sql").hash(&mut hasher);
    Ok(hasher.finish())
}

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let config: Config = url.parse()?;
    let (client, connection) = config.connect(NoTls).await?;
    #[expect(clippy::disallowed_methods, reason = "it ends with the client, which ends with the test")]
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a test's connection ended");
        }
    });
    Ok(client)
}

/// The server's URL with another database.
fn url_of(server: &str, database: &str) -> String {
    let (base, query) = server.split_once('?').unwrap_or((server, ""));
    let scheme = base.find("://").map_or(0, |at| at + "://".len());
    let host_end = base[scheme..].find('/').map_or(base.len(), |at| scheme + at);
    let separator = if query.is_empty() { "" } else { "?" };
    format!("{}/{database}{separator}{query}", &base[..host_end])
}

fn random() -> String {
    #[expect(clippy::disallowed_methods, reason = "tests of several processes must not meet")]
    let random = Uuid::new_v4();
    random.simple().to_string()
}
