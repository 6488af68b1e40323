use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use stead_domain::{
    ApiKeyId, OrganizationId, SessionId, Timestamp, UserId,
    api_key::ApiKey,
    organization::Organization,
    ports::{
        Clock, Embedder, Ids, LlmProvider, Notifier, ObjectStore, PresenceSource, ReadGate, Store, TextExtractor,
        ToolServer, VectorStore,
        store::{Commit, Committed, StoreError},
    },
    run::LeaseOwner,
    session::Session,
    user::User,
};
use tokio::sync::Notify;

use crate::{
    Background, Error, Settings,
    accounts::{AccessTokens, InvitationTokens, Passwords, RefreshTokens},
    api_keys::ApiKeyUses,
    avatars::Redrawing,
    believed::{Believed, Changes},
    figures::Counted,
    jobs::JobsAtWork,
    limits::Limits,
    metering::{Models, Spent},
    presence::{Attendances, ConnectedElsewhere},
    realtime::{Realtime, Tickets, Typing},
    tools::{HeaderSeals, Listings},
    turn::{LiveRuns, ThreadLocks},
};

/// The use cases, with everything they need. Cheap to clone.
#[derive(Clone)]
pub struct Application(Arc<Parts>);

/// What the application is made of.
pub struct Parts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) read_gate: Arc<dyn ReadGate>,
    pub(crate) notifier: Arc<dyn Notifier>,
    pub(crate) presence: Arc<dyn PresenceSource>,
    pub(crate) models: Models,
    pub(crate) spent: Spent,
    pub(crate) vectors: Arc<dyn VectorStore>,
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) extractor: Arc<dyn TextExtractor>,
    pub(crate) tools: Arc<dyn ToolServer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) settings: Settings,
    pub(crate) background: Background,
    pub(crate) owner: LeaseOwner,
    pub(crate) passwords: Passwords,
    pub(crate) redrawing: Redrawing,
    pub(crate) access_tokens: AccessTokens,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) invitation_tokens: InvitationTokens,
    pub(crate) changes: Arc<Changes>,
    pub(crate) sessions: Believed<SessionId, (Session, User)>,
    pub(crate) api_keys: Believed<ApiKeyId, (ApiKey, User)>,
    pub(crate) users: Believed<UserId, User>,
    pub(crate) organizations: Believed<OrganizationId, Organization>,
    pub(crate) api_key_uses: ApiKeyUses,
    pub(crate) limits: Limits,
    pub(crate) header_seals: HeaderSeals,
    pub(crate) listings: Listings,
    pub(crate) live: LiveRuns,
    pub(crate) thread_locks: ThreadLocks,
    pub(crate) realtime: Realtime,
    pub(crate) tickets: Tickets,
    pub(crate) typing: Typing,
    pub(crate) jobs_due: Notify,
    pub(crate) outdated_due: Notify,
    pub(crate) jobs_at_work: JobsAtWork,
    pub(crate) attendances: Arc<Attendances>,
    pub(crate) connected_elsewhere: ConnectedElsewhere,
    /// How often this process has committed something.
    pub(crate) commits: AtomicU64,
}

/// The ports that the application stands on.
#[derive(Clone)]
pub struct Ports {
    /// The database.
    pub store: Arc<dyn Store>,
    /// What tells other nodes.
    pub notifier: Arc<dyn Notifier>,
    /// Who is there.
    pub presence: Arc<dyn PresenceSource>,
    /// The model.
    pub llm: Arc<dyn LlmProvider>,
    /// Where vectors are searched.
    pub vectors: Arc<dyn VectorStore>,
    /// Where the bytes of files are.
    pub objects: Arc<dyn ObjectStore>,
    /// What reads documents.
    pub extractor: Arc<dyn TextExtractor>,
    /// What embeds texts.
    pub embedder: Arc<dyn Embedder>,
    /// The servers of tools.
    pub tools: Arc<dyn ToolServer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn Ids>,
}

impl Application {
    /// Puts it together. Nothing runs yet: see [`Application::start_worker`].
    ///
    /// # Errors
    /// [`Error::Internal`] if the settings do not make a valid password cost.
    pub fn new(ports: Ports, settings: Settings, background: Background) -> Result<Self, Error> {
        let Ports { store, notifier, presence, llm, vectors, objects, extractor, embedder, tools, clock, ids } = ports;
        let changes = Arc::new(Changes::new());
        let parts = Parts {
            passwords: Passwords::new(settings.password_cost)?,
            redrawing: Redrawing::new(),
            access_tokens: AccessTokens::new(&settings.auth_secret)?,
            refresh_tokens: RefreshTokens::new(&settings.auth_secret)?,
            invitation_tokens: InvitationTokens::new(&settings.auth_secret)?,
            sessions: Believed::new(&changes),
            api_keys: Believed::new(&changes),
            users: Believed::new(&changes),
            organizations: Believed::new(&changes),
            changes,
            api_key_uses: ApiKeyUses::new(),
            header_seals: HeaderSeals::new(&settings.auth_secret)?,
            listings: Listings::new(),
            limits: Limits::new(&settings.limits, Arc::clone(&clock)),
            owner: LeaseOwner(ids.next()),
            realtime: Realtime::new(),
            tickets: Tickets::new(&settings.auth_secret)?,
            typing: Typing::new(),
            live: LiveRuns::default(),
            thread_locks: ThreadLocks::default(),
            jobs_due: Notify::new(),
            outdated_due: Notify::new(),
            jobs_at_work: JobsAtWork::default(),
            attendances: Arc::new(Attendances::new(settings.presence)),
            connected_elsewhere: ConnectedElsewhere::new(),
            commits: AtomicU64::new(0),
            read_gate: Arc::clone(&store) as Arc<dyn ReadGate>,
            store,
            notifier,
            presence,
            models: Models::new(llm, embedder),
            spent: Spent::new(),
            vectors,
            objects,
            extractor,
            tools,
            clock,
            ids,
            settings,
            background,
        };
        Ok(Self(Arc::new(parts)))
    }

    /// What runs on after a request.
    pub fn background(&self) -> &Background {
        &self.background
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The database's clock, and this node's: whether the database answers, and how far the two are apart.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it does not answer.
    pub async fn clocks(&self) -> Result<(Timestamp, Timestamp), Error> {
        let database = self.store.now().await?;
        Ok((database, self.clock.now()))
    }

    /// Stops: streams say goodbye, runs have the configured time to end, then end where they are; what is left is let go,
    /// so that another process can take it at once.
    pub async fn stop(&self) {
        if !self.background.stop(self.settings.shutdown_grace).await {
            tracing::warn!("some work did not end in time");
        }
        self.tools.close().await;
        if let Err(error) = self.store.release_leases(self.owner).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "leases could not be released");
        }
    }

    /// Commits, and wakes the worker if there is something for it to do.
    pub(crate) async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let has_jobs = !commit.jobs.is_empty();
        let (counted, began) = (Counted::of(&commit), Instant::now());
        let committed = self.store.commit(commit).await;
        counted.record(&committed, began.elapsed());
        let committed = committed?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        if has_jobs {
            self.jobs_due.notify_one();
        }
        Ok(committed)
    }
}

impl Deref for Application {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
