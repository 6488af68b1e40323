use serde::Deserialize;
use uuid::Uuid;

/// What a client may say, as text.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromClient {
    /// Who it is: as the first frame, where the request did not say.
    Auth { ticket: String },
    /// Its person types.
    Typing { channel_id: Uuid },
    /// Its person does something.
    Presence {},
    /// Whether anybody is there.
    Ping {},
}

impl FromClient {
    /// Reads a frame, or says why not.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => error.to_string(),
            _ => "must be a JSON object with a `type`".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_refused() {
        assert_eq!(FromClient::read(r#"{"type":"ping"}"#), Ok(FromClient::Ping {}));
        let id = Uuid::from_u128(7);
        let typing = format!(r#"{{"type":"typing","channel_id":"{id}"}}"#);
        assert_eq!(FromClient::read(&typing), Ok(FromClient::Typing { channel_id: id }));
        for bad in [
            "",
            "ping",
            "[]",
            "{}",
            "null",
            r#"{"type":"pong"}"#,
            r#"{"type":"ping","more":1}"#,
            r#"{"type":"typing"}"#,
            r#"{"type":"typing","channel_id":"x"}"#,
            r#"{"type":"ping"}{"type":"ping"}"#,
        ] {
            assert!(FromClient::read(bad).is_err(), "{bad}");
        }
    }
}
