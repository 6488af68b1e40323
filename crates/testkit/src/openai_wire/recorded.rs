//! What the server was asked.

use hyper::HeaderMap;
use serde_json::Value;

/// A request to the chat-completions path.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; null where it was no JSON.
    pub body: Value,
    /// Why it was refused, where it was.
    pub refused: Option<String>,
}

impl RecordedRequest {
    /// A header's value, where it is there once and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The model it names.
    pub fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or_default()
    }

    /// Its messages.
    pub fn messages(&self) -> &[Value] {
        self.body["messages"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts of its messages of a role, in order.
    pub fn texts_of(&self, role: &str) -> Vec<&str> {
        self.messages()
            .iter()
            .filter(|message| message["role"] == role)
            .filter_map(|message| {
                let content = &message["content"];
                let parts = content.as_array().map(Vec::as_slice).unwrap_or_default();
                content.as_str().or_else(|| parts.iter().find_map(|part| part["text"].as_str()))
            })
            .collect()
    }

    /// What the person said last.
    pub fn last_user_text(&self) -> &str {
        self.texts_of("user").last().copied().unwrap_or_default()
    }

    /// Whether it asks for a title: something it tells the model has the word "title", and it offers no tools.
    pub fn asks_for_title(&self) -> bool {
        let told = self.texts_of("system");
        self.body.get("tools").is_none() && told.iter().any(|text| text.to_lowercase().contains("title"))
    }
}
