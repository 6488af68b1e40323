use reqwest::Method;
use stead_domain::{Timestamp, ports::object_store::ObjectKey};

use crate::{
    answers::{self, UploadPage},
    client::{Client, Request},
    failure::Failure,
    listing::time_of,
    upload::abort,
};

/// Aborts our uploads that began before `begun_before`. Answers how many they were.
pub(crate) async fn remove(client: &Client, begun_before: Timestamp) -> Result<usize, Failure> {
    let mut removed = 0;
    let mut after: Option<(String, String)> = None;
    loop {
        let mut request = Request::of_bucket(Method::GET).query("uploads", "");
        if let Some((key, upload_id)) = &after {
            request = request.query("key-marker", key).query("upload-id-marker", upload_id);
        }
        let page: UploadPage = answers::read(&client.xml(client.send(&request).await?).await?)?;
        for upload in page.uploads {
            // What is no key of ours is somebody else's upload.
            let Ok(key) = ObjectKey::parse(upload.key) else { continue };
            if time_of(&upload.begun_at)? < begun_before {
                abort(client, &key, &upload.upload_id).await?;
                removed += 1;
            }
        }
        after = match (page.is_truncated, page.next_key) {
            (true, Some(key)) => Some((key, page.next_upload_id.unwrap_or_default())),
            (true, None) | (false, _) => return Ok(removed),
        };
    }
}
