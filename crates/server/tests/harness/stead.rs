//! A running Stead.

use std::sync::Arc;

use serde_json::json;
use stead_adapter_sql::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use stead_domain::{
    OrganizationId,
    ports::store::{Change, Store, UserChange},
    text::{Email, Handle, Text},
    user::User,
};
use stead_server::Ephemeral;
use stead_testkit::{
    builders,
    fakes::{FakeLlm, FakeToolServer},
    openai_wire::OpenAiWireServer,
};

use super::{Account, Backend, Client, Setup, account::PASSWORD, call::Address, script::Script, setup::Model};

/// Stead, in this process.
pub struct Stead {
    setup: Setup,
    server: Option<Ephemeral>,
    address: Address,
}

impl Stead {
    pub(super) async fn start(setup: Setup) -> Self {
        let mut stead = Self { setup, server: None, address: Address::default() };
        stead.start_again().await;
        stead
    }

    /// Stops it, waits until it is gone, and starts it on the same data. Its clients follow it.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    async fn start_again(&mut self) {
        let server = self.setup.builder().start().await.unwrap_or_else(|error| panic!("Stead starts: {error:#}"));
        self.address.set(server.url());
        self.server = Some(server);
    }

    /// Somebody without credentials.
    pub fn stranger(&self) -> Client {
        Client::new(self.address.clone())
    }

    /// Founds an organization: its owner is called as told.
    pub async fn register(&self, handle: &str) -> Account {
        Account::register(&self.stranger(), handle).await
    }

    /// What the fake is told to answer.
    pub fn script(&self) -> Script {
        Script::new(self.llm().clone())
    }

    /// The fake that answers.
    pub fn llm(&self) -> &FakeLlm {
        let Model::Fake(llm) = &self.setup.model else { panic!("this Stead has another model than the fake") };
        llm
    }

    /// The fake that is every server of tools.
    pub fn tools(&self) -> &FakeToolServer {
        self.setup.tools.as_ref().expect("this Stead has the real adapter")
    }

    /// The server that answers.
    pub fn wire(&self) -> &OpenAiWireServer {
        let Model::Wire(wire) = &self.setup.model else { panic!("this Stead has another model than the wire server") };
        wire
    }

    /// Makes a plain member of somebody's organization, which no operation of the API does yet: it is written to the
    /// database while the server is down. They have the owner's password.
    pub async fn add_member(&mut self, owner: &Account, handle: &str) -> Account {
        self.stop().await;
        let store = self.open_store().await;
        let email = Email::parse(&owner.email).expect("an address");
        let password = store.find_credentials(&email).await.unwrap().expect("the owner").password;
        let organization: OrganizationId = owner.organization["id"].as_str().unwrap().parse().unwrap();
        let organization = store.find_organization(organization).await.unwrap().expect("the organization");
        let member = User {
            handle: Handle::parse(handle).unwrap(),
            email: Some(Email::parse(&format!("{handle}@example.org")).unwrap()),
            display_name: Text::parse(handle).unwrap(),
            ..builders::user(&organization)
        };
        store.commit(builders::commit([Change::User(UserChange::Insert(member, Some(password)))])).await.unwrap();
        drop(store);
        self.start_again().await;
        let email = format!("{handle}@example.org");
        let login = self.stranger().post("/auth/login", json!({"email": email, "password": PASSWORD})).await;
        Account::from_sign_in(&self.stranger(), &email, login.expect(200))
    }

    async fn open_store(&self) -> Arc<dyn Store> {
        let home = &self.setup.home;
        match home.backend {
            Backend::Sqlite => {
                let path = home.data_dir.path().join("stead.db");
                Arc::new(SqliteStore::open(&path, SqliteOptions::default()).expect("the database is free"))
            }
            Backend::Postgres => {
                let url = home.postgres().url();
                Arc::new(PostgresStore::connect(url, PostgresOptions::default()).await.expect("Postgres answers"))
            }
        }
    }
}
