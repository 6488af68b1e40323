//! Bodies within bounds.

use reqwest::{Response, header::CONTENT_TYPE};
use stead_domain::ports::tool_server::MAX_ANSWER_BYTES;

use crate::failure::Fault;

/// The most bytes of one message: an answer and what is around it.
pub(crate) const MAX_MESSAGE_BYTES: usize = MAX_ANSWER_BYTES + 64 * 1024;

/// The whole body, or nothing of it.
pub(super) async fn read(mut response: Response) -> Result<Vec<u8>, Fault> {
    if response.content_length().is_some_and(|length| length > MAX_MESSAGE_BYTES as u64) {
        return Err(Fault::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Fault::of_request)? {
        if body.len() + chunk.len() > MAX_MESSAGE_BYTES {
            return Err(Fault::TooLarge);
        }

        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(super) fn is_json(response: &Response) -> bool {
    has_type(response, "application/json")
}

pub(super) fn is_events(response: &Response) -> bool {
    has_type(response, "text/event-stream")
}

fn has_type(response: &Response, wanted: &str) -> bool {
    let given = response.headers().get(CONTENT_TYPE).and_then(|given| given.to_str().ok()).unwrap_or_default();
    given.split(';').next().is_some_and(|given| given.trim().eq_ignore_ascii_case(wanted))
}
