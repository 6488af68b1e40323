use std::{ffi::OsString, sync::Arc};

use stead_adapter_extract::InThreadExtractor;
use stead_domain::ports::{
    Clock, Embedder, Ids, LlmProvider, ObjectStore, PresenceSource, TextExtractor, ToolServer, VectorStore,
};
use tempfile::TempDir;

use crate::{Server, config::Config, wire::Overrides};

/// The whole of Stead in this process, on a free port, with everything it keeps in a folder that goes with it. For the
/// tests of those who build on Stead; the offline model answers.
///
/// # Errors
/// It cannot be started.
pub async fn ephemeral() -> anyhow::Result<Ephemeral> {
    EphemeralBuilder::default().start().await
}

/// An ephemeral Stead that differs from the usual one.
#[derive(Default)]
pub struct EphemeralBuilder {
    settings: Vec<(OsString, OsString)>,
    overrides: Overrides,
}

/// A running ephemeral Stead. It is gone, with all its data, when this is dropped; [`Ephemeral::stop`] waits for that.
pub struct Ephemeral {
    /// None while it stops.
    server: Option<Server>,
    url: String,
    /// Removed last.
    _data_dir: TempDir,
}

impl EphemeralBuilder {
    /// Sets what an environment variable would: `("STEAD_LLM__MODEL", "small")`. The last one counts, and counts over what
    /// is usual here.
    #[must_use]
    pub fn setting(mut self, variable: &str, value: &str) -> Self {
        self.settings.retain(|(set, _)| set != variable);
        self.settings.push((variable.into(), value.into()));
        self
    }

    /// Answers with this model.
    #[must_use]
    pub fn llm(mut self, llm: Arc<dyn LlmProvider>) -> Self {
        self.overrides.llm = Some(llm);
        self
    }

    /// Keeps the bytes of files here.
    #[must_use]
    pub fn objects(mut self, objects: Arc<dyn ObjectStore>) -> Self {
        self.overrides.objects = Some(objects);
        self
    }

    /// Reads documents with this. Without, they are read in this process, without limits: the documents of a test are its
    /// own.
    #[must_use]
    pub fn extractor(mut self, extractor: Arc<dyn TextExtractor>) -> Self {
        self.overrides.extractor = Some(extractor);
        self
    }

    /// Embeds texts with this.
    #[must_use]
    pub fn embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.overrides.embedder = Some(embedder);
        self
    }

    /// Searches vectors here.
    #[must_use]
    pub fn vectors(mut self, vectors: Arc<dyn VectorStore>) -> Self {
        self.overrides.vectors = Some(vectors);
        self
    }

    /// Calls tools here.
    #[must_use]
    pub fn tools(mut self, tools: Arc<dyn ToolServer>) -> Self {
        self.overrides.tools = Some(tools);
        self
    }

    /// Believes this about who is there.
    #[must_use]
    pub fn presence(mut self, presence: Arc<dyn PresenceSource>) -> Self {
        self.overrides.presence = Some(presence);
        self
    }

    /// Tells the time by this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.overrides.clock = Some(clock);
        self
    }

    /// Takes ids from here.
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn Ids>) -> Self {
        self.overrides.ids = Some(ids);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// A setting is wrong, or something cannot be started.
    pub async fn start(self) -> anyhow::Result<Ephemeral> {
        let data_dir = tempfile::Builder::new().prefix("stead-").tempdir()?;
        let usual: [(OsString, OsString); 9] = [
            ("STEAD_DATA_DIR".into(), data_dir.path().into()),
            ("STEAD_SERVER__PORT".into(), "0".into()),
            ("STEAD_SERVER__WORKERS".into(), "1".into()),
            ("STEAD_SERVER__SHUTDOWN_TIMEOUT".into(), "2s".into()),
            // Cheap: these passwords protect nothing.
            ("STEAD_AUTH__ARGON2__MEMORY_KIB".into(), "64".into()),
            ("STEAD_AUTH__ARGON2__ITERATIONS".into(), "1".into()),
            // All tests come from one address, and may hurry.
            ("STEAD_LIMITS__REQUESTS_PER_SECOND".into(), "0".into()),
            ("STEAD_LIMITS__SENDS_PER_SECOND".into(), "0".into()),
            ("STEAD_LIMITS__SIGN_IN_FAILURES_PER_ADDRESS".into(), "0".into()),
        ];
        let usual = usual.into_iter().filter(|(name, _)| self.settings.iter().all(|(set, _)| set != name));
        let config = Config::load(None, usual.chain(self.settings.iter().cloned()))?;
        let mut overrides = self.overrides;
        overrides.extractor.get_or_insert_with(|| Arc::new(InThreadExtractor));
        let server = Server::start(&config, overrides).await?;
        Ok(Ephemeral { url: server.url().to_owned(), server: Some(server), _data_dir: data_dir })
    }
}

impl Ephemeral {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it and waits until everything has ended.
    pub async fn stop(mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
            server.let_go().await;
        }
    }
}

impl Drop for Ephemeral {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abandon();
        }
    }
}
