use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use stead_testkit::openai_wire::Reply;

use crate::harness::{
    Account, Setup,
    account::registration,
    backend::{self, Backend},
    call::Address,
    eventually,
    process::Process,
    setup::Model,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A collector: keeps what it is sent to `/v1/traces`.
struct Collector {
    url: String,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received: Arc<Mutex<Vec<u8>>> = Arc::default();
        let keeping = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let mut head = String::new();
                while stream.read_line(&mut head).unwrap() > 2 {}
                assert!(head.starts_with("POST /v1/traces "), "{head}");
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                let mut body = vec![0; length.unwrap()];
                stream.read_exact(&mut body).unwrap();
                keeping.lock().unwrap().extend(body);
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, received }
    }

    fn has(&self, bytes: &[u8]) -> bool {
        self.received.lock().unwrap().windows(bytes.len()).any(|window| window == bytes)
    }
}

fn trace_id() -> Vec<u8> {
    (0..TRACE.len()).step_by(2).map(|at| u8::from_str_radix(&TRACE[at..at + 2], 16).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_goes_through_to_the_model_and_holds_no_texts() {
    backend::run(Backend::Sqlite, async |setup: Setup| {
        let collector = Collector::start();
        let setup = setup.wire().await.setting("STEAD_OTEL__ENDPOINT", &collector.url);
        let Model::Wire(model) = &setup.model else { panic!("the wire") };
        model.script(Reply::text("A secret for a secret."));
        let process = Process::serve(&setup, &Address::default()).await;
        let stranger = process.stranger();
        let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
        let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
        let talk = ann.talk().await;
        let asked = ann.post(&talk.at("/messages"), serde_json::json!({"content": "Tell me a secret."}));
        asked.header("traceparent", &format!("00-{TRACE}-00f067aa0ba902b7-01")).await.expect(201);

        let answered = model.requests().into_iter().find(|request| request.last_user_text() == "Tell me a secret.");
        let passed_on = answered.unwrap().header("traceparent").unwrap().to_owned();
        assert!(passed_on.starts_with(&format!("00-{TRACE}-")) && passed_on.ends_with("-01"), "{passed_on}");
        assert!(!passed_on.contains("00f067aa0ba902b7"), "from a span of this process");
        process.terminate().await;
        assert!(process.ended().await.0.success());
        eventually("the trace", async || collector.has(&trace_id()).then_some(())).await;
        for name in ["http.server", "http.request", "model.request", "stead"] {
            assert!(collector.has(name.as_bytes()), "{name}");
        }
        for text in ["secret", "Ann", "ann@example.org", ann.access_token.as_str(), "a-key-that-nobody-may-see"] {
            assert!(!collector.has(text.as_bytes()), "{text}");
        }
    })
    .await;
}
