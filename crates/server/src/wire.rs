//! The composition root: the one place that names adapters.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use secrecy::ExposeSecret;
use stead_adapter_local::{OfflineLlm, SystemClock, SystemIds};
use stead_adapter_openai::{MoreHeaders, OpenAiConfig, OpenAiLlm, Timeouts};
use stead_adapter_sql::{Pending, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use stead_application::{Application, Background, PasswordCost, Ports, Settings};
use stead_domain::{
    agent::Temperature,
    ports::{Clock, Ids, LlmProvider, Store},
};

use crate::{
    config::{Config, DatabaseUrl},
    metrics::MeasuredLlm,
    traces,
};

/// Ports that an embedding test brings itself.
#[derive(Clone, Default)]
pub struct Overrides {
    /// Its model.
    pub llm: Option<Arc<dyn LlmProvider>>,
    /// Its clock.
    pub clock: Option<Arc<dyn Clock>>,
    /// Its ids.
    pub ids: Option<Arc<dyn Ids>>,
}

/// The application, as configured.
///
/// # Errors
/// One line that says what cannot be right or cannot be reached.
pub fn application(config: &Config, store: Arc<dyn Store>, overrides: Overrides) -> anyhow::Result<Application> {
    let ports = Ports {
        store,
        llm: measured(
            config,
            match overrides.llm {
                Some(llm) => llm,
                None => llm(config)?,
            },
        ),
        clock: overrides.clock.unwrap_or_else(|| Arc::new(SystemClock)),
        ids: overrides.ids.unwrap_or_else(|| Arc::new(SystemIds::default())),
    };
    Ok(Application::new(ports, settings(config)?, Background::on_current_runtime())?)
}

/// The database, migrated as configured.
///
/// # Errors
/// It cannot be reached, is newer than this version, or is owned by another process.
pub async fn store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let pool_size = config.database.pool_size;
    let pending = if config.database.migrate { Pending::Run } else { Pending::Refuse };
    match &config.database.url {
        DatabaseUrl::Sqlite(path) => {
            make_folder(&config.data_dir)?;
            let options = SqliteOptions { readers: pool_size.try_into()?, pending };
            let file = path.clone();
            let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&file, options)).await?;
            let store = opened.with_context(|| format!("the database {} cannot be used", path.display()))?;
            Ok(Arc::new(store))
        }
        DatabaseUrl::Postgres(url) => {
            let options = PostgresOptions { connections: pool_size, pending, ..PostgresOptions::default() };
            let store = PostgresStore::connect(url.expose_secret(), options).await;
            Ok(Arc::new(store.with_context(|| format!("the database {} cannot be used", config.database.url))?))
        }
    }
}

/// The database, for an operator's command: on SQLite beside the process that owns it.
///
/// # Errors
/// It is not there, cannot be reached, or is not of this version.
pub async fn store_beside(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let DatabaseUrl::Sqlite(path) = &config.database.url else {
        let mut config = config.clone();
        config.database.migrate = false;
        return store(&config).await;
    };
    let file = path.clone();
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open_beside(&file)).await?;
    Ok(Arc::new(opened.with_context(|| format!("the database {} cannot be used", path.display()))?))
}

/// Measured, where somebody reads the figures.
fn measured(config: &Config, llm: Arc<dyn LlmProvider>) -> Arc<dyn LlmProvider> {
    if config.metrics.is_on() { Arc::new(MeasuredLlm::new(llm)) } else { llm }
}

fn llm(config: &Config) -> anyhow::Result<Arc<dyn LlmProvider>> {
    let Some(base_url) = &config.llm.base_url else { return Ok(Arc::new(OfflineLlm::new())) };
    let model = config.llm.model.clone().context("llm.model is not set")?;
    let mut openai = OpenAiConfig::new(&base_url.to_string(), model)?;
    openai.api_key = config.llm.api_key.clone();
    openai.max_concurrent = config.llm.max_concurrent;
    if config.otel.endpoint.is_some() {
        openai.more_headers = Some(MoreHeaders(Arc::new(traces::pass_on)));
    }
    openai.timeouts = Timeouts {
        connect: config.llm.connect_timeout,
        first_token: config.llm.first_token_timeout,
        idle: config.llm.idle_timeout,
        whole: config.llm.whole_timeout,
    };
    Ok(Arc::new(OpenAiLlm::new(openai)?))
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    let temperature = config.llm.temperature.map(Temperature::parse).transpose().context("llm.temperature is wrong")?;
    Ok(Settings {
        temperature,
        auth_secret: config.auth_secret()?,
        new_organizations: config.auth.new_organizations,
        password_cost: PasswordCost {
            memory_kib: config.auth.argon2.memory_kib,
            iterations: config.auth.argon2.iterations,
            parallelism: config.auth.argon2.parallelism,
        },
        limits: config.limits.settings(),
        ai_wait: config.ai.wait,
        context_tokens: config.llm.context_tokens,
        answer_tokens: config.llm.answer_tokens,
        events_keep: config.events.keep,
        shutdown_grace: config.server.shutdown_timeout,
    })
}

pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("the folder {} (data_dir, STEAD_DATA_DIR) cannot be made", path.display()))
}
