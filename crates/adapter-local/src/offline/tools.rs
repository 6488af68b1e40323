//! Tools without a model: a message that begins with a tool's name calls it, so that tools can be tried before a model is
//! set up.

use stead_domain::ports::llm::{LlmMessage, LlmRequest, LlmToolCall};

use super::answer::OFFLINE;

/// The longest result that is repeated, in characters.
const MAX_RESULT: usize = 4_000;

/// The call that the person asks for: a message that is the name of a tool it was offered, and the arguments as JSON.
pub(super) fn call(request: &LlmRequest) -> Option<LlmToolCall> {
    let LlmMessage::User(said) = request.messages.last()? else { return None };
    let (name, arguments) = said.trim().split_once(char::is_whitespace).unwrap_or((said.trim(), ""));
    let tool = request.tools.iter().find(|tool| tool.name == name)?;
    let arguments = match arguments.trim() {
        "" => "{}",
        given => given,
    };
    Some(LlmToolCall { id: "offline".to_owned(), name: tool.name.clone(), arguments: arguments.to_owned() })
}

/// What the tools gave that were called last, where nothing was said since.
pub(super) fn told(messages: &[LlmMessage]) -> Option<String> {
    let results: Vec<&str> = messages
        .iter()
        .rev()
        .map_while(|message| if let LlmMessage::Tool { content, .. } = message { Some(content.as_str()) } else { None })
        .collect();
    if results.is_empty() {
        return None;
    }
    let mut parts = vec![format!("{OFFLINE}: I called the tool that you named. It answered:")];
    for result in results.into_iter().rev() {
        let lines = result.lines().filter(|line| !line.starts_with("<tool_") && !line.starts_with("</tool_"));
        let result: String = lines.collect::<Vec<_>>().join("\n").chars().take(MAX_RESULT).collect();
        parts.push(format!("```\n{}\n```", result.replace("```", "'''")));
    }
    Some(parts.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stead_domain::{
        Json,
        ports::llm::{LlmTool, Purpose},
    };

    use super::*;

    fn asked(messages: Vec<LlmMessage>) -> LlmRequest {
        let tool = |name: &str| LlmTool {
            name: name.to_owned(),
            description: String::new(),
            input_schema: Json::trusted(json!({"type": "object"})),
        };
        LlmRequest {
            model: None,
            purpose: Purpose::Answer,
            messages,
            tools: vec![tool("kit__echo"), tool("kit__add")],
            temperature: None,
            max_answer_tokens: 100,
        }
    }

    fn said(text: &str) -> LlmRequest {
        asked(vec![LlmMessage::User(text.to_owned())])
    }

    #[test]
    fn a_message_that_begins_with_a_tools_name_calls_it() {
        let call = call(&said("kit__add  {\"a\": 1}\n")).unwrap();
        assert_eq!((call.name.as_str(), call.arguments.as_str()), ("kit__add", "{\"a\": 1}"));
        assert_eq!(super::call(&said(" kit__echo ")).unwrap().arguments, "{}");
        for other in ["echo", "please kit__echo", "kit__echoes", ""] {
            assert_eq!(super::call(&said(other)), None, "{other}");
        }
    }

    #[test]
    fn what_the_tool_gave_is_repeated_once_it_is_there() {
        let result =
            LlmMessage::Tool { call_id: "x".to_owned(), content: "<tool_result>\n22 °C\n</tool_result>".to_owned() };
        let request = asked(vec![LlmMessage::User("kit__echo".to_owned()), result]);
        assert_eq!(call(&request), None);
        assert!(told(&request.messages).unwrap().ends_with("```\n22 °C\n```"));
        assert_eq!(told(&said("hello").messages), None);
    }
}
