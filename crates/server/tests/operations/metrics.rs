use std::net::TcpListener;

use stead_testkit::openai_wire::Reply;

use crate::harness::{
    Account, Client, Setup,
    account::registration,
    call::Address,
    eventually,
    process::{self, Process},
    setup::Model,
};

on_both!(the_figures_tell_what_happened, with_a_token_they_are_on_the_main_port, nobody_sees_them_by_default);

const TOKEN: &str = "0123456789abcdef-figures";

async fn sign_up(process: &Process) -> Account {
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    Account::from_sign_in(&stranger, "ann@example.org", signed_in)
}

async fn read(client: &Client) -> String {
    let page = client.get("/metrics").raw().await;
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    page.text().await.unwrap()
}

/// The value of the one line that begins like this.
fn value(page: &str, line: &str) -> f64 {
    let mut found = page.lines().filter_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    let value = found.next().unwrap_or_else(|| panic!("{line} is not in\n{page}"));
    assert_eq!(found.next(), None, "{line} is there twice");
    value.parse().unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn the_figures_tell_what_happened(setup: Setup) {
    let address = format!("127.0.0.1:{}", free_port());
    let setup = setup.wire().await.setting("STEAD_METRICS__LISTEN", &address);
    let Model::Wire(model) = &setup.model else { panic!("the wire") };
    model.script(Reply::text("To you as well."));
    let process = Process::serve(&setup, &Address::default()).await;
    let ann = sign_up(&process).await;
    ann.talk().await.say("Good morning").await.expect(201);
    ann.get("/users/none").await.refused(400, "invalid_request");

    let figures = Address::default();
    figures.set(&format!("http://{address}"));
    let figures = process.stranger().through(&figures).at_root();
    let page = read(&figures).await;
    let messages = "method=\"POST\",route=\"/api/v1/chat/{agent_id}/threads/{thread_id}/messages\"";
    assert_eq!(value(&page, &format!("stead_http_requests_total{{{messages},status=\"2xx\"}}")), 1.0);
    assert_eq!(value(&page, &format!("stead_http_request_seconds_count{{{messages}}}")), 1.0);
    assert_eq!(value(&page, "stead_runs_started_total"), 1.0);
    assert_eq!(value(&page, "stead_runs_ended_total{status=\"completed\",code=\"none\"}"), 1.0);
    assert_eq!(value(&page, "stead_model_answers_total{model=\"wire-model\",outcome=\"stop\"}"), 1.0);
    assert_eq!(value(&page, "stead_model_first_token_seconds_count{model=\"wire-model\"}"), 1.0);
    assert_eq!(value(&page, "stead_model_breaker_open"), 0.0);
    assert_eq!(value(&page, "stead_db_up"), 1.0);
    assert!(value(&page, "stead_commits_total{outcome=\"done\"}") >= 3.0);
    assert!(value(&page, "stead_db_connections{state=\"open\"}") >= 1.0);
    assert!(value(&page, "stead_events_newest_position") >= 1.0);
    assert_eq!(value(&page, "stead_jobs{state=\"dead\"}"), 0.0);
    assert_eq!(value(&page, "stead_jobs_oldest_due_seconds"), 0.0);
    // No ids: what comes with each person, thread or message is no label.
    for id in [ann.id(), ann.default_agent()] {
        assert!(!page.contains(id), "{page}");
    }
    assert_eq!(figures.get("/readyz").raw().await.status(), 404, "nothing else is there");
    assert_eq!(process.stranger().at_root().get("/metrics").raw().await.status(), 404, "nor is it on the main port");
    process.terminate().await;
    assert!(process.ended().await.0.success());
}

async fn with_a_token_they_are_on_the_main_port(setup: Setup) {
    let setup = setup.offline().setting("STEAD_METRICS__TOKEN", TOKEN);
    let process = Process::serve(&setup, &Address::default()).await;
    let ann = sign_up(&process).await;
    let stranger = process.stranger().at_root();
    for refused in [stranger.clone(), stranger.with_token("0123456789abcdef-figurez"), ann.at_root()] {
        refused.get("/metrics").await.refused(401, "unauthorized");
    }
    let reader = stranger.with_token(TOKEN);
    eventually("the requests in the figures", async || {
        let page = read(&reader).await;
        page.contains("route=\"/api/v1/auth/register\"").then_some(())
    })
    .await;
    let page = read(&reader).await;
    assert_eq!(value(&page, "stead_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"4xx\"}"), 3.0);
    stranger.get("/nowhere/at-all").await.refused(404, "not_found");
    assert!(!read(&reader).await.contains("nowhere"), "what a client makes up is no label");
}

async fn nobody_sees_them_by_default(setup: Setup) {
    let process = Process::serve(&setup.offline(), &Address::default()).await;
    let stranger = process.stranger().at_root();
    for reader in [stranger.clone(), stranger.with_token("")] {
        reader.get("/metrics").await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn a_token_that_can_be_guessed_is_refused() {
    let settings = [("STEAD_METRICS__TOKEN".to_owned(), "short".to_owned())];
    let refused = process::run(&["config", "print"], &settings).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("metrics.token") && !said.contains("\"short\""), "{said}");
}
