//! The files resource, and files attached to threads and messages.

mod attached;
mod content;
mod faults;
mod gone;
mod names;
mod quota;
mod read;
mod upload;

use serde_json::Value;

use crate::harness::talk::text;

/// Where a file's bytes are.
fn content_of(file: &Value) -> String {
    format!("/files/{}/content", text(&file["id"]))
}

/// The path of a file.
fn path_of(file: &Value) -> String {
    format!("/files/{}", text(&file["id"]))
}
