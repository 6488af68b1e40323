//! The server over the standard input and output of a process.
//!
//! The process is a shell that passes everything on to the test's own process, over a socket; it ends when the socket is
//! closed.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, tcp::OwnedWriteHalf},
    sync::{Mutex as AsyncMutex, mpsc},
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use super::{
    reply::Act,
    rpc::{Done, answer, error, handle, own_messages},
    shared::{Shared, controls},
};
use crate::gate::PATIENCE;

/// Says its number, then passes on what comes, both ways, and says when nothing more comes.
const PASS_ON: &str =
    r#"exec 3<>"/dev/tcp/127.0.0.1/$0"; echo "$$" >&3; { cat <&0; echo bye; } <&0 >&3 & exec cat <&3"#;

/// A server that is a process for each client.
#[derive(Debug)]
pub struct McpProcessServer {
    port: u16,
    pub(super) shared: Arc<Shared>,
    processes: Processes,
    /// The listener and, within it, the sockets: aborted when this is dropped.
    _listening: JoinSet<()>,
}

/// The processes there are.
#[derive(Debug, Clone, Default)]
struct Processes {
    running: Arc<Mutex<Vec<(u32, AbortHandle)>>>,
    are_refused: Arc<AtomicBool>,
}

controls!(McpProcessServer);

impl McpProcessServer {
    /// Ready for processes to be started.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let (shared, processes) = (Arc::new(Shared::new()), Processes::default());
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, Arc::clone(&shared), processes.clone()));
        Self { port, shared, processes, _listening: listening }
    }

    /// The program.
    pub fn command(&self) -> String {
        "bash".to_owned()
    }

    /// Its arguments.
    pub fn args(&self) -> Vec<String> {
        ["-c", PASS_ON, &self.port.to_string()].map(str::to_owned).to_vec()
    }

    /// The numbers of the processes that were started so far.
    pub fn pids(&self) -> Vec<u32> {
        self.processes.running().iter().map(|(pid, _)| *pid).collect()
    }

    /// Ends every process and waits until they are reaped.
    pub async fn end_processes(&self) {
        self.processes.running().iter().for_each(|(_, socket)| socket.abort());
        for pid in self.pids() {
            wait_until_gone(pid).await;
        }
    }

    /// From now on processes end as soon as they are started, or no longer.
    pub fn refuse(&self, are_refused: bool) {
        self.processes.are_refused.store(are_refused, Ordering::Relaxed);
    }
}

/// Waits until a process is neither running nor waiting to be reaped.
pub async fn wait_until_gone(pid: u32) {
    let place = format!("/proc/{pid}");
    let gone = async {
        while Path::new(&place).exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, gone).await.unwrap_or_else(|_| panic!("process {pid} is still there"));
}

async fn listen(listener: TcpListener, shared: Arc<Shared>, processes: Processes) {
    let mut sockets = JoinSet::new();
    loop {
        let (socket, _) = tokio::select! {
            accepted = listener.accept() => accepted.expect("a connection"),
            Some(_ended) = sockets.join_next() => continue,
        };
        if processes.are_refused.load(Ordering::Relaxed) {
            continue;
        }
        shared.progress.send_modify(|progress| progress.connections += 1);
        let (pid_is, pid) = mpsc::channel(1);
        let socket = sockets.spawn(serve(socket, Arc::clone(&shared), pid_is));
        processes.note(pid, socket).await;
    }
}

impl Processes {
    async fn note(&self, mut pid: mpsc::Receiver<u32>, socket: AbortHandle) {
        if let Some(pid) = pid.recv().await {
            self.running().push((pid, socket));
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Vec<(u32, AbortHandle)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(socket: TcpStream, shared: Arc<Shared>, pid_is: mpsc::Sender<u32>) {
    let (reader, writer) = socket.into_split();
    let writer = Arc::new(AsyncMutex::new(writer));
    let mut lines = BufReader::new(reader).lines();
    let mut at_work = JoinSet::new();
    loop {
        let line = tokio::select! {
            line = lines.next_line() => line,
            Some(went_on) = at_work.join_next() => {
                if went_on.expect("no test code panicked") { continue } else { return }
            }
        };
        let Ok(Some(line)) = line else { return };
        if line == "bye" {
            shared.progress.send_modify(|progress| progress.ended_sessions += 1);
            return;
        }
        if let Ok(pid) = line.parse() {
            pid_is.send(pid).await.expect("somebody notes it");
            continue;
        }
        let message = serde_json::from_str(&line).expect("a client sends JSON");
        at_work.spawn(work(message, Arc::clone(&shared), Arc::clone(&writer)));
    }
}

/// Does what one message asks for; false ends the process.
async fn work(message: Value, shared: Arc<Shared>, writer: Arc<AsyncMutex<OwnedWriteHalf>>) -> bool {
    let (id, act) = match handle(&shared, &message).await {
        Done::Taken => return true,
        Done::Began(answer) => return write(&writer, answer.to_string()).await,
        Done::Act(id, act) => (id, act),
    };
    match act {
        Act::Result(result) => write(&writer, answer(&id, result).to_string()).await,
        Act::Error(code, text) => write(&writer, error(&id, code, &text).to_string()).await,
        Act::ForeignId(result) => write(&writer, answer(&"nobody".into(), result).to_string()).await,
        Act::Raw(bytes) => write(&writer, bytes).await,
        Act::Flood(bytes) => flood(&writer, bytes).await,
        Act::Hang => std::future::pending().await,
        Act::Break => false,
        Act::AsksFirst(count, result) => {
            for message in own_messages(count) {
                write(&writer, message.to_string()).await;
            }
            write(&writer, answer(&id, result).to_string()).await
        }
        Act::Status(..) | Act::Redirect(..) | Act::Resumed(_) => panic!("a process has no HTTP"),
    }
}

async fn write(writer: &AsyncMutex<OwnedWriteHalf>, mut line: String) -> bool {
    line.push('\n');
    writer.lock().await.write_all(line.as_bytes()).await.is_ok()
}

async fn flood(writer: &AsyncMutex<OwnedWriteHalf>, bytes: u64) -> bool {
    let piece = vec![b'x'; 64 * 1024];
    let mut writer = writer.lock().await;
    for _ in 0..bytes / piece.len() as u64 {
        if writer.write_all(&piece).await.is_err() {
            return false;
        }
    }
    true
}
