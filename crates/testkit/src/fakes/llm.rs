//! A model that says what it is told to say.

#[cfg(test)]
mod contract;
mod reply;

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use stead_domain::ports::llm::{
    Finished, LlmError, LlmEvent, LlmMessage, LlmProvider, LlmRecording, LlmRequest, LlmSenses, LlmStream, Purpose,
};
use tokio::{sync::watch, time::timeout};

use crate::gate::PATIENCE;

use reply::Act;
pub use reply::{FakeFailure, FakeReply};

/// What the fake calls itself.
const MODEL: &str = "fake";

/// A model that answers as scripted, else by `answer_with`, else with the question (a title: "A title", a summary: "A
/// summary", a picture's description: "A picture"). It writes down a recording as told by `transcribe_with`. It keeps what
/// it was asked. Clones are the same model.
#[derive(Clone)]
pub struct FakeLlm(Arc<Inner>);

struct Inner {
    plan: Mutex<Plan>,
    progress: watch::Sender<Progress>,
}

struct Plan {
    script: VecDeque<FakeReply>,
    default: Box<dyn Fn(&LlmRequest) -> FakeReply + Send>,
    transcript: Result<String, LlmError>,
}

#[derive(Default)]
struct Progress {
    requests: Vec<LlmRequest>,
    recordings: Vec<LlmRecording>,
    callers_left: usize,
}

impl FakeLlm {
    /// A model that repeats the question.
    pub fn new() -> Self {
        let plan = Plan { script: VecDeque::new(), default: Box::new(echo), transcript: Ok("A transcript".to_owned()) };
        Self(Arc::new(Inner { plan: Mutex::new(plan), progress: watch::Sender::new(Progress::default()) }))
    }

    /// Answers the next request like this. Several wait in line.
    pub fn script(&self, reply: FakeReply) {
        self.plan().script.push_back(reply);
    }

    /// Answers whatever the script does not like this.
    pub fn answer_with(&self, answer: impl Fn(&LlmRequest) -> FakeReply + Send + 'static) {
        self.plan().default = Box::new(answer);
    }

    /// Writes down every recording like this, or fails.
    pub fn transcribe_with(&self, transcript: Result<String, LlmError>) {
        self.plan().transcript = transcript;
    }

    /// The recordings it was given, in order.
    pub fn recordings(&self) -> Vec<LlmRecording> {
        self.0.progress.borrow().recordings.clone()
    }

    /// What it was asked, in order.
    pub fn requests(&self) -> Vec<LlmRequest> {
        self.0.progress.borrow().requests.clone()
    }

    /// The same, which it then forgets: for tests that ask it for long.
    pub fn take_requests(&self) -> Vec<LlmRequest> {
        let mut taken = Vec::new();
        self.0.progress.send_modify(|progress| taken = std::mem::take(&mut progress.requests));
        taken
    }

    /// Waits until it was asked so often.
    pub async fn wait_for_requests(&self, count: usize) {
        self.wait_for("requests", |progress| progress.requests.len() >= count).await;
    }

    /// Waits until so many callers have left before their answer was over.
    pub async fn wait_for_callers_left(&self, count: usize) {
        self.wait_for("callers to leave", |progress| progress.callers_left >= count).await;
    }

    async fn wait_for(&self, what: &str, reached: impl FnMut(&Progress) -> bool) {
        let mut progress = self.0.progress.subscribe();
        let reached = timeout(PATIENCE, progress.wait_for(reached)).await;
        reached.unwrap_or_else(|_| panic!("waited too long for {what}")).expect("the fake holds the sender");
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.plan.lock().expect("no answerer panicked")
    }
}

impl Default for FakeLlm {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FakeLlm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeLlm").finish_non_exhaustive()
    }
}

#[async_trait]
impl LlmProvider for FakeLlm {
    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        let reply = {
            let mut plan = self.plan();
            plan.script.pop_front().unwrap_or_else(|| (plan.default)(&request))
        };
        let model = request.model.clone().unwrap_or_else(|| MODEL.to_owned());
        self.0.progress.send_modify(|progress| progress.requests.push(request));
        let mut caller = Caller { llm: self.clone(), is_done: false };
        if let Some(gate) = reply.gate {
            gate.pass().await;
        }
        if let Some(refusal) = reply.refusal {
            caller.is_done = true;
            return Err(refusal);
        }
        let last = reply.end.map(|reason| LlmEvent::Finished(Finished { reason, usage: reply.usage, model }));
        let state = (VecDeque::from(reply.acts), Some(last), caller);
        let events = stream::unfold(state, |(mut acts, mut last, mut caller)| async move {
            while let Some(act) = acts.pop_front() {
                match act {
                    Act::Give(event) => return Some((Ok(event), (acts, last, caller))),
                    Act::Gate(gate) => gate.pass().await,
                    Act::Pause(pause) => tokio::time::sleep(pause).await,
                    Act::Hang => std::future::pending().await,
                }
            }
            caller.is_done = true;
            last.take().map(|last| (last, (acts, None, caller)))
        });
        Ok(events.boxed())
    }

    async fn transcribe(&self, recording: LlmRecording) -> Result<String, LlmError> {
        self.0.progress.send_modify(|progress| progress.recordings.push(recording));
        self.plan().transcript.clone()
    }

    fn senses(&self) -> LlmSenses {
        LlmSenses { pictures: true, recordings: true }
    }

    fn default_model(&self) -> &str {
        MODEL
    }
}

/// Counts a caller that left before the answer was over.
struct Caller {
    llm: FakeLlm,
    is_done: bool,
}

impl Drop for Caller {
    fn drop(&mut self) {
        if !self.is_done {
            self.llm.0.progress.send_modify(|progress| progress.callers_left += 1);
        }
    }
}

fn echo(request: &LlmRequest) -> FakeReply {
    let asked = request.messages.iter().rev().find_map(|message| match message {
        LlmMessage::User(text) | LlmMessage::UserWithPictures { content: text, .. } => Some(text.as_str()),
        LlmMessage::System(_) | LlmMessage::Assistant { .. } | LlmMessage::Tool { .. } => None,
    });
    match request.purpose {
        Purpose::Answer => FakeReply::text(asked.unwrap_or_default()),
        Purpose::Title => FakeReply::text("A title"),
        Purpose::Summary => FakeReply::text("A summary"),
        Purpose::Description => FakeReply::text("A picture"),
    }
}
