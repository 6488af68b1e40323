//! Requests, and what is checked of every response to one.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

use super::{
    Answer, Events,
    contract::{Contract, Sent},
    patience::soon,
};

/// Where Stead listens; another place after a restart.
#[derive(Debug, Clone, Default)]
pub struct Address(Arc<Mutex<String>>);

impl Address {
    pub fn set(&self, url: &str) {
        url.clone_into(&mut self.0.lock().expect("nobody panicked"));
    }

    pub fn get(&self) -> String {
        self.0.lock().expect("nobody panicked").clone()
    }
}

/// Somebody who sends requests, with or without credentials. Paths are below `/api/v1`.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: Address,
    base: &'static str,
    token: Option<String>,
}

/// A request that has not been sent: `client.post(…).key("k").await`.
#[must_use = "a call is sent by awaiting it"]
pub struct Call {
    client: Client,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Bytes>,
}

impl Client {
    pub fn new(address: Address) -> Self {
        // Nothing of the client's own: no cookies, no redirects, no decompression.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        // It only ever talks to this machine: looking for certificates would take longer than most tests.
        let http = http.tls_certs_only([]).build();
        Self { http: http.expect("a client"), address, base: "/api/v1", token: None }
    }

    /// The same with a bearer token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same to another process.
    pub fn through(&self, address: &Address) -> Self {
        Self { address: address.clone(), ..self.clone() }
    }

    /// The same without credentials.
    pub fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The same with paths from the root.
    pub fn at_root(&self) -> Self {
        Self { base: "", ..self.clone() }
    }

    /// Where Stead listens: `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        self.address.get()
    }

    pub fn address(&self) -> Address {
        self.address.clone()
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    pub fn post(&self, path: &str, body: Value) -> Call {
        self.call(Method::POST, path).json(&body)
    }

    /// A POST without a body.
    pub fn post_nothing(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub fn put_nothing(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub fn put(&self, path: &str, body: Value) -> Call {
        self.call(Method::PUT, path).json(&body)
    }

    pub fn patch(&self, path: &str, body: Value) -> Call {
        self.call(Method::PATCH, path).json(&body)
    }

    pub fn call(&self, method: Method, path: &str) -> Call {
        Call { client: self.clone(), method, path: path.to_owned(), headers: Vec::new(), body: None }
    }
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The request's idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn json(self, body: &Value) -> Self {
        self.raw_json(body.to_string())
    }

    /// A body that says it is JSON.
    pub fn raw_json(self, body: impl Into<Bytes>) -> Self {
        self.header("content-type", "application/json").bytes(body)
    }

    /// A body that does not say what it is.
    pub fn bytes(self, body: impl Into<Bytes>) -> Self {
        Self { body: Some(body.into()), ..self }
    }

    /// A form with a file.
    pub fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        self.form(&[(head.as_bytes(), bytes.as_ref())])
    }

    /// A form of these parts: the head of each, with the empty line behind it, and what it holds.
    pub fn form(self, parts: &[(&[u8], &[u8])]) -> Self {
        let mut body = Vec::new();
        for (head, content) in parts {
            body.extend_from_slice(b"--a-boundary\r\n");
            body.extend_from_slice(head);
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--a-boundary--\r\n");
        self.header("content-type", "multipart/form-data; boundary=a-boundary").bytes(body)
    }

    /// Sends it and follows what comes.
    pub async fn stream(self) -> Events {
        let (sent, response) = self.header("accept", "text/event-stream").send().await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if status != 200 {
            let body = response.bytes().await.expect("a body");
            panic!("{sent} answered {status}: {}", String::from_utf8_lossy(&body));
        }
        Events::new(sent, headers, response)
    }

    /// Sends it; the response as it comes, unread and unchecked.
    pub async fn raw(self) -> reqwest::Response {
        self.send().await.1
    }

    async fn send(self) -> (Sent, reqwest::Response) {
        let Self { client, method, path, headers, body } = self;
        let target = format!("{}{path}", client.base);
        let sent = Sent { method: method.clone(), target: target.clone(), body: body.clone() };
        let mut request = client.http.request(method, format!("{}{target}", client.origin()));
        if let Some(token) = &client.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = soon(&format!("an answer to {sent}"), request.send()).await;
        (sent.clone(), response.unwrap_or_else(|error| panic!("{sent}: {error:?}")))
    }

    async fn answer(self) -> Answer {
        let (sent, response) = self.send().await;
        let (status, headers): (u16, HeaderMap) = (response.status().as_u16(), response.headers().clone());
        let is_endless = sent.target.starts_with("/api/v1/events") && status == 200;
        let body = if is_endless {
            // It ends when nobody reads it any more: its beginning is answer enough.
            let mut response = response;
            soon("its beginning", response.chunk()).await.expect("a piece").expect("a piece")
        } else {
            soon("a body", response.bytes()).await.expect("a body")
        };
        let answer = Answer { sent, status, headers, body };
        Contract::get().check(&answer);
        answer
    }

    /// Sends it; `None` where no answer comes, because the server is gone.
    pub async fn try_send(self) -> Option<(u16, Value)> {
        let Self { client, method, path, headers, body } = self;
        let mut request = client.http.request(method, format!("{}{}{path}", client.origin(), client.base));
        request = request.bearer_auth(client.token.unwrap_or_default());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.body(body.unwrap_or_default()).send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, serde_json::from_slice(&response.bytes().await.ok()?).ok()?))
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.answer())
    }
}
