use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{
    Method, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_RANGE},
};
use stead_domain::ports::object_store::{Object, ObjectBody, ObjectKey};

use crate::{
    client::{Client, Request},
    failure::Failure,
    upload::stored_size,
};

/// A blob, or `range` of it; `None` if it is not there.
pub(crate) async fn get(
    client: &Arc<Client>,
    key: &ObjectKey,
    range: Option<Range<u64>>,
) -> Result<Option<Object>, Failure> {
    let request = Request::of(key, Method::GET);
    let response = match &range {
        None => client.send(&request).await,
        Some(range) if range.start >= range.end => return nothing_of(client, key).await,
        Some(range) => client.send(&request.range(header_of(range))).await,
    };
    let response = match response {
        Ok(response) => response,
        Err(Failure::Refused { status: StatusCode::RANGE_NOT_SATISFIABLE, .. }) => {
            return nothing_of(client, key).await;
        }
        Err(failure) if failure.is_no_such_key() => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let length = number(response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()))?;
    let size = match range {
        None => length,
        Some(_) if response.status() == StatusCode::PARTIAL_CONTENT => whole_size(&response)?,
        Some(_) => return Err(Failure::Protocol("the service gave all of a blob for a part of it")),
    };
    Ok(Some(Object { size, body: body(Arc::clone(client), response, length) }))
}

/// Services take numbers up to that of a signed integer: an end behind it is the blob's own.
fn header_of(range: &Range<u64>) -> String {
    match i64::try_from(range.end) {
        Ok(end) => format!("bytes={}-{}", range.start, end - 1),
        Err(_) => format!("bytes={}-", range.start),
    }
}

/// No byte of a blob; `None` if it is not there.
async fn nothing_of(client: &Client, key: &ObjectKey) -> Result<Option<Object>, Failure> {
    let size = stored_size(client, key).await?;
    Ok(size.map(|size| Object { size, body: stream::empty().boxed() }))
}

/// The pieces of an answer: `length` bytes, or an error.
fn body(client: Arc<Client>, response: Response, length: u64) -> ObjectBody {
    let pieces = stream::try_unfold((response, length), move |(mut response, missing)| {
        let client = Arc::clone(&client);
        async move {
            match client.next_piece(&mut response).await? {
                Some(piece) => {
                    let missing = missing
                        .checked_sub(piece.len() as u64)
                        .ok_or(Failure::Protocol("the service gave more of a blob than it said"))?;
                    Ok::<Option<(Bytes, _)>, Failure>(Some((piece, (response, missing))))
                }
                None if missing == 0 => Ok(None),
                None => Err(Failure::Protocol("the service gave less of a blob than it said")),
            }
        }
    });
    pieces.map(|piece| piece.map_err(Into::into)).boxed()
}

/// From `bytes 0-9/100`.
fn whole_size(response: &Response) -> Result<u64, Failure> {
    let range = response.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    number(range.and_then(|range| range.rsplit_once('/')).map(|(_, size)| size))
}

fn number(text: Option<&str>) -> Result<u64, Failure> {
    text.and_then(|text| text.parse().ok()).ok_or(Failure::Protocol("the service does not say how large a blob is"))
}
