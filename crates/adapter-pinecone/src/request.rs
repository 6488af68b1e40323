//! One request: sent, judged by its status, and read to its end.

use std::time::SystemTime;

use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::{Method, Response, header::CONTENT_TYPE};
use stead_outbound::retry_after;
use url::Url;

use crate::failure::{Failure, Trouble, not_sent, refused};

/// Pinecone gives at most 4 MB.
const MAX_ANSWER: usize = 8 * 1024 * 1024;
/// The most that is read of an error's body.
const MAX_ERROR: usize = 64 * 1024;

/// What is asked, however often.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Bytes,
}

impl Question {
    /// Asks once.
    pub(crate) async fn ask(&self, http: &reqwest::Client) -> Result<Vec<u8>, Failure> {
        let mut request = http.request(self.method.clone(), self.url.clone());
        if self.method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/json").body(self.body.clone());
        }
        let response = request.send().await.map_err(not_sent)?;
        let status = response.status();
        if status.is_success() {
            return read(response, MAX_ANSWER).await;
        }
        let wait = retry_after(|name| response.headers().get(name)?.to_str().ok(), SystemTime::now());
        // The status says the most: whatever is wrong with the body changes nothing.
        let body = read(response, MAX_ERROR).await.unwrap_or_default();
        Err(refused(status, &body, wait))
    }
}

async fn read(response: Response, most: usize) -> Result<Vec<u8>, Failure> {
    let (mut read, mut bytes) = (Vec::new(), response.bytes_stream());
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(|error| Trouble::BrokeOff(error.without_url()))?;
        if read.len() + chunk.len() > most {
            return Err(Trouble::TooLong(most).into());
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read)
}
