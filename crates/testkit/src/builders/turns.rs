use stead_domain::{
    AgentId, Json, RunId, ToolCallId,
    message::{Author, Message, MessageStatus},
    ports::store::{Change, MessageChange, RunChange},
    run::{Run, RunStatus, Usage},
    thread::Thread,
    tool_call::{ToolCall, ToolCallState},
    usage::UsagePurpose,
};

use super::{
    minted::{id, time_of},
    threads::{assistant_message, user_message},
};

/// A question, its run that waits, and the empty row of its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// What the person says.
    pub message: Message,
    /// Where the answer will be.
    pub answer: Message,
    /// The run that will write it.
    pub run: Run,
}

impl Turn {
    /// The changes that store it, in the order that the rows need.
    pub fn changes(&self) -> Vec<Change> {
        vec![
            Change::Message(MessageChange::Insert(self.message.clone())),
            Change::Message(MessageChange::Insert(self.answer.clone())),
            Change::Run(RunChange::Insert(self.run.clone())),
        ]
    }
}

/// A queued turn of the thread's person and agent.
pub fn turn(thread: &Thread) -> Turn {
    let message = user_message(thread, "How are you?");
    let answer = answer(thread, &message, id());
    let run = run(&message, &answer, thread.agent_id);
    Turn { message, answer, run }
}

/// The empty row of an answer that waits for its run.
pub fn answer(thread: &Thread, message: &Message, run: RunId) -> Message {
    Message {
        content_html: String::new(),
        branch_parent_id: Some(message.id),
        run_id: Some(run),
        status: MessageStatus::Queued,
        ..assistant_message(thread, "")
    }
}

/// The queued run that will fill in this answer; its id is the one that the answer names.
pub fn run(message: &Message, answer: &Message, agent: AgentId) -> Run {
    let Author::User(requested_by) = message.author else { panic!("a person's message: {message:?}") };
    let id = answer.run_id.expect("an answer of a run");
    Run {
        id,
        organization_id: message.organization_id,
        conversation_id: message.conversation_id,
        agent_id: agent,
        requested_by,
        purpose: UsagePurpose::Turn,
        trigger_message_id: message.id,
        answer_message_id: Some(answer.id),
        status: RunStatus::Queued,
        attempt: 0,
        fence: 0,
        cancel_requested: false,
        model: None,
        prompt_version: 1,
        error: None,
        usage: Usage::default(),
        created_at: time_of(id),
        queued_at: message.created_at,
        started_at: None,
        ended_at: None,
    }
}

/// A call of a tool that has just begun.
pub fn tool_call(turn: &Turn) -> ToolCall {
    let id: ToolCallId = id();
    ToolCall {
        id,
        organization_id: turn.run.organization_id,
        message_id: turn.answer.id,
        run_id: turn.run.id,
        step: 0,
        server: "weather".to_owned(),
        tool_name: "forecast".to_owned(),
        arguments: Json::empty().with("city", "Zürich"),
        state: ToolCallState::Open,
        start_time: time_of(id),
    }
}
