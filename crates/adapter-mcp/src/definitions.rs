//! A server's tools, as the port has them.

use std::collections::HashSet;

use rmcp::model::{ListToolsResult, Tool};
use serde_json::Value;
use stead_domain::{
    Json,
    ports::tool_server::{
        MAX_DESCRIPTION_CHARS, MAX_SCHEMA_BYTES, MAX_TOOLS, ToolDefinition, ToolServerError, ToolServerErrorKind,
    },
};

use crate::failure::error;

/// A server that gives so many pages does not mean to end.
const MAX_PAGES: usize = 100;
const MAX_NAME_CHARS: usize = 128;

/// The pages so far.
#[derive(Default)]
pub(crate) struct Definitions {
    tools: Vec<ToolDefinition>,
    names: HashSet<String>,
    cursors: HashSet<String>,
}

impl Definitions {
    /// Takes a page; the cursor of the next one, if there is one.
    pub(crate) fn take(&mut self, page: ListToolsResult) -> Result<Option<String>, ToolServerError> {
        if self.tools.len() + page.tools.len() > MAX_TOOLS {
            return Err(too_large("it has too many tools"));
        }
        for tool in page.tools {
            let tool = definition(tool)?;
            if !self.names.insert(tool.name.clone()) {
                return Err(error(ToolServerErrorKind::Protocol, "two of its tools have the same name"));
            }
            self.tools.push(tool);
        }
        let Some(cursor) = page.next_cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
        if self.cursors.len() >= MAX_PAGES || !self.cursors.insert(cursor.clone()) {
            return Err(error(ToolServerErrorKind::Protocol, "its pages of tools do not end"));
        }
        Ok(Some(cursor))
    }

    pub(crate) fn into_tools(self) -> Vec<ToolDefinition> {
        self.tools
    }
}

fn definition(tool: Tool) -> Result<ToolDefinition, ToolServerError> {
    if !(1..=MAX_NAME_CHARS).contains(&tool.name.chars().count()) || tool.name.contains('\0') {
        return Err(too_large("the name of one of its tools is empty or too long"));
    }
    let schema = Value::Object(tool.input_schema.as_ref().clone());
    let input_schema = Json::parse(schema, MAX_SCHEMA_BYTES)
        .map_err(|_beyond| too_large("the schema of one of its tools is too large or too deep"))?;
    let description = tool.description.unwrap_or_default();
    let description = description.chars().filter(|c| *c != '\0').take(MAX_DESCRIPTION_CHARS).collect();
    Ok(ToolDefinition { name: tool.name.into_owned(), description, input_schema })
}

fn too_large(detail: &str) -> ToolServerError {
    error(ToolServerErrorKind::TooLarge, detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(value: Value) -> ListToolsResult {
        serde_json::from_value(value).unwrap()
    }

    fn tools(tools: Value) -> Result<Vec<ToolDefinition>, ToolServerError> {
        let mut definitions = Definitions::default();
        definitions.take(page(json!({"tools": tools})))?;
        Ok(definitions.into_tools())
    }

    #[test]
    fn pages_that_go_in_circles_end() {
        let mut definitions = Definitions::default();
        let empty = |cursor: &str| page(json!({"tools": [], "nextCursor": cursor}));
        assert_eq!(definitions.take(empty("a")).unwrap().as_deref(), Some("a"));
        assert_eq!(definitions.take(empty("b")).unwrap().as_deref(), Some("b"));
        assert_eq!(definitions.take(empty("a")).unwrap_err().kind, ToolServerErrorKind::Protocol);
        assert_eq!(Definitions::default().take(empty("")).unwrap(), None);
        let mut endless = Definitions::default();
        let ended = (0..1_000).find_map(|n| endless.take(empty(&n.to_string())).err());
        assert_eq!(ended.unwrap().kind, ToolServerErrorKind::Protocol);
    }

    #[test]
    fn definitions_beyond_the_limits_are_refused() {
        let deep = (0..70).fold(json!({}), |inner, _| json!({"properties": inner}));
        let large = json!({"description": "x".repeat(MAX_SCHEMA_BYTES)});
        for schema in [deep, large] {
            let refused = tools(json!([{"name": "a", "inputSchema": schema}])).unwrap_err();
            assert_eq!(refused.kind, ToolServerErrorKind::TooLarge);
        }
        for name in ["", &"x".repeat(129), "a\0"] {
            assert!(tools(json!([{"name": name, "inputSchema": {}}])).is_err());
        }
        let twice = json!([{"name": "a", "inputSchema": {}}, {"name": "a", "inputSchema": {}}]);
        assert_eq!(tools(twice).unwrap_err().kind, ToolServerErrorKind::Protocol);
    }

    #[test]
    fn a_schema_that_refers_to_itself_is_a_schema() {
        let cyclic = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
        let tools = tools(json!([{"name": "a", "inputSchema": cyclic, "description": "ü".repeat(10_000)}])).unwrap();
        assert_eq!(tools[0].input_schema.value(), &cyclic);
        assert_eq!(tools[0].description.chars().count(), MAX_DESCRIPTION_CHARS);
    }
}
