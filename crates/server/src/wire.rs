//! The composition root: the one place that names adapters.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use secrecy::ExposeSecret;
use stead_adapter_extract::{Limits, ProcessExtractor, Program};
use stead_adapter_local::{FolderObjectStore, HashingEmbedder, OfflineLlm, SystemClock, SystemIds};
use stead_adapter_mcp::{McpConfig, McpToolServer, StdioConfig};
use stead_adapter_openai::{MoreHeaders, OpenAiConfig, OpenAiLlm, Timeouts};
use stead_adapter_pinecone::{PineconeConfig, PineconeVectorStore};
use stead_adapter_s3::{S3Config, S3ObjectStore};
use stead_adapter_sql::{Pending, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore, VectorMemory};
use stead_application::{
    Application, Background, PasswordCost, Ports, Settings, files::OrphanSettings, metering::ModelSettings,
};
use stead_domain::{
    agent::Temperature,
    ports::{
        Clock, Embedder, Ids, LlmProvider, Notifier, ObjectStore, PresenceSource, Store, TextExtractor, ToolServer,
        VectorStore,
    },
};

use crate::{
    config::{Config, DatabaseUrl, ObjectsUrl, VectorsUrl},
    metrics::MeasuredLlm,
    traces,
};

/// Ports that an embedding test brings itself.
#[derive(Clone, Default)]
pub struct Overrides {
    /// Its model.
    pub llm: Option<Arc<dyn LlmProvider>>,
    /// Its store of blobs.
    pub objects: Option<Arc<dyn ObjectStore>>,
    /// What reads documents.
    pub extractor: Option<Arc<dyn TextExtractor>>,
    /// What embeds texts.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Its index of vectors.
    pub vectors: Option<Arc<dyn VectorStore>>,
    /// Its servers of tools.
    pub tools: Option<Arc<dyn ToolServer>>,
    /// Who is there, as it says.
    pub presence: Option<Arc<dyn PresenceSource>>,
    /// Its clock.
    pub clock: Option<Arc<dyn Clock>>,
    /// Its ids.
    pub ids: Option<Arc<dyn Ids>>,
}

/// The ports that one database serves.
#[derive(Clone)]
pub struct Database {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// What nodes tell each other.
    pub notifier: Arc<dyn Notifier>,
    /// The embedded index of vectors.
    pub vectors: Arc<dyn VectorStore>,
}

impl Database {
    fn new(store: Arc<impl Store + Notifier>, vectors: Arc<dyn VectorStore>) -> Self {
        Self { notifier: Arc::clone(&store) as _, store, vectors }
    }
}

/// The application, as configured.
///
/// # Errors
/// One line that says what cannot be right or cannot be reached.
pub fn application(config: &Config, database: Database, overrides: Overrides) -> anyhow::Result<Application> {
    let models = Models::of(config)?;
    let Database { store, notifier, vectors: embedded } = database;
    let presence = overrides.presence.unwrap_or_else(|| Arc::clone(&store) as _);
    let ports = Ports {
        store,
        notifier,
        presence,
        llm: measured(config, overrides.llm.unwrap_or(models.llm)),
        vectors: match overrides.vectors {
            Some(vectors) => vectors,
            None => vectors(config, embedded)?,
        },
        objects: match overrides.objects {
            Some(objects) => objects,
            None => objects(config)?,
        },
        extractor: match overrides.extractor {
            Some(extractor) => extractor,
            None => Arc::new(extractor()?),
        },
        embedder: overrides.embedder.unwrap_or(models.embedder),
        tools: match overrides.tools {
            Some(tools) => tools,
            None => Arc::new(tools(config)?),
        },
        clock: overrides.clock.unwrap_or_else(|| Arc::new(SystemClock)),
        ids: overrides.ids.unwrap_or_else(|| Arc::new(SystemIds::default())),
    };
    Ok(Application::new(ports, settings(config)?, Background::on_current_runtime())?)
}

/// The database, migrated as configured.
///
/// # Errors
/// It cannot be reached, is newer than this version, or is owned by another process.
pub async fn database(config: &Config) -> anyhow::Result<Database> {
    let pool_size = config.database.pool_size;
    let pending = if config.database.migrate { Pending::Run } else { Pending::Refuse };
    match &config.database.url {
        DatabaseUrl::Sqlite(path) => {
            make_folder(&config.data_dir)?;
            let options = SqliteOptions { readers: pool_size.try_into()?, pending };
            let file = path.clone();
            let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&file, options)).await?;
            let store = opened.with_context(|| format!("the database {} cannot be used", path.display()))?;
            let store = Arc::new(store);
            let vectors = Arc::new(store.vectors(vector_memory(config)));
            Ok(Database::new(store, vectors))
        }
        DatabaseUrl::Postgres(url) => {
            let options = PostgresOptions { connections: pool_size, pending, ..PostgresOptions::default() };
            let store = PostgresStore::connect(url.expose_secret(), options).await;
            let store = store.with_context(|| format!("the database {} cannot be used", config.database.url))?;
            let store = Arc::new(store);
            let vectors: Arc<dyn VectorStore> = if config.vectors.url == VectorsUrl::PgVector {
                let pgvectors = store.pgvectors().await;
                Arc::new(pgvectors.context("vectors.url: the database has no pgvector, or does not let us use it")?)
            } else {
                Arc::new(store.vectors(vector_memory(config)))
            };
            Ok(Database::new(store, vectors))
        }
    }
}

/// The database, for an operator's command: on SQLite beside the process that owns it.
///
/// # Errors
/// It is not there, cannot be reached, or is not of this version.
pub async fn database_beside(config: &Config) -> anyhow::Result<Database> {
    let DatabaseUrl::Sqlite(path) = &config.database.url else {
        let mut config = config.clone();
        config.database.migrate = false;
        return database(&config).await;
    };
    let file = path.clone();
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open_beside(&file)).await?;
    let store = opened.with_context(|| format!("the database {} cannot be used", path.display()))?;
    let store = Arc::new(store);
    let vectors = Arc::new(store.vectors(vector_memory(config)));
    Ok(Database::new(store, vectors))
}

/// How much of the embedded index of vectors is held in memory.
fn vector_memory(config: &Config) -> VectorMemory {
    VectorMemory { bytes: usize::try_from(config.vectors.memory_bytes).unwrap_or(usize::MAX) }
}

/// Where vectors are searched.
fn vectors(config: &Config, embedded: Arc<dyn VectorStore>) -> anyhow::Result<Arc<dyn VectorStore>> {
    match &config.vectors.url {
        VectorsUrl::Local | VectorsUrl::PgVector => Ok(embedded),
        VectorsUrl::Pinecone(address) => {
            let api_key = config.vectors.api_key.clone().context("vectors.api_key is not set")?;
            let mut pinecone =
                PineconeConfig::new(address.as_url().clone(), api_key).context("vectors.url is wrong")?;
            pinecone.timeouts.query = config.vectors.query_timeout;
            Ok(Arc::new(PineconeVectorStore::new(pinecone).context("vectors.api_key cannot be used")?))
        }
    }
}

/// Where the bytes of files are. Looks at the disk: blocks for a moment.
fn objects(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    match &config.objects.url {
        ObjectsUrl::Folder(folder) => {
            let store = FolderObjectStore::open(folder);
            let store =
                store.with_context(|| format!("the folder {} (objects.url) cannot be used", folder.display()))?;
            Ok(Arc::new(store))
        }
        ObjectsUrl::S3 { bucket, region, endpoint } => {
            let (Some(access_key), Some(secret_key)) = (&config.objects.access_key, &config.objects.secret_key) else {
                anyhow::bail!("objects.access_key is not set")
            };
            let endpoint = endpoint.as_ref().map(|endpoint| endpoint.as_url().clone());
            let s3 = S3Config::new(bucket, region.as_deref(), endpoint, access_key.clone(), secret_key.clone());
            let mut s3 = s3.context("objects.url is wrong")?;
            s3.gives_links = config.objects.redirect;
            Ok(Arc::new(S3ObjectStore::new(&s3).context("objects.url cannot be used")?))
        }
    }
}

/// Measured, where somebody reads the figures.
fn measured(config: &Config, llm: Arc<dyn LlmProvider>) -> Arc<dyn LlmProvider> {
    if config.metrics.is_on() { Arc::new(MeasuredLlm::new(llm)) } else { llm }
}

/// Documents are read by this executable, started anew for each.
fn extractor() -> anyhow::Result<ProcessExtractor> {
    let program = Program::this_one(&["extract"]).context("this executable cannot be found")?;
    Ok(ProcessExtractor::new(program, Limits::default()))
}

/// What speaks to the model's endpoint.
struct Models {
    llm: Arc<dyn LlmProvider>,
    embedder: Arc<dyn Embedder>,
}

impl Models {
    /// Both on one endpoint, with one breaker, where an embedding model is named.
    fn of(config: &Config) -> anyhow::Result<Self> {
        let Some(openai) = openai(config)? else {
            return Ok(Self { llm: Arc::new(OfflineLlm::new()), embedder: Arc::new(HashingEmbedder) });
        };
        let openai = Arc::new(openai);
        let embedder: Arc<dyn Embedder> = match &config.llm.embedding_model {
            Some(_) => Arc::clone(&openai) as _,
            None => Arc::new(HashingEmbedder),
        };
        Ok(Self { llm: openai, embedder })
    }
}

fn openai(config: &Config) -> anyhow::Result<Option<OpenAiLlm>> {
    let Some(base_url) = &config.llm.base_url else { return Ok(None) };
    let model = config.llm.model.clone().context("llm.model is not set")?;
    let mut openai = OpenAiConfig::new(&base_url.to_string(), model)?;
    openai.api_key = config.llm.api_key.clone();
    openai.max_concurrent = config.llm.max_concurrent;
    openai.transcription_model = config.llm.transcription_model.clone();
    if let Some(model) = &config.llm.embedding_model {
        openai.embedding_model = model.clone();
    }
    if config.otel.endpoint.is_some() {
        openai.more_headers = Some(MoreHeaders(Arc::new(traces::pass_on)));
    }
    openai.timeouts = Timeouts {
        connect: config.llm.connect_timeout,
        first_token: config.llm.first_token_timeout,
        idle: config.llm.idle_timeout,
        whole: config.llm.whole_timeout,
    };
    Ok(Some(OpenAiLlm::new(openai)?))
}

fn tools(config: &Config) -> anyhow::Result<McpToolServer> {
    let stdio = config
        .mcp
        .stdio
        .then(|| StdioConfig { path: config.mcp.stdio_path.clone(), environment: config.mcp.stdio_env.expose() });
    let config = McpConfig {
        allow_private: config.network.allow_private,
        stdio,
        max_connections: config.mcp.max_connections,
        idle_timeout: config.mcp.idle_timeout,
    };
    McpToolServer::new(config).context("servers of tools cannot be reached")
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
        files: config.limits.files(),
        orphans: OrphanSettings { after: config.objects.orphans_after, look_every: config.objects.orphans_look_every },
        ai_wait: config.ai.wait,
        models: ModelSettings {
            vision: config.llm.vision_model.clone(),
            transcription: config.llm.transcription_model.clone(),
            prices: config.llm.prices.prices(),
        },
        context_tokens: config.llm.context_tokens,
        answer_tokens: config.llm.answer_tokens,
        edit_window: config.messages.edit_window,
        events_keep: config.events.keep,
        presence: config.presence.settings(),
        index_walk_every: config.index.walk_every,
        shutdown_grace: config.server.shutdown_timeout,
    })
}

pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("the folder {} (data_dir, STEAD_DATA_DIR) cannot be made", path.display()))
}
