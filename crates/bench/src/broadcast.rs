//! The floor of real time: a process that holds WebSockets and passes on what it is posted to all of them, with the library
//! that Stead uses, and nothing else.

use std::{
    io::Write,
    net::TcpListener,
    process::Stdio,
    sync::{Mutex, PoisonError},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt, web};
use actix_ws::Session;
use anyhow::Context;
use bytestring::ByteString;
use futures_util::StreamExt;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// The argument that has this executable be one.
pub const ARGUMENT: &str = "bare-broadcast";

type Sessions = web::Data<Mutex<Vec<Session>>>;

/// Serves until it is killed.
pub async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let sessions: Sessions = web::Data::new(Mutex::default());
    let mut out = std::io::stdout().lock();
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    drop(out);
    let app = move || {
        App::new().app_data(sessions.clone()).route("/", web::get().to(join)).route("/", web::post().to(pass_on))
    };
    Ok(HttpServer::new(app).listen(listener)?.run().await?)
}

async fn join(request: HttpRequest, body: web::Payload, sessions: Sessions) -> actix_web::Result<HttpResponse> {
    let (response, mut session, mut messages) = actix_ws::handle(&request, body)?;
    rt::spawn(async move {
        if session.text("hello").await.is_ok() {
            sessions.lock().unwrap_or_else(PoisonError::into_inner).push(session);
            while let Some(Ok(_)) = messages.next().await {}
        }
    });
    Ok(response)
}

async fn pass_on(body: web::Bytes, sessions: Sessions) -> actix_web::Result<HttpResponse> {
    let text = ByteString::try_from(body).map_err(actix_web::error::ErrorBadRequest)?;
    let all = sessions.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for mut session in all {
        session.text(text.clone()).await.map_err(actix_web::error::ErrorInternalServerError)?;
    }
    Ok(HttpResponse::Ok().finish())
}

/// Such a process.
pub struct Broadcast {
    pub url: String,
    _killed_with_this: Child,
}

impl Broadcast {
    pub async fn start() -> anyhow::Result<Self> {
        let this = std::env::current_exe()?;
        let mut child = Command::new(this).arg(ARGUMENT).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output is read")?).lines();
        let url = lines.next_line().await?.context("it ended before it listened")?;
        Ok(Self { url, _killed_with_this: child })
    }
}
