//! WebSockets that listen, and when each of them heard what.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::{net::TcpStream, sync::Notify};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

/// How many are opened at the same time.
const AT_ONCE: usize = 16;
/// How long a round may take. What has not come by then is lost.
const PATIENCE: Duration = Duration::from_secs(20);
/// Nothing was said for so long: then nothing is under way.
const QUIET: Duration = Duration::from_millis(1_500);
/// What the text of a round holds, before its number and `;`.
pub const MARK: &str = "round ";

pub type Socket = WebSocketStream<TcpStream>;

/// Opens a WebSocket, and reads the first that it is told.
pub async fn open(url: &str, token: Option<&str>) -> anyhow::Result<Socket> {
    let url = url.replacen("http", "ws", 1);
    let mut request = url.as_str().into_client_request()?;
    if let Some(token) = token {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
    }
    let address = url.trim_start_matches("ws://").split('/').next().context("it has an address")?.to_owned();
    // 2,000 times the usual buffer of 128 KiB would be the client's cost, not the server's.
    let lean = WebSocketConfig::default().read_buffer_size(4 * 1024);
    let (mut socket, _) = client_async_with_config(request, TcpStream::connect(address).await?, Some(lean)).await?;
    loop {
        match socket.next().await.context("it was closed at once")?? {
            Message::Text(_) => return Ok(socket),
            Message::Ping(_) | Message::Pong(_) => {}
            other => anyhow::bail!("{other:?}"),
        }
    }
}

/// Sockets of as many people.
pub struct Audience {
    heard: Arc<Heard>,
    sockets: usize,
}

/// What they heard, written down without anybody waiting for another.
#[derive(Default)]
struct Heard {
    frames: AtomicUsize,
    rounds: Vec<Round>,
    /// The first frame of a round.
    sample: OnceLock<String>,
}

struct Round {
    /// When each socket heard it.
    at: Vec<OnceLock<Instant>>,
    count: AtomicUsize,
    doubles: AtomicUsize,
    by_all: Notify,
}

/// How long a round took to each socket that it came to, and to how many it did not, and twice.
pub struct Took {
    pub each: Vec<Duration>,
    pub lost: usize,
    pub doubled: usize,
}

impl Audience {
    /// Opens a socket with each of these tokens; they will hear so many rounds.
    pub async fn open(url: &str, tokens: &[Option<&str>], rounds: usize) -> anyhow::Result<Self> {
        let sockets = tokens.len();
        let round = || Round {
            at: (0..sockets).map(|_| OnceLock::new()).collect(),
            count: AtomicUsize::new(0),
            doubles: AtomicUsize::new(0),
            by_all: Notify::new(),
        };
        let heard = Arc::new(Heard { rounds: (0..rounds).map(|_| round()).collect(), ..Heard::default() });
        let opening = tokens.iter().map(|token| open(url, *token));
        let opened: Vec<Socket> = stream::iter(opening).buffered(AT_ONCE).try_collect().await?;
        for (number, socket) in opened.into_iter().enumerate() {
            #[expect(clippy::disallowed_methods, reason = "it ends with the server")]
            tokio::spawn(listen(socket, number, Arc::clone(&heard)));
        }
        Ok(Self { heard, sockets })
    }

    /// Waits until nothing is told any more.
    pub async fn quiet(&self) {
        let mut before = None;
        loop {
            let frames = self.heard.frames.load(Ordering::Relaxed);
            if before == Some(frames) {
                return;
            }
            before = Some(frames);
            tokio::time::sleep(QUIET).await;
        }
    }

    /// What they were told in a round, as it came.
    pub fn sample(&self) -> anyhow::Result<&str> {
        Ok(self.heard.sample.get().context("nothing was heard")?)
    }

    /// Waits until all have heard a round that began then.
    pub async fn took(&self, number: usize, begun: Instant) -> anyhow::Result<Took> {
        let round = self.heard.rounds.get(number).context("there is no such round")?;
        // Whoever does not come in time is counted.
        let waited = tokio::time::timeout(PATIENCE, async {
            while round.count.load(Ordering::Acquire) < self.sockets {
                round.by_all.notified().await;
            }
        });
        drop(waited.await);
        let each: Vec<Duration> = round.at.iter().filter_map(|at| Some(at.get()?.duration_since(begun))).collect();
        let lost = self.sockets - each.len();
        Ok(Took { each, lost, doubled: round.doubles.load(Ordering::Relaxed) })
    }
}

impl Heard {
    fn frame(&self, socket: usize, text: &str) {
        let at = Instant::now();
        self.frames.fetch_add(1, Ordering::Relaxed);
        let Some(round) = round_of(text).and_then(|number| self.rounds.get(number)) else { return };
        self.sample.get_or_init(|| text.to_owned());
        if round.at.get(socket).is_some_and(|heard| heard.set(at).is_err()) {
            round.doubles.fetch_add(1, Ordering::Relaxed);
        } else if round.count.fetch_add(1, Ordering::AcqRel) + 1 == round.at.len() {
            round.by_all.notify_one();
        }
    }
}

/// Listens until the server ends it.
async fn listen(mut socket: Socket, number: usize, heard: Arc<Heard>) {
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            heard.frame(number, text.as_str());
        }
    }
}

/// The number after the mark.
fn round_of(text: &str) -> Option<usize> {
    let (_, marked) = text.split_once(MARK)?;
    marked.split_once(';')?.0.parse().ok()
}
