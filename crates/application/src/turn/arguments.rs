//! What the model wants to call a tool with, as it is kept and as it may be used.

use serde_json::{Value, json};
use stead_domain::{Json, ports::llm::LlmToolCall};

use crate::tools::{OfferedTool, schema_problem};

/// What a call may be made with, in bytes.
const MAX_ARGUMENTS: usize = 256 * 1024;
/// What is kept of arguments that are no JSON, in characters.
const UNPARSED: usize = 2_000;
/// The longest name of a tool that models and their endpoints accept.
const MAX_NAME: usize = 64;

/// What a call is made with, and what is wrong with it, for the model to read.
pub fn arguments_of(call: &LlmToolCall, tool: Option<&OfferedTool>) -> (Json, Option<String>) {
    // Some models leave it empty where a tool takes nothing.
    let text = if call.arguments.trim().is_empty() { "{}" } else { call.arguments.as_str() };
    let parsed = serde_json::from_str::<Value>(text).map_err(|error| format!("the arguments are not JSON: {error}"));
    let fitting = parsed.and_then(|value| {
        if !value.is_object() {
            return Err("the arguments must be a JSON object".to_owned());
        }
        Json::parse(value, MAX_ARGUMENTS).map_err(|invalid| format!("the arguments {invalid}"))
    });
    match (fitting, tool) {
        (Ok(arguments), None) => (arguments, Some("there is no such tool".to_owned())),
        (Ok(arguments), Some(tool)) => {
            let problem = schema_problem(&tool.definition.input_schema, arguments.value());
            (arguments, problem.map(|problem| format!("the arguments do not fit: {problem}")))
        }
        (Err(problem), _) => {
            let kept: String = text.chars().filter(|character| *character != '\0').take(UNPARSED).collect();
            (Json::trusted(json!({ "unparsed": kept })), Some(problem))
        }
    }
}

/// A name as every endpoint takes it back in a later prompt.
pub fn acceptable_name(name: &str) -> String {
    let accepted = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let name: String = name.chars().take(MAX_NAME).map(accepted).collect();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}
