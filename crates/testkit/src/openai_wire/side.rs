//! What does not stream: vectors and transcripts. As strict as the rest.

use bytes::Bytes;
use hyper::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

/// A request for vectors or a transcript.
#[derive(Debug, Clone)]
pub struct SideRequest {
    /// The path after `/v1`.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; of a form its fields, the file as `{name, content_type, bytes}`.
    pub body: Value,
    /// Why it was refused, where it was.
    pub refused: Option<String>,
}

pub(super) const EMBEDDINGS: &str = "/v1/embeddings";
pub(super) const TRANSCRIPTIONS: &str = "/v1/audio/transcriptions";

/// Reads a request, and says why OpenAI would refuse it.
pub(super) fn read(path: &str, headers: HeaderMap, bytes: &Bytes) -> SideRequest {
    let read = if path == EMBEDDINGS { embeddings(bytes) } else { transcription(&headers, bytes) };
    let (body, refused) = match read {
        Ok(body) => (body, None),
        Err(why) => (Value::Null, Some(why)),
    };
    SideRequest { path: path.trim_start_matches("/v1").to_owned(), headers, body, refused }
}

/// What is answered unless something else was scripted.
pub(super) fn answer(request: &SideRequest) -> Value {
    if request.path != "/embeddings" {
        let length = request.body["file"]["bytes"].as_u64().unwrap_or_default();
        return json!({"text": format!("A transcript of {length} bytes.")});
    }
    let inputs = request.body["input"].as_array().map(Vec::as_slice).unwrap_or_default();
    let data: Vec<Value> = inputs
        .iter()
        .enumerate()
        .map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": letters(text.as_str().unwrap_or_default())}))
        // In any order: the index counts.
        .rev()
        .collect();
    let usage = json!({"prompt_tokens": inputs.len(), "total_tokens": inputs.len()});
    json!({"object": "list", "model": request.body["model"], "data": data, "usage": usage})
}

pub(super) fn refusal(request: &SideRequest) -> Option<(StatusCode, String)> {
    request.refused.clone().map(|why| (StatusCode::BAD_REQUEST, why))
}

fn embeddings(bytes: &Bytes) -> Result<Value, String> {
    let body: Value = serde_json::from_slice(bytes).map_err(|broken| format!("the body is no JSON: {broken}"))?;
    let fields = body.as_object().ok_or("the body must be an object")?;
    const KNOWN: [&str; 5] = ["model", "input", "encoding_format", "dimensions", "user"];
    if let Some(unknown) = fields.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("the body has the unknown field `{unknown}`"));
    }
    if body["model"].as_str().is_none_or(str::is_empty) {
        return Err("the body must have a `model`".into());
    }
    if !matches!(body["encoding_format"].as_str(), None | Some("float")) {
        return Err("this server knows the encoding `float` alone".into());
    }
    let inputs = body["input"].as_array().ok_or("`input` must be a list of strings")?;
    if inputs.is_empty() || inputs.len() > 2_048 {
        return Err("`input` must hold 1 to 2,048 texts".into());
    }
    if inputs.iter().any(|text| text.as_str().is_none_or(str::is_empty)) {
        return Err("`input` must not hold an empty string".into());
    }
    if inputs.iter().filter_map(Value::as_str).any(|text| text.chars().count() > 32_000) {
        return Err("a text of `input` is longer than the model takes".into());
    }
    Ok(body)
}

fn transcription(headers: &HeaderMap, bytes: &Bytes) -> Result<Value, String> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").ok_or("the body must be a form of parts")?;
    let mark = format!("--{}", boundary.trim_matches('"'));
    let mut fields = serde_json::Map::new();
    for part in parts(bytes, mark.as_bytes()) {
        let at = part.windows(4).position(|window| window == b"\r\n\r\n").ok_or("a part has no content")?;
        let (head, content) = part.split_at(at);
        let content =
            content.strip_prefix(b"\r\n\r\n").and_then(|content| content.strip_suffix(b"\r\n")).unwrap_or_default();
        let head = String::from_utf8_lossy(head).into_owned();
        let quoted = |name: &str| {
            head.split_once(&format!(" {name}=\""))
                .and_then(|(_, rest)| rest.split_once('"'))
                .map(|(value, _)| value.to_owned())
        };
        let name = quoted("name").ok_or("a part has no name")?;
        let value = match name.as_str() {
            "file" => {
                let file_name = quoted("filename").ok_or("the file has no name")?;
                let lines = head.lines().filter_map(|line| line.split_once(": "));
                let kind =
                    lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value).next();
                json!({"name": file_name, "content_type": kind, "bytes": content.len()})
            }
            "model" | "response_format" | "language" | "prompt" | "temperature" => {
                json!(String::from_utf8_lossy(content))
            }
            unknown => return Err(format!("the form has the unknown field `{unknown}`")),
        };
        fields.insert(name, value);
    }
    match (fields.get("file"), fields.get("model"), fields.get("response_format").and_then(Value::as_str)) {
        (Some(_), Some(_), None | Some("json")) => Ok(Value::Object(fields)),
        (Some(_), Some(_), Some(_)) => Err("this server knows the format `json` alone".into()),
        _ => Err("the form must have `file` and `model`".into()),
    }
}

/// What stands between the marks.
fn parts<'a>(bytes: &'a [u8], mark: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let from = rest.windows(mark.len()).position(|window| window == mark)? + mark.len();
        rest = &rest[from..];
        let to = rest.windows(mark.len()).position(|window| window == mark)?;
        Some(&rest[..to])
    })
}

fn letters(text: &str) -> Vec<f32> {
    let mut counts = vec![0.0; 32];
    for sign in text.chars().flat_map(char::to_lowercase) {
        counts[(u32::from(sign) % 32) as usize] += 1.0;
    }
    counts
}
