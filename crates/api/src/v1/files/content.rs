use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    get, head,
    http::{StatusCode, header},
    web,
};
use futures_util::{StreamExt, stream};
use stead_domain::{
    file::File,
    ports::object_store::{Link, ObjectBody},
};
use utoipa::IntoParams;

use crate::{
    Api,
    byte_range::{Asked, asked},
    conditional::{IfNoneMatch, IfNoneMatchHeader},
    content_disposition::attachment,
    error::{ApiError, Code},
    extract::{Call, FilePath},
};

/// How long an address of the object store is good: for a redirect to be followed.
const LINK: Duration = Duration::from_secs(60);
/// Whatever a file holds, a browser that shows it lets it do nothing.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// Which bytes, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub struct RangeHeaders {
    /// A part of the file. More than one range, or what is malformed, counts as none.
    #[param(rename = "Range", value_type = String, required = false, example = "bytes=0-1023")]
    range: (),
    /// The part only if the file is still that, else the whole.
    #[param(rename = "If-Range", value_type = String, required = false)]
    if_range: (),
}

/// Download a file
///
/// Its bytes as they were uploaded, always as an attachment: it is nothing that a browser shows on this site. Where the
/// server is set up so, a redirect leads to an address of the object store that is good for a minute.
#[utoipa::path(
    tag = "files",
    operation_id = "get_file_content",
    params(FilePath, RangeHeaders, IfNoneMatchHeader),
    responses(
        (status = 200, description = "The file", content_type = "*/*", body = Vec<u8>,
            headers(("Content-Disposition" = String, description = "`attachment`, and what the file is called"),
                ("Accept-Ranges" = String, description = "`bytes`"))),
        (status = 206, description = "The part that was asked for", content_type = "*/*", body = Vec<u8>,
            headers(("Content-Range" = String, description = "Which bytes these are, of how many"),
                ("Content-Disposition" = String, description = "`attachment`, and what the file is called"))),
        (status = 302, description = "The file is at `Location`, for a minute",
            headers(("Location" = String, description = "An address of the object store"))),
        (status = 416, description = "`range_not_satisfiable`: the file has none of these bytes",
            headers(("Content-Range" = String, description = "How many bytes the file has: `bytes */N`"))),
    ),
)]
#[get("/files/{file_id}/content")]
pub async fn get_file_content(
    call: Call<FilePath>,
    known: IfNoneMatch,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    content(&api, call, &known, &request).await
}

/// What a download would answer, without the bytes
#[utoipa::path(
    tag = "files",
    operation_id = "head_file_content",
    params(FilePath, RangeHeaders, IfNoneMatchHeader),
    responses(
        (status = 200, description = "As the download would answer"),
        (status = 206, description = "As the download would answer"),
        (status = 302, description = "As the download would answer"),
        (status = 416, description = "As the download would answer"),
    ),
)]
#[head("/files/{file_id}/content")]
pub async fn head_file_content(
    call: Call<FilePath>,
    known: IfNoneMatch,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    content(&api, call, &known, &request).await
}

async fn content(
    api: &Api,
    call: Call<FilePath>,
    known: &IfNoneMatch,
    request: &HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let file = api.application.file(&call.caller, call.path.file_id).await?;
    // The bytes of a file never change.
    let tag = format!("\"{}\"", file.sha256.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    if known.knows(&tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let disposition = attachment(file.name.as_str());
    let link =
        Link { valid_for: LINK, content_type: file.content_type.clone(), content_disposition: disposition.clone() };
    if let Some(address) = api.application.file_link(&file, link).await? {
        return Ok(HttpResponse::Found().insert_header((header::LOCATION, address)).finish());
    }
    let part = match part(request, &tag, file.size) {
        Asked::Unsatisfiable => return Err(ApiError::new(Code::RangeNotSatisfiable).of_size(file.size)),
        Asked::Part(part) => Some(part),
        Asked::Whole => None,
    };
    let (status, sent) = match &part {
        Some(part) => (StatusCode::PARTIAL_CONTENT, part.end - part.start),
        None => (StatusCode::OK, file.size),
    };
    let mut response = head_of(&file, status, &tag, &disposition);
    if let Some(part) = &part {
        let last = part.end - 1;
        response.insert_header((header::CONTENT_RANGE, format!("bytes {}-{last}/{}", part.start, file.size)));
    }
    let body: ObjectBody = if request.method() == actix_web::http::Method::HEAD {
        stream::empty().boxed()
    } else {
        api.application.file_bytes(&file, part).await?
    };
    Ok(response.body(SizedStream::new(sent, body)))
}

fn head_of(file: &File, status: StatusCode, tag: &str, disposition: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .content_type(file.content_type.as_str())
        .insert_header((header::ETAG, tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        // Kept by the reader's browser alone, and asked about each time: who may read it changes.
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        // The bytes are sent as they are: ranges count them.
        .insert_header((header::CONTENT_ENCODING, "identity"));
    response
}

/// The part that is asked for: of the whole file as it is now, unless the request means another.
fn part(request: &HttpRequest, tag: &str, size: u64) -> Asked {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_RANGE).is_some_and(|meant| meant != tag) {
        return Asked::Whole;
    }
    let mut ranges = request.headers().get_all(header::RANGE);
    let range = ranges.next().and_then(|range| range.to_str().ok());
    asked(range.filter(|_| ranges.next().is_none()), size)
}
