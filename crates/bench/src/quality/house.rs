//! A Stead without a door, in which the chat was said.

use std::{collections::HashMap, ffi::OsString, sync::Arc, time::Duration};

use anyhow::Context;
use stead_adapter_sql::testing::PostgresDatabase;
use stead_application::{
    Application, Caller,
    accounts::{Password, Place as Belongs, Registration},
    import::{NewPerson, NewRoom, Place, RoomKind, Said},
};
use stead_domain::{
    ConversationId, Timestamp,
    ports::store::{LogFollower, Store},
    text::{DisplayName, Email, Handle},
};
use stead_server::{
    config::Config,
    wire::{self, Overrides},
};
use stead_testkit::fakes::{FakeVectorStore, VectorFault};
use tempfile::TempDir;

use super::chat::Log;

/// How many messages are brought at once.
const AT_ONCE: usize = 500;

/// What names a message here and in its log.
pub type Name = (ConversationId, Timestamp, String);

pub struct House {
    /// As it is configured.
    pub application: Application,
    /// The same without an index of vectors.
    pub without_vectors: Application,
    pub caller: Caller,
    /// The channels, by the names of the logs.
    pub channels: HashMap<String, ConversationId>,
    store: Arc<dyn Store>,
    _folder: TempDir,
    _database: Option<PostgresDatabase>,
}

impl House {
    /// On SQLite, or on this database; with the models that the environment names.
    pub async fn open(database: Option<PostgresDatabase>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = Config::load(None, settings(&folder, database.as_ref()))?;
        let ports = wire::database(&config).await?;
        let store = Arc::clone(&ports.store);
        let away = FakeVectorStore::new();
        away.break_with(VectorFault::Down);
        let overrides = Overrides { vectors: Some(Arc::new(away)), ..Overrides::default() };
        let without_vectors = wire::application(&config, ports.clone(), overrides)?;
        let application = wire::application(&config, ports, Overrides::default())?;
        let caller = register(&application).await?;
        Ok(Self {
            application,
            without_vectors,
            caller,
            channels: HashMap::new(),
            store,
            _folder: folder,
            _database: database,
        })
    }

    /// Has everything said in a channel of its own for each log, without who answered whom: that is what is asked for.
    pub async fn hear(&mut self, logs: &[Log]) -> anyhow::Result<()> {
        let mut import = self.application.begin_import(self.caller.organization, "chat").await?;
        for log in logs {
            let key = log.name.to_lowercase();
            let people = log.lines.iter().map(|line| person(&line.author));
            import.people(people.collect()).await?;
            let room = NewRoom {
                key: key.clone(),
                kind: RoomKind::Public(log.name.clone()),
                topic: String::new(),
                created_at: None,
                created_by: None,
                members: Vec::new(),
            };
            let mut room = import.room(room).await?.context("the channel was deleted")?;
            for some in log.lines.chunks(AT_ONCE) {
                let said = some.iter().map(|line| Said {
                    place: Place { key: key.clone(), at: line.at, n: line.n },
                    author: line.author.to_lowercase(),
                    text: line.text.clone(),
                    metadata: serde_json::json!({}),
                    edited_at: None,
                    reply_to: None,
                    reactions: Vec::new(),
                    pinned: None,
                    is_deleted: false,
                });
                import.messages(&mut room, said.collect()).await?;
            }
            import.room_is_complete(&room).await?;
        }
        import.finish().await?;
        self.application.start_worker();
        for follower in LogFollower::ALL {
            while self.store.is_walking(follower).await? {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        let channels = self.store.channels_of(self.caller.organization, self.caller.user).await?;
        let named = |channel: stead_domain::channel::Channel| Some((channel.name?.as_str().to_owned(), channel.id));
        self.channels = channels.into_iter().filter_map(|mine| named(mine.view.channel)).collect();
        Ok(())
    }

    pub async fn close(self) {
        self.application.stop().await;
        self.without_vectors.stop().await;
    }
}

async fn register(application: &Application) -> anyhow::Result<Caller> {
    let signed_in = application
        .register(Registration {
            place: Belongs::New(DisplayName::parse("Chat")?),
            email: Email::parse("chat@example.org")?,
            password: Password::parse("it protects nothing")?,
            handle: Handle::parse("chat")?,
            display_name: DisplayName::parse("Chat")?,
            user_agent: None,
        })
        .await?;
    Ok(application.authenticate(&signed_in.access_token).await?)
}

fn person(author: &str) -> NewPerson {
    NewPerson {
        key: author.to_lowercase(),
        also: None,
        handle: author.to_owned(),
        display_name: author.to_owned(),
        email: None,
        is_here: false,
        is_service: false,
    }
}

/// What the environment says of models and indexes; the rest is as nobody set it.
fn settings(folder: &TempDir, database: Option<&PostgresDatabase>) -> Vec<(OsString, OsString)> {
    #[expect(clippy::disallowed_methods, reason = "whoever measures names the models")]
    let environment = std::env::vars_os();
    let is_of_models = |name: &OsString| {
        name.to_str().is_some_and(|name| ["STEAD_LLM__", "STEAD_VECTORS__"].iter().any(|of| name.starts_with(of)))
    };
    let mut settings: Vec<(OsString, OsString)> = environment.filter(|(name, _)| is_of_models(name)).collect();
    settings.push(("STEAD_DATA_DIR".into(), folder.path().into()));
    if let Some(database) = database {
        settings.push(("STEAD_DATABASE__URL".into(), database.url().into()));
        settings.push(("STEAD_AUTH__SECRET".into(), "0123456789abcdef".repeat(3).into()));
    }
    settings
}
