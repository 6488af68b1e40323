//! A Stead that a test is about to start.

use std::sync::Arc;

use stead_domain::ports::{Clock, PresenceSource, ToolServer};
use stead_server::EphemeralBuilder;
use stead_testkit::{
    fakes::{FakeClock, FakeEmbedder, FakeLlm, FakeObjectStore, FakePresence, FakeToolServer, FakeVectorStore},
    openai_wire::OpenAiWireServer,
};

use super::{Stead, backend::Home};

/// How to start it. The same setup starts it again on the same data.
#[derive(Clone)]
pub struct Setup {
    pub home: Arc<Home>,
    pub model: Model,
    /// The servers of tools; the real adapter where there are none.
    pub tools: Option<FakeToolServer>,
    /// Where the bytes of files are; a folder where there is none.
    pub objects: Option<FakeObjectStore>,
    /// The index of vectors; that in the database where there is none.
    pub vectors: Option<FakeVectorStore>,
    /// What embeds; the embedded one where there is none.
    pub embedder: Option<FakeEmbedder>,
    settings: Vec<(String, String)>,
    presence: Option<Arc<FakePresence>>,
    clock: Option<Arc<FakeClock>>,
}

/// Who answers.
#[derive(Clone)]
pub enum Model {
    /// The embedded model.
    Offline,
    /// A fake, in place of the port.
    Fake(FakeLlm),
    /// The real adapter, talking to a server of the test's.
    Wire(Arc<OpenAiWireServer>),
}

impl Setup {
    pub fn new(home: Arc<Home>) -> Self {
        Self {
            home,
            model: Model::Fake(FakeLlm::new()),
            tools: Some(FakeToolServer::new()),
            objects: None,
            vectors: None,
            embedder: None,
            settings: Vec::new(),
            presence: None,
            clock: None,
        }
    }

    /// Sets what an environment variable would.
    pub fn setting(mut self, variable: &str, value: impl ToString) -> Self {
        self.settings.retain(|(set, _)| set != variable);
        self.settings.push((variable.to_owned(), value.to_string()));
        self
    }

    /// On a database of the same kind that has no tables yet.
    pub async fn on_an_untouched_database(self) -> Self {
        Self { home: self.home.untouched().await, ..self }
    }

    /// Lets the real adapter look for servers of tools.
    pub fn real_tools(self) -> Self {
        Self { tools: None, ..self }
    }

    /// Keeps the bytes of files in this.
    pub fn objects(self, objects: &FakeObjectStore) -> Self {
        Self { objects: Some(objects.clone()), ..self }
    }

    /// Searches vectors here.
    pub fn vectors(self, vectors: &FakeVectorStore) -> Self {
        Self { vectors: Some(vectors.clone()), ..self }
    }

    /// Embeds with this.
    pub fn embedder(self, embedder: &FakeEmbedder) -> Self {
        Self { embedder: Some(embedder.clone()), ..self }
    }

    /// Believes this about who is there.
    pub fn presence(self, presence: &Arc<FakePresence>) -> Self {
        Self { presence: Some(Arc::clone(presence)), ..self }
    }

    /// Lets the offline model answer.
    pub fn offline(self) -> Self {
        Self { model: Model::Offline, ..self }
    }

    /// Lets a server that speaks OpenAI's wire format answer.
    pub async fn wire(self) -> Self {
        let server = OpenAiWireServer::start_with_key("a-key-that-nobody-may-see").await;
        let base_url = server.base_url();
        server.title("A title");
        Self { model: Model::Wire(Arc::new(server)), ..self }
            .setting("STEAD_LLM__BASE_URL", base_url)
            .setting("STEAD_LLM__MODEL", "wire-model")
            .setting("STEAD_LLM__API_KEY", "a-key-that-nobody-may-see")
    }

    /// Lets a clock of the test's tell the time.
    pub fn clock(self, clock: Arc<FakeClock>) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Every setting, for a process of its own too.
    pub fn settings(&self) -> Vec<(String, String)> {
        let cheap = [("STEAD_AUTH__ARGON2__MEMORY_KIB", "64"), ("STEAD_AUTH__ARGON2__ITERATIONS", "1")];
        let usual = [("STEAD_SERVER__PORT", "0"), ("STEAD_SERVER__WORKERS", "1"), ("STEAD_DATABASE__POOL_SIZE", "4")];
        // A test may hurry, unless it is about that.
        let unlimited = [
            ("STEAD_LIMITS__REQUESTS_PER_SECOND", "0"),
            ("STEAD_LIMITS__SENDS_PER_SECOND", "0"),
            ("STEAD_LIMITS__SIGN_IN_FAILURES_PER_ADDRESS", "0"),
            ("STEAD_LIMITS__INBOX_SENDS_PER_MINUTE", "0"),
            ("STEAD_LIMITS__NEW_CONVERSATIONS_PER_HOUR", "0"),
        ];
        let usual =
            usual.into_iter().chain(cheap).chain(unlimited).map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut settings: Vec<_> = usual.collect();
        for (name, value) in self.home.settings().into_iter().chain(self.settings.iter().cloned()) {
            settings.retain(|(set, _)| *set != name);
            settings.push((name, value));
        }
        settings
    }

    /// Starts it.
    pub async fn start(self) -> Stead {
        Stead::start(self).await
    }

    pub(super) fn builder(&self) -> EphemeralBuilder {
        let mut builder = EphemeralBuilder::default();
        for (variable, value) in self.settings() {
            builder = builder.setting(&variable, &value);
        }
        if let Model::Fake(llm) = &self.model {
            builder = builder.llm(Arc::new(llm.clone()));
        }
        if let Some(tools) = &self.tools {
            builder = builder.tools(Arc::new(tools.clone()) as Arc<dyn ToolServer>);
        }
        if let Some(objects) = &self.objects {
            builder = builder.objects(Arc::new(objects.clone()));
        }
        if let Some(vectors) = &self.vectors {
            builder = builder.vectors(Arc::new(vectors.clone()));
        }
        if let Some(embedder) = &self.embedder {
            builder = builder.embedder(Arc::new(embedder.clone()));
        }
        if let Some(presence) = &self.presence {
            builder = builder.presence(Arc::clone(presence) as Arc<dyn PresenceSource>);
        }
        if let Some(clock) = &self.clock {
            builder = builder.clock(Arc::clone(clock) as Arc<dyn Clock>);
        }
        builder
    }
}
