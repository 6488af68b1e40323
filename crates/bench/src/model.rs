//! A model behind OpenAI's wire format that keeps its own time: 20 tokens, one each 20 ms after the first 100.

use std::{
    collections::HashMap,
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, web};
use futures_util::stream;
use serde_json::{Value, json};

use crate::people::FOUNDER;

const FIRST: Duration = Duration::from_millis(100);
const PAUSE: Duration = Duration::from_millis(20);
pub const TOKENS: u32 = 20;

/// How long an answer takes by itself.
pub const WHOLE: Duration = Duration::from_millis(100 + 19 * 20);

/// When it was asked, gave its first token, and was done.
#[derive(Debug, Clone, Copy)]
pub struct OwnTime {
    pub asked: Instant,
    pub first: Instant,
    pub done: Instant,
}

/// By what was asked.
type Times = Arc<Mutex<HashMap<String, OwnTime>>>;

pub struct Model {
    pub base_url: String,
    times: Times,
    server: ServerHandle,
}

impl Model {
    pub fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let base_url = format!("http://{}/v1", listener.local_addr()?);
        let times = Times::default();
        let kept = web::Data::new(Arc::clone(&times));
        let app = move || {
            let kept = kept.clone();
            App::new()
                .app_data(kept)
                .app_data(web::JsonConfig::default().limit(16 * 1024 * 1024))
                .route("/v1/chat/completions", web::post().to(complete))
        };
        let running = HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run();
        let server = running.handle();
        #[expect(clippy::disallowed_methods, reason = "it ends with the handle")]
        tokio::spawn(running);
        Ok(Self { base_url, times, server })
    }

    /// Its own time for an answer.
    pub fn time_of(&self, asked: &str) -> Option<OwnTime> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner).remove(asked)
    }

    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}

async fn complete(body: web::Json<Value>, times: web::Data<Times>) -> HttpResponse {
    let asked = Instant::now();
    let said =
        body["messages"].as_array().and_then(|messages| messages.last()?["content"].as_str()).unwrap_or_default();
    // In rooms it is told who said it.
    let said = said.strip_prefix(FOUNDER).and_then(|said| said.strip_prefix(": ")).unwrap_or(said).to_owned();
    // What is not a turn of the bench (a title) is answered at once.
    let is_turn = said.starts_with("turn ");
    let began = tokio::time::Instant::from_std(asked);
    let pieces = stream::unfold((0, asked), move |(n, first)| {
        let (said, times) = (said.clone(), times.clone());
        async move {
            if n > TOKENS || (n > 0 && !is_turn) {
                return None;
            }
            if is_turn {
                tokio::time::sleep_until(began + FIRST + PAUSE * n.min(TOKENS - 1)).await;
            }
            let now = Instant::now();
            let first = if n == 0 { now } else { first };
            let piece = if n == TOKENS || !is_turn {
                let time = OwnTime { asked, first, done: now };
                times.lock().unwrap_or_else(PoisonError::into_inner).insert(said, time);
                let end = chunk(&json!({"content": "."}), Some("stop"));
                format!("{end}data: [DONE]\n\n")
            } else {
                chunk(&json!({"content": format!("word{n} ")}), None)
            };
            Some((Ok::<_, actix_web::Error>(web::Bytes::from(piece)), (n + 1, first)))
        }
    });
    HttpResponse::Ok().content_type("text/event-stream").streaming(Box::pin(pieces))
}

fn chunk(delta: &Value, finish_reason: Option<&str>) -> String {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": finish_reason});
    let body = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": "bench", "choices": [choice]});
    format!("data: {body}\n\n")
}
