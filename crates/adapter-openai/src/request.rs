//! What is sent to the endpoint.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::Value;
use stead_domain::ports::llm::{LlmMessage, LlmPicture, LlmRequest, LlmTool, LlmToolCall};

/// The body of a chat-completions request.
#[derive(Debug, Serialize)]
pub(crate) struct ChatRequest<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Debug, Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Message<'a> {
    System {
        content: &'a str,
    },
    User {
        content: UserContent<'a>,
    },
    Assistant {
        content: Option<&'a str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<ToolCall<'a>>,
    },
    Tool {
        tool_call_id: &'a str,
        content: &'a str,
    },
}

/// Text alone stays a plain string: not every endpoint knows parts.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum UserContent<'a> {
    Text(&'a str),
    Parts(Vec<Part<'a>>),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: ImageUrl },
}

#[derive(Debug, Serialize)]
struct ImageUrl {
    url: String,
}

#[derive(Debug, Serialize)]
struct ToolCall<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    function: CalledFunction<'a>,
}

#[derive(Debug, Serialize)]
struct CalledFunction<'a> {
    name: &'a str,
    arguments: &'a str,
}

#[derive(Debug, Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: OfferedFunction<'a>,
}

#[derive(Debug, Serialize)]
struct OfferedFunction<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
}

/// What the endpoint calls the most tokens of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenLimitName {
    /// `max_tokens`: what every compatible server knows.
    MaxTokens,
    /// `max_completion_tokens`: what OpenAI's newer models insist on.
    MaxCompletionTokens,
}

impl<'a> ChatRequest<'a> {
    pub(crate) fn new(request: &'a LlmRequest, default_model: &'a str, limit: TokenLimitName) -> Self {
        let most = Some(request.max_answer_tokens);
        let (max_tokens, max_completion_tokens) = match limit {
            TokenLimitName::MaxTokens => (most, None),
            TokenLimitName::MaxCompletionTokens => (None, most),
        };
        Self {
            model: request.model.as_deref().unwrap_or(default_model),
            messages: request.messages.iter().filter_map(message).collect(),
            stream: true,
            stream_options: StreamOptions { include_usage: true },
            tools: request.tools.iter().map(tool).collect(),
            temperature: request.temperature.map(stead_domain::agent::Temperature::get),
            max_tokens,
            max_completion_tokens,
        }
    }
}

fn message(message: &LlmMessage) -> Option<Message<'_>> {
    Some(match message {
        LlmMessage::System(content) => Message::System { content },
        LlmMessage::User(content) => Message::User { content: UserContent::Text(content) },
        LlmMessage::UserWithPictures { content, pictures } => {
            let text = Some(Part::Text { text: content }).filter(|_| !content.is_empty());
            Message::User {
                content: UserContent::Parts(text.into_iter().chain(pictures.iter().map(picture)).collect()),
            }
        }
        // It says nothing, and several endpoints refuse it.
        LlmMessage::Assistant { content, tool_calls } if content.is_empty() && tool_calls.is_empty() => return None,
        LlmMessage::Assistant { content, tool_calls } => Message::Assistant {
            content: (!content.is_empty()).then_some(content),
            tool_calls: tool_calls.iter().map(tool_call).collect(),
        },
        LlmMessage::Tool { call_id, content } => Message::Tool { tool_call_id: call_id, content },
    })
}

/// A picture within the request: the endpoint fetches nothing.
fn picture(picture: &LlmPicture) -> Part<'_> {
    let url = format!("data:{};base64,{}", picture.content_type, BASE64_STANDARD.encode(&picture.bytes));
    Part::ImageUrl { image_url: ImageUrl { url } }
}

fn tool_call(call: &LlmToolCall) -> ToolCall<'_> {
    ToolCall {
        id: &call.id,
        kind: "function",
        function: CalledFunction { name: &call.name, arguments: &call.arguments },
    }
}

fn tool(tool: &LlmTool) -> Tool<'_> {
    Tool {
        kind: "function",
        function: OfferedFunction {
            name: &tool.name,
            description: &tool.description,
            parameters: tool.input_schema.value(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stead_domain::{Json, ports::llm::Purpose};

    use super::*;

    fn request() -> LlmRequest {
        LlmRequest {
            model: None,
            purpose: Purpose::Answer,
            messages: vec![LlmMessage::User("hi".into())],
            tools: vec![],
            temperature: None,
            max_answer_tokens: 9,
        }
    }

    fn sent(request: &LlmRequest, limit: TokenLimitName) -> Result<Value, serde_json::Error> {
        serde_json::to_value(ChatRequest::new(request, "default", limit))
    }

    #[test]
    fn what_is_not_asked_for_is_not_sent() -> Result<(), serde_json::Error> {
        assert_eq!(
            sent(&request(), TokenLimitName::MaxTokens)?,
            json!({
                "model": "default", "messages": [{"role": "user", "content": "hi"}], "stream": true,
                "stream_options": {"include_usage": true}, "max_tokens": 9,
            })
        );
        let to_openai = sent(&request(), TokenLimitName::MaxCompletionTokens)?;
        assert_eq!((&to_openai["max_completion_tokens"], to_openai.get("max_tokens")), (&json!(9), None));
        Ok(())
    }

    #[test]
    fn a_picture_goes_with_its_question() -> Result<(), serde_json::Error> {
        let picture = LlmPicture { content_type: "image/png".into(), bytes: bytes::Bytes::from_static(b"png") };
        let shown = LlmMessage::UserWithPictures { content: "What is it?".into(), pictures: vec![picture] };
        let sent = sent(&LlmRequest { messages: vec![shown], ..request() }, TokenLimitName::MaxTokens)?;
        let url = json!({"url": "data:image/png;base64,cG5n"});
        assert_eq!(
            sent["messages"][0]["content"],
            json!([{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": url}])
        );
        Ok(())
    }

    #[test]
    fn tools_their_calls_and_results_are_sent() -> Result<(), serde_json::Error> {
        let call = LlmToolCall { id: "c1".into(), name: "clock".into(), arguments: "{}".into() };
        let request = LlmRequest {
            messages: vec![
                LlmMessage::System("be brief".into()),
                LlmMessage::Assistant { content: String::new(), tool_calls: vec![call] },
                LlmMessage::Tool { call_id: "c1".into(), content: "noon".into() },
                LlmMessage::Assistant { content: String::new(), tool_calls: vec![] },
            ],
            tools: vec![LlmTool {
                name: "clock".into(),
                description: "tells the time".into(),
                input_schema: Json::trusted(json!({"type": "object"})),
            }],
            ..request()
        };
        let sent = sent(&request, TokenLimitName::MaxTokens)?;
        let call = json!({"id": "c1", "type": "function", "function": {"name": "clock", "arguments": "{}"}});
        assert_eq!(
            sent["messages"],
            json!([
                {"role": "system", "content": "be brief"},
                {"role": "assistant", "content": null, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "content": "noon"},
            ])
        );
        let function = json!({"name": "clock", "description": "tells the time", "parameters": {"type": "object"}});
        assert_eq!(sent["tools"], json!([{"type": "function", "function": function}]));
        Ok(())
    }
}
