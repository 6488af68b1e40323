//! The API in process, over a database in a folder of its own and the offline model.

use std::{rc::Rc, sync::Arc, time::Duration};

use actix_web::{
    body::{self, BoxBody},
    dev::ServiceResponse,
    http::{Method, StatusCode, header::HeaderMap},
    test::{self, TestRequest},
};
use futures_util::{FutureExt, future::LocalBoxFuture};
use secrecy::SecretString;
use serde_json::{Value, json};
use stead_adapter_local::{FolderObjectStore, OfflineLlm, SystemClock, SystemIds};
use stead_adapter_sql::{SqliteOptions, SqliteStore, VectorMemory};
use stead_api::{Api, ApiOptions};
use stead_application::{
    Application, Background, PasswordCost, Ports, Settings,
    files::{FileLimits, OrphanSettings},
    limits::LimitSettings,
    metering::ModelSettings,
    presence::PresenceSettings,
};
use stead_testkit::fakes::{FakeEmbedder, FakeTextExtractor, FakeToolServer};
use tempfile::TempDir;

/// The largest body the API under test takes.
pub const MAX_BODY: usize = 64 * 1024;

/// The API under test.
pub struct Edge {
    serve: Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, ServiceResponse<BoxBody>>>,
    pub application: Application,
    _folder: TempDir,
}

/// A response, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Edge {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("edge.db"), SqliteOptions::default()).unwrap();
        let store = Arc::new(store);
        let ports = Ports {
            notifier: Arc::clone(&store) as _,
            presence: Arc::clone(&store) as _,
            vectors: Arc::new(store.vectors(VectorMemory::default())),
            store,
            llm: Arc::new(OfflineLlm::new()),
            objects: Arc::new(FolderObjectStore::open(&folder.path().join("objects")).unwrap()),
            extractor: Arc::new(FakeTextExtractor::new()),
            embedder: Arc::new(FakeEmbedder::new()),
            tools: Arc::new(FakeToolServer::new()),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds::default()),
        };
        let application = Application::new(ports, settings(), Background::on_current_runtime()).unwrap();
        let options = ApiOptions {
            public_url: Some("https://chat.example.org".to_owned()),
            max_body_bytes: MAX_BODY,
            ..ApiOptions::default()
        };
        // Put together once: each of its routes is compiled.
        let app = Rc::new(test::init_service(Api::new(application.clone(), options).app()).await);
        let serve = move |request: TestRequest| {
            let app = Rc::clone(&app);
            async move { test::call_service(&*app, request.to_request()).await }.boxed_local()
        };
        Self { serve: Box::new(serve), application, _folder: folder }
    }

    pub async fn send(&self, request: TestRequest) -> Answer {
        let response = (self.serve)(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = body::to_bytes(response.into_body()).await.unwrap();
        Answer { status, headers, body: body.to_vec() }
    }

    /// Founds an organization and gives its owner's access token.
    pub async fn register(&self, handle: &str) -> Value {
        let body = json!({
            "organization_name": "Example", "email": format!("{handle}@example.org"),
            "password": "correct horse battery", "handle": handle, "display_name": handle,
        });
        let answer = self.send(post("/api/v1/auth/register").set_json(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    pub async fn token(&self) -> String {
        bearer(&self.register("ann").await)
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that it is a refusal of the one shape, and gives its code.
    #[track_caller]
    pub fn refusal(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/json");
        let body = self.json();
        assert_eq!(body["request_id"], self.header("x-request-id"));
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
        let allowed = ["error", "message", "request_id", "details"];
        assert!(body.as_object().unwrap().keys().all(|key| allowed.contains(&key.as_str())), "{body}");
        body["error"].as_str().unwrap().to_owned()
    }
}

pub fn bearer(signed_in: &Value) -> String {
    format!("Bearer {}", signed_in["access_token"].as_str().unwrap())
}

pub fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

pub fn post(path: &str) -> TestRequest {
    TestRequest::post().uri(path)
}

pub fn request(method: &Method, path: &str) -> TestRequest {
    TestRequest::default().method(method.clone()).uri(path)
}

fn settings() -> Settings {
    Settings {
        auth_secret: SecretString::from("a secret of at least thirty-two bytes"),
        new_organizations: true,
        password_cost: PasswordCost { memory_kib: 8, iterations: 1, parallelism: 1 },
        limits: LimitSettings::OFF,
        files: FileLimits { upload_bytes: 1_000_000, storage_bytes: 10_000_000 },
        orphans: OrphanSettings { after: Duration::from_secs(86_400), look_every: Duration::from_secs(86_400) },
        ai_wait: Duration::from_secs(10),
        context_tokens: 8_000,
        answer_tokens: 1_000,
        temperature: None,
        models: ModelSettings::default(),
        edit_window: Duration::from_secs(60),
        events_keep: Duration::from_secs(60),
        presence: PresenceSettings {
            active_for: Duration::from_secs(300),
            offline_after: Duration::from_secs(30),
            lapse_after: Duration::from_secs(60),
        },
        index_walk_every: Duration::from_secs(3600),
        shutdown_grace: Duration::from_secs(1),
    }
}
