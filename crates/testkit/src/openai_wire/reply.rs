//! What the server shall answer.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::stream::{Fault, Piece, StreamScript};
use crate::gate::Gate;

/// One answer of the server. A piece is one delta of the stream: a word of [`Reply::text`], an element of
/// [`Reply::pieces`], the beginning or the arguments of a tool call. "After `k`" counts those.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) before: Vec<Before>,
    pub(super) head: Head,
    pub(super) content: Content,
}

/// What happens before the headers go out.
#[derive(Debug, Clone)]
pub(super) enum Before {
    Hang,
    Gate(Gate),
    Pause(Duration),
}

#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Stream(Box<StreamScript>),
    Whole(Bytes),
}

impl Reply {
    /// Streams a text word by word.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::pieces(text.as_ref().split_inclusive(' '))
    }

    /// Streams a text in these pieces.
    pub fn pieces<T: Into<String>>(pieces: impl IntoIterator<Item = T>) -> Self {
        Self::stream(pieces.into_iter().map(|text| Piece::Text(text.into())).collect())
    }

    /// Asks for tools: `(id, name, arguments)`. Each call is two pieces or more: its beginning, then its arguments.
    pub fn tool_calls<'a>(calls: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        Self::stream(Vec::new()).and_tool_calls(calls)
    }

    /// Refuses, with OpenAI's error body.
    pub fn status(status: u16) -> Self {
        Self { before: Vec::new(), head: Head { status, headers: Vec::new() }, content: Content::Whole(Bytes::new()) }
            .json_error("some_code", "some_type", "something about the request")
    }

    /// Never answers.
    pub fn hang() -> Self {
        Self { before: vec![Before::Hang], ..Self::text("") }
    }

    /// Streams words without end.
    pub fn endless() -> Self {
        Self::stream(Vec::new()).with_fault(0, Fault::Endless("word ".to_owned()))
    }

    /// Streams about so many bytes of text, a thousand a piece.
    pub fn huge(bytes: usize) -> Self {
        Self::pieces(std::iter::repeat_n("x".repeat(1_000), bytes.div_ceil(1_000)))
    }

    /// Sends these bytes as the whole event stream.
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        let mut reply = Self { content: Content::Whole(bytes.into()), ..Self::text("") };
        reply.head.headers.push(("content-type".into(), "text/event-stream".into()));
        reply
    }

    fn stream(pieces: Vec<Piece>) -> Self {
        let content = Content::Stream(Box::new(StreamScript::new(pieces)));
        Self { before: Vec::new(), head: Head { status: 200, headers: Vec::new() }, content }
    }

    /// Adds tool calls after what there is.
    #[must_use]
    pub fn and_tool_calls<'a>(self, calls: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        self.edit(|script| {
            let begun = script.pieces.iter().filter(|piece| matches!(piece, Piece::ToolCall { .. })).count();
            for (index, (id, name, arguments)) in (begun..).zip(calls) {
                script.pieces.push(Piece::ToolCall { index, id: id.to_owned(), name: name.to_owned() });
                let halves = arguments.char_indices().nth(arguments.chars().count() / 2).map_or(0, |(at, _)| at);
                let (first, second) = arguments.split_at(halves);
                for part in [first, second].into_iter().filter(|part| !part.is_empty()) {
                    script.pieces.push(Piece::ToolArguments { index, arguments: part.to_owned() });
                }
            }
            script.finish_reason = "tool_calls".to_owned();
        })
    }

    /// Puts thinking before the text, as one more piece.
    #[must_use]
    pub fn with_reasoning(self, reasoning: impl Into<String>) -> Self {
        self.edit(|script| script.pieces.insert(0, Piece::Reasoning(reasoning.into())))
    }

    /// Says another reason for the end.
    #[must_use]
    pub fn finished_by(self, reason: impl Into<String>) -> Self {
        self.edit(|script| script.finish_reason = reason.into())
    }

    /// Says these counts; otherwise words are counted.
    #[must_use]
    pub fn with_usage(self, prompt_tokens: u64, completion_tokens: u64) -> Self {
        self.edit(|script| script.usage = Some((prompt_tokens, completion_tokens)))
    }

    /// Does not say what was used.
    #[must_use]
    pub fn without_usage(self) -> Self {
        self.edit(|script| script.says_usage = false)
    }

    /// Ends without `[DONE]`.
    #[must_use]
    pub fn without_done(self) -> Self {
        self.edit(|script| script.says_done = false)
    }

    /// Ends the response so long after its last bytes.
    #[must_use]
    pub fn lingering(self, pause: Duration) -> Self {
        self.edit(|script| script.lingers = pause)
    }

    /// Pauses before each piece.
    #[must_use]
    pub fn slow(self, pause: Duration) -> Self {
        self.edit(|script| script.pause = pause)
    }

    /// Sends at most so many bytes in one write, so that characters are split.
    #[must_use]
    pub fn in_writes_of(self, bytes: usize) -> Self {
        self.edit(|script| script.write_bytes = Some(bytes.max(1)))
    }

    /// Waits at the gate before the headers.
    #[must_use]
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.before.push(Before::Gate(gate.clone()));
        self
    }

    /// Waits so long before the headers.
    #[must_use]
    pub fn after(mut self, pause: Duration) -> Self {
        self.before.push(Before::Pause(pause));
        self
    }

    /// Waits at the gate after `k` pieces.
    #[must_use]
    pub fn waits_after(self, k: usize, gate: &Gate) -> Self {
        self.with_fault(k, Fault::Gate(gate.clone()))
    }

    /// Goes silent after `k` pieces.
    #[must_use]
    pub fn hang_after(self, k: usize) -> Self {
        self.with_fault(k, Fault::Hang)
    }

    /// Cuts the connection after `k` pieces.
    #[must_use]
    pub fn cut_after(self, k: usize) -> Self {
        self.with_fault(k, Fault::Cut)
    }

    /// Ends the response cleanly after `k` pieces, though the answer is not over.
    #[must_use]
    pub fn stop_after(self, k: usize) -> Self {
        self.with_fault(k, Fault::Stop)
    }

    /// Sends these bytes after `k` pieces and goes on.
    #[must_use]
    pub fn send_after(self, k: usize, bytes: impl Into<Bytes>) -> Self {
        self.with_fault(k, Fault::Send(bytes.into()))
    }

    /// Sends bytes that are no UTF-8 after `k` pieces and goes on.
    #[must_use]
    pub fn not_utf8_after(self, k: usize) -> Self {
        self.send_after(k, &b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\xfe\"}}]}\n\n"[..])
    }

    /// Sends a frame that is no JSON after `k` pieces and goes on.
    #[must_use]
    pub fn not_json_after(self, k: usize) -> Self {
        self.send_after(k, "data: <html>bad gateway</html>\n\n")
    }

    /// Sends half a frame after `k` pieces and ends the response.
    #[must_use]
    pub fn half_frame_after(self, k: usize) -> Self {
        self.send_after(k, "data: {\"choices\":[{\"del").stop_after(k)
    }

    /// Reports an error inside the stream after `k` pieces and ends the response.
    #[must_use]
    pub fn error_after(self, k: usize, code: &str, kind: &str) -> Self {
        let error = json!({"error": {"message": "something about the conversation", "code": code, "type": kind}});
        self.send_after(k, format!("data: {error}\n\n")).stop_after(k)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.head.headers.push((name.into(), value.into()));
        self
    }

    /// Answers with this body in place of a stream.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.content = Content::Whole(body.into());
        self
    }

    /// Answers with OpenAI's error body in place of a stream.
    #[must_use]
    pub fn json_error(self, code: &str, kind: &str, message: &str) -> Self {
        let error = json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
        self.body(error.to_string())
    }

    fn with_fault(self, after: usize, fault: Fault) -> Self {
        self.edit(|script| script.faults.push((after, fault)))
    }

    fn edit(mut self, change: impl FnOnce(&mut StreamScript)) -> Self {
        match &mut self.content {
            Content::Stream(script) => change(script),
            Content::Whole(_) => panic!("this reply streams nothing"),
        }
        self
    }
}
