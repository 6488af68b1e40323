use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use stead_adapter_local::OfflineLlm;
use stead_domain::ports::llm::{
    Completion, FinishReason, LlmEvent, LlmMessage, LlmProvider, LlmProviderExt, LlmRequest, Purpose,
};
use stead_testkit::contracts::llm::{Unscripted, question};

async fn make() -> Unscripted {
    Unscripted(Arc::new(OfflineLlm::with_pause(Duration::ZERO)))
}

mod contract {
    use super::make;

    stead_testkit::llm_contract_tests!(make);
}

fn user(text: &str) -> LlmMessage {
    LlmMessage::User(text.into())
}

fn assistant(text: &str) -> LlmMessage {
    LlmMessage::Assistant { content: text.into(), tool_calls: vec![] }
}

async fn complete(request: LlmRequest) -> Completion {
    OfflineLlm::with_pause(Duration::ZERO).complete(request, 100_000).await.unwrap()
}

async fn answer(messages: Vec<LlmMessage>) -> String {
    complete(LlmRequest { messages, max_answer_tokens: 4_096, ..question("") }).await.content
}

#[tokio::test]
async fn the_first_sentence_says_what_it_is_and_how_to_change_it() {
    for messages in [vec![], vec![user("Hi")], vec![LlmMessage::System("Be kind.".into()), user("")]] {
        let answer = answer(messages).await;
        let first = answer.lines().next().unwrap();
        assert!(first.contains("offline") && first.contains("`STEAD_LLM__BASE_URL`"), "{first}");
    }
}

#[tokio::test]
async fn it_quotes_what_fits_and_says_who_said_it() {
    let answer = answer(vec![
        LlmMessage::System(
            "You are asked when the museum opens on Sundays.\n\nIt opens at nine on Sundays. Tickets are sold at the door.".into(),
        ),
        user("My daughter Mia loves dinosaurs. We live in Bern."),
        assistant("Dinosaurs are in the east wing."),
        user("When does the museum open on Sundays, and where are the dinosaurs?"),
    ])
    .await;
    assert!(answer.contains("> It opens at nine on Sundays.  \n> — what I was given"), "{answer}");
    assert!(!answer.contains("> You are"), "what it is is not quoted: {answer}");
    assert!(answer.contains("> Dinosaurs are in the east wing.  \n> — my earlier answer"), "{answer}");
    assert!(answer.contains("> My daughter Mia loves dinosaurs.  \n> — you, earlier"), "{answer}");
    assert!(!answer.contains("Tickets"), "{answer}");
    assert!(answer.contains("you have written 2 messages"), "{answer}");
}

#[tokio::test]
async fn it_admits_that_it_found_nothing() {
    let answer = answer(vec![LlmMessage::System("Be kind.".into()), user("How tall is the Eiffel tower?")]).await;
    assert!(answer.contains("I found nothing about that"), "{answer}");
    assert!(answer.contains("How tall is the Eiffel tower?"), "{answer}");
}

#[tokio::test]
async fn it_does_not_quote_its_own_quotes() {
    let first = answer(vec![user("Where is the lighthouse?")]).await;
    let second =
        answer(vec![user("Where is the lighthouse?"), assistant(&first), user("Where is the lighthouse?")]).await;
    assert!(!second.contains("my earlier answer"), "{second}");
    assert!(second.contains("> Where is the lighthouse?  \n> — you, earlier"), "{second}");
}

#[tokio::test]
async fn a_long_message_is_summarised() {
    let text = "Please summarise. The bridge was built in 1902. Cats sleep a lot. The bridge spans the river. \
                Floods of the river damaged the bridge.";
    let answer = answer(vec![user(text)]).await;
    assert!(answer.contains("- The bridge spans the river.\n- Floods of the river damaged the bridge."), "{answer}");
    assert!(!answer.contains("- Cats"), "{answer}");
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer() {
    let messages: Vec<LlmMessage> =
        (0..40).map(|n| user(&format!("Note {n} speaks of apples, pears and plum {n}."))).collect();
    let first = answer(messages.clone()).await;
    for _ in 0..20 {
        assert_eq!(answer(messages.clone()).await, first);
    }
}

#[tokio::test]
async fn it_keeps_to_the_most_tokens() {
    let cut = complete(LlmRequest { max_answer_tokens: 10, ..question("Hello?") }).await;
    assert!(cut.content.chars().count() <= 40, "{}", cut.content);
    assert_eq!((cut.finished.reason, cut.finished.model.as_str()), (FinishReason::Length, "offline"));
    let usage = cut.finished.usage.unwrap();
    assert!(usage.input_tokens > 0 && (1..=10).contains(&usage.output_tokens), "{usage:?}");
}

#[tokio::test]
async fn a_title_is_a_few_of_the_first_words() {
    let mut request =
        LlmRequest { purpose: Purpose::Title, ..question("How do I plant a pear tree in heavy clay soil?") };
    assert_eq!(complete(request.clone()).await.content, "How do I plant a pear tree in");
    request.messages.push(user("And a plum tree?"));
    assert_eq!(complete(request).await.content, "How do I plant a pear tree in");
}

#[tokio::test(start_paused = true)]
async fn it_streams_word_by_word_with_pauses() {
    let began = tokio::time::Instant::now();
    let events: Vec<_> = OfflineLlm::new().stream(question("Hello?")).await.unwrap().collect().await;
    assert!(events.len() > 10);
    assert!(matches!(&events[0], Ok(LlmEvent::Text(text)) if text == "I "), "{:?}", events[0]);
    assert_eq!(began.elapsed(), Duration::from_millis(5) * u32::try_from(events.len()).unwrap());
}
