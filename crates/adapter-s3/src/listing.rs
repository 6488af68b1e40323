use reqwest::Method;
use stead_domain::{
    Timestamp,
    ports::object_store::{ListedObject, MAX_LISTED, ObjectKey},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    answers::{self, Blob, BlobPage},
    client::{Client, Request},
    failure::Failure,
};

/// The blobs whose keys begin with `prefix`, after `after`, in order: `limit` of them if there are so many.
pub(crate) async fn list(
    client: &Client,
    prefix: &str,
    after: Option<&ObjectKey>,
    limit: usize,
) -> Result<Vec<ListedObject>, Failure> {
    let limit = limit.min(MAX_LISTED);
    let mut found = Vec::new();
    let mut next = None;
    while found.len() < limit {
        let mut request = Request::of_bucket(Method::GET)
            .query("list-type", "2")
            .query("max-keys", limit.to_string())
            .query("prefix", prefix);
        if let Some(after) = after {
            request = request.query("start-after", after.as_str());
        }
        if let Some(token) = next.take() {
            request = request.query("continuation-token", token);
        }
        let page: BlobPage = answers::read(&client.xml(client.send(&request).await?).await?)?;
        for blob in page.blobs {
            // What is no key of ours was not put there by us.
            if let Ok(key) = ObjectKey::parse(blob.key.as_str()) {
                found.push(listed(key, &blob)?);
            }
        }
        match page.next {
            Some(token) => next = Some(token),
            None => break,
        }
    }
    found.truncate(limit);
    Ok(found)
}

fn listed(key: ObjectKey, blob: &Blob) -> Result<ListedObject, Failure> {
    Ok(ListedObject { key, size: blob.size, stored_at: time_of(&blob.stored_at)? })
}

pub(crate) fn time_of(text: &str) -> Result<Timestamp, Failure> {
    let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) else {
        return Err(Failure::Protocol("the service gave a time that is none"));
    };
    Ok(Timestamp::new(at))
}
