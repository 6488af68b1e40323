//! What the fake model answers. Titles and what else is no answer are asked for at any time, so they never take an answer
//! out of the line.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use stead_domain::ports::llm::{LlmMessage, LlmRequest, Purpose};
use stead_testkit::fakes::{FakeLlm, FakeReply};

/// Tells the fake what to answer.
pub struct Script(FakeLlm);

impl Script {
    pub fn new(llm: FakeLlm) -> Self {
        Self(llm)
    }

    /// The next answers, in order; then it repeats the question again.
    pub fn answers(&self, replies: impl IntoIterator<Item = FakeReply>) {
        let replies: VecDeque<FakeReply> = replies.into_iter().collect();
        let replies = Arc::new(Mutex::new(replies));
        self.0.answer_with(move |request| match request.purpose {
            Purpose::Title => FakeReply::text("A title"),
            Purpose::Summary => FakeReply::text("A summary"),
            Purpose::Description => FakeReply::text("A picture"),
            Purpose::Answer => {
                let next = replies.lock().expect("nobody panicked").pop_front();
                next.unwrap_or_else(|| FakeReply::text(asked(request)))
            }
        });
    }

    /// Every title like this.
    pub fn titles(&self, reply: FakeReply) {
        self.0.answer_with(move |request| match request.purpose {
            Purpose::Title | Purpose::Summary | Purpose::Description => reply.clone(),
            Purpose::Answer => FakeReply::text(asked(request)),
        });
    }

    /// What it was asked to answer, without titles.
    pub fn asked(&self) -> Vec<LlmRequest> {
        self.0.requests().into_iter().filter(|request| request.purpose == Purpose::Answer).collect()
    }
}

/// What the person said last.
pub fn asked(request: &LlmRequest) -> String {
    match request.messages.last() {
        Some(LlmMessage::User(text)) => text.clone(),
        other => panic!("the last message is not the person's: {other:?}"),
    }
}

/// A request's messages as `role: text`.
pub fn told(request: &LlmRequest) -> Vec<String> {
    let line = |message: &LlmMessage| match message {
        LlmMessage::System(text) => format!("system: {text}"),
        LlmMessage::User(text) | LlmMessage::UserWithPictures { content: text, .. } => format!("user: {text}"),
        LlmMessage::Assistant { content, .. } => format!("assistant: {content}"),
        LlmMessage::Tool { content, .. } => format!("tool: {content}"),
    };
    request.messages.iter().map(line).collect()
}
