use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{
    HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap},
};
use futures_util::{Stream, StreamExt};
use stead_domain::{Invalid, file::FileName, ports::object_store::ObjectBody};
use tokio::time::{Instant, timeout_at};

use super::{
    body::{PiecesIn, pieces},
    payload::SharedPayload,
};
use crate::error::{ApiError, Code};

/// The one field of the form.
const FILE: &str = "file";
/// What a form has besides the file: boundaries and the head of its part.
const AROUND: u64 = 64 * 1024;
/// The longest that a body may take to arrive, however steadily it does.
const WHOLE: Duration = Duration::from_secs(60 * 60);

/// A form that holds one file.
pub struct Form {
    form: Multipart,
    payload: SharedPayload,
    patience: Patience,
}

/// The file in a form, before its bytes are read.
pub struct FilePart {
    /// What it is called.
    pub name: FileName,
    /// Its bytes, as they arrive while [`FilePart::pump`] runs.
    pub body: ObjectBody,
    field: Field,
    pieces: PiecesIn,
}

/// Why a form is not read to its end.
pub enum Stopped {
    /// Something is wrong with it.
    Refused(ApiError),
    /// Whoever stores the file has had enough of it.
    NobodyReads,
}

/// Each piece has so long to come, and the whole an hour.
struct Patience {
    idle: Duration,
    until: Instant,
}

impl Form {
    /// Begins to read a request's body.
    ///
    /// # Errors
    /// It is no form, or says that it is larger than one with a file of `max_bytes` may be.
    pub fn new(request: &HttpRequest, payload: Payload, max_bytes: u64, idle: Duration) -> Result<Self, Box<Refusal>> {
        let payload = SharedPayload::new(payload);
        if let Err(error) = check_headers(request.headers(), max_bytes) {
            return Err(Box::new(Refusal { error, payload }));
        }
        let form = Multipart::new(request.headers(), payload.clone());
        let patience = Patience { idle, until: Instant::now() + WHOLE };
        Ok(Self { form, payload, patience })
    }

    /// The file, which comes first.
    ///
    /// # Errors
    /// There is another field before it, or none, or it has no name.
    pub async fn file(&mut self) -> Result<FilePart, ApiError> {
        let field = self.next_field().await?;
        let field = field.ok_or_else(|| ApiError::invalid_field(FILE, "is required"))?;
        check_name(&field, &[FILE])?;
        let name = file_name(&field)?;
        let (pieces, body) = pieces();
        Ok(FilePart { name, body, field, pieces })
    }

    /// Hands on the file's bytes until it is whole, and nothing else follows it.
    ///
    /// # Errors
    /// The form is malformed, breaks off or stands still; or nobody reads.
    pub async fn pump(&mut self, mut field: Field, pieces: PiecesIn) -> Result<(), Stopped> {
        while let Some(piece) = self.patience.next(&mut field).await.map_err(Stopped::Refused)? {
            pieces.push(piece).await.or(Err(Stopped::NobodyReads))?;
        }
        drop(field);
        if let Some(field) = self.next_field().await.map_err(Stopped::Refused)? {
            let repeated = || ApiError::invalid_field(FILE, "must be given once");
            let refused = check_name(&field, &[FILE]).err().unwrap_or_else(repeated);
            return Err(Stopped::Refused(refused));
        }
        pieces.end().await.or(Err(Stopped::NobodyReads))
    }

    /// Takes in the rest, so that the client gets to read why it was refused.
    pub async fn drain(self) {
        self.payload.drain().await;
    }

    async fn next_field(&mut self) -> Result<Option<Field>, ApiError> {
        self.patience.next(&mut self.form).await
    }
}

impl FilePart {
    /// The file's name and bytes for whoever stores it, and what [`Form::pump`] takes.
    pub fn split(self) -> ((FileName, ObjectBody), (Field, PiecesIn)) {
        ((self.name, self.body), (self.field, self.pieces))
    }
}

/// A body that is refused before it is read.
pub struct Refusal {
    error: ApiError,
    payload: SharedPayload,
}

impl Refusal {
    /// Why, once the client gets to read it.
    pub async fn told(self) -> ApiError {
        self.payload.drain().await;
        self.error
    }
}

impl Patience {
    async fn next<T>(
        &self,
        stream: &mut (impl Stream<Item = Result<T, MultipartError>> + Unpin),
    ) -> Result<Option<T>, ApiError> {
        let until = self.until.min(Instant::now() + self.idle);
        match timeout_at(until, stream.next()).await {
            Ok(Some(Ok(item))) => Ok(Some(item)),
            Ok(Some(Err(error))) => Err(malformed(&error)),
            Ok(None) => Ok(None),
            Err(_elapsed) => Err(ApiError::new(Code::RequestTimeout)),
        }
    }
}

fn check_headers(headers: &HeaderMap, max_bytes: u64) -> Result<(), ApiError> {
    let unsupported =
        || ApiError::new(Code::UnsupportedMediaType).saying("The body must be multipart/form-data, not encoded");
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() != b"identity") {
        return Err(unsupported());
    }
    let stated = headers.get(header::CONTENT_TYPE).and_then(|stated| stated.to_str().ok());
    let Some(stated) = stated else {
        let has_body = headers.contains_key(header::TRANSFER_ENCODING)
            || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0");
        let missing = || ApiError::invalid_field(FILE, "is required");
        return Err(if has_body { unsupported() } else { missing() });
    };
    let media_type = stated.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("multipart/form-data") {
        return Err(unsupported());
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > max_bytes.saturating_add(AROUND)) {
        return Err(ApiError::new(Code::PayloadTooLarge));
    }
    Ok(())
}

fn check_name(field: &Field, known: &[&str]) -> Result<(), ApiError> {
    let name = field.name().unwrap_or_default();
    if known.contains(&name) { Ok(()) } else { Err(ApiError::invalid_field(name, "is unknown; expected `file`")) }
}

/// What the client says the file is called, made safe. Browsers write quotes and line ends in it as `%22`, `%0D` and `%0A`
/// (WHATWG HTML, multipart/form-data).
fn file_name(field: &Field) -> Result<FileName, ApiError> {
    let disposition = field.content_disposition();
    let extended = disposition
        .and_then(|disposition| disposition.get_filename_ext())
        .and_then(|name| String::from_utf8(name.value.clone()).ok());
    let plain = || disposition.and_then(|disposition| disposition.get_filename());
    let plain = || plain().map(|name| name.replace("%22", "\"").replace("%0D", "").replace("%0A", ""));
    let said = extended.or_else(plain).ok_or_else(|| ApiError::invalid_field(FILE, "must have a file name"))?;
    FileName::made_safe(&said).map_err(|Invalid(problem)| ApiError::invalid_field(FILE, problem))
}

fn malformed(error: &MultipartError) -> ApiError {
    ApiError::new(Code::InvalidRequest).saying(format!("The body is not the form that it should be: {error}"))
}
