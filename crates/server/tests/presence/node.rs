//! A node without what goes over its connections: the application by itself.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use stead_application::{Application, Caller, Credential, presence::PresenceView};
use stead_domain::{
    ports::{
        Store,
        notifier::{Fleeting, Notices},
        presence::ConnectionStatus,
    },
    scope::Scopes,
    user::User,
};
use stead_server::{
    config::Config,
    wire::{self, Overrides},
};
use stead_testkit::builders;

use crate::harness::{Setup, eventually, patience::soon};

/// A node that people connect to, and what it hears of them.
pub struct Node {
    pub application: Application,
    pub store: Arc<dyn Store>,
    pub notices: Notices,
}

impl Node {
    pub async fn start(setup: &Setup) -> Self {
        let settings = setup.settings().into_iter().map(|(name, value)| (name.into(), value.into()));
        let config = Config::load(None, settings).unwrap();
        let database = wire::database(&config).await.unwrap();
        let (store, notices) = (Arc::clone(&database.store), database.notifier.notices());
        let application = wire::application(&config, database, Overrides::default()).unwrap();
        application.start_presence();
        Self { application, store, notices }
    }

    pub async fn seen(&self, user: &User) -> PresenceView {
        let other = User { id: builders::id(), ..user.clone() };
        self.application.connection_status(&caller(&other), user.id).await.unwrap()
    }

    pub async fn is(&self, user: &User, status: ConnectionStatus) -> bool {
        self.seen(user).await.seen.status == status
    }

    /// Waits until they are.
    pub async fn shows(&self, user: &User, status: ConnectionStatus) {
        let what = format!("{status:?}");
        eventually(&what, async || self.is(user, status).await.then_some(())).await;
    }

    /// Waits until somebody says that something about them has changed.
    pub async fn hears_of(&mut self, user: &User) {
        let told = async {
            loop {
                let notice = self.notices.next().await.expect("the stream goes on");
                if notice.organization_id == user.organization_id
                    && notice.what == (Fleeting::PresenceChanged { user_id: user.id })
                {
                    return;
                }
            }
        };
        soon("a notice", told).await;
    }

    /// Whether anything was said until now.
    pub fn has_heard(&mut self) -> bool {
        self.notices.next().now_or_never().is_some()
    }
}

pub fn caller(user: &User) -> Caller {
    Caller {
        user: user.id,
        organization: user.organization_id,
        role: user.role,
        credential: Credential::Session(builders::id()),
        scopes: Scopes::of_sign_in(),
    }
}
