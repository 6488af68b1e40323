//! The service's answers in XML: what we read of them. Anything else may be there or not.

use std::str;

use serde::{Deserialize, de::DeserializeOwned};

use crate::failure::{Code, Failure};

/// Why it said no.
#[derive(Debug, Deserialize)]
pub(crate) struct Refusal {
    #[serde(rename = "Code", default)]
    code: String,
}

/// An upload in parts has begun.
#[derive(Debug, Deserialize)]
pub(crate) struct UploadBegun {
    #[serde(rename = "UploadId")]
    pub(crate) upload_id: String,
}

/// A page of blobs.
#[derive(Debug, Deserialize)]
pub(crate) struct BlobPage {
    #[serde(rename = "NextContinuationToken")]
    pub(crate) next: Option<String>,
    #[serde(rename = "Contents", default)]
    pub(crate) blobs: Vec<Blob>,
}

/// A blob in a page.
#[derive(Debug, Deserialize)]
pub(crate) struct Blob {
    #[serde(rename = "Key")]
    pub(crate) key: String,
    #[serde(rename = "Size")]
    pub(crate) size: u64,
    #[serde(rename = "LastModified")]
    pub(crate) stored_at: String,
}

/// A page of uploads that have not ended.
#[derive(Debug, Deserialize)]
pub(crate) struct UploadPage {
    #[serde(rename = "IsTruncated", default)]
    pub(crate) is_truncated: bool,
    #[serde(rename = "NextKeyMarker")]
    pub(crate) next_key: Option<String>,
    #[serde(rename = "NextUploadIdMarker")]
    pub(crate) next_upload_id: Option<String>,
    #[serde(rename = "Upload", default)]
    pub(crate) uploads: Vec<Upload>,
}

/// An upload in a page.
#[derive(Debug, Deserialize)]
pub(crate) struct Upload {
    #[serde(rename = "Key")]
    pub(crate) key: String,
    #[serde(rename = "UploadId")]
    pub(crate) upload_id: String,
    #[serde(rename = "Initiated")]
    pub(crate) begun_at: String,
}

impl Refusal {
    /// The code in an error's body, if it has one.
    pub(crate) fn code_of(body: &[u8]) -> Code {
        read(body).map(|refusal: Self| Code::new(&refusal.code)).unwrap_or_default()
    }
}

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let Ok(text) = str::from_utf8(body) else { return Err(Failure::Protocol("the service's answer is no text")) };
    quick_xml::de::from_str(text).map_err(Failure::Xml)
}

/// Whether an upload was completed: S3 says 200 first and may then say no.
pub(crate) fn is_completed(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("<CompleteMultipartUploadResult") && !text.contains("<Error>")
}
