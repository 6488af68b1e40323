use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use serde_json::Value;
use stead_application::channel_messages::NewChannelMessage;
use stead_domain::{
    Invalid, Json, MessageId,
    message::{Content, ContentHtml},
};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{ChannelMessageBody, file_ids, id, metadata},
    error::ApiError,
    extract::{Call, ChannelPath, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// A message for a channel. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostChannelMessage)]
pub struct PostChannelMessageBody {
    /// The text, Markdown. Not empty, unless files come with it. `@handle` means a member or an agent of the channel,
    /// `@channel` everybody, `@here` everybody who is online; not in code and links.
    #[serde(default)]
    #[schema(value_type = String, required = true, max_length = 40000)]
    content: Option<String>,
    /// The text as HTML, which is cleaned; absent: made from the text.
    #[serde(default)]
    #[schema(max_length = 160000)]
    content_html: Option<String>,
    /// What the client keeps with it: at most 16 KiB, nested no deeper than 64, without NUL characters.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// Files that come with it, that the caller may read.
    #[serde(default)]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 20)]
    file_ids: Option<Vec<String>>,
    /// The message of this channel that it replies to.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    parent_id: Option<String>,
    /// The sender's own id for it. Sent again under the same one, it is the same message; another message under it is
    /// refused (409, `idempotency_mismatch`).
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    client_id: Option<String>,
}

impl RequestBody for PostChannelMessageBody {
    type Meaning = NewChannelMessage;

    fn check(self, problems: &mut Problems) -> Option<NewChannelMessage> {
        let Self { content, content_html, metadata: kept, file_ids: files, parent_id, client_id } = self;
        let has_files = files.as_ref().is_some_and(|files| !files.is_empty());
        let said = |text| Content::parse(text).and_then(|content| not_empty(content, has_files));
        let content = problems.required("content", content, said);
        let content_html = problems.optional("content_html", content_html, ContentHtml::parse);
        let metadata = problems.optional("metadata", kept, metadata).unwrap_or_else(Json::empty);
        let file_ids = problems.optional("file_ids", files, file_ids).unwrap_or_default();
        let parent = problems.optional("parent_id", parent_id, id).map(MessageId::new);
        let client_id = problems.optional("client_id", client_id, id);
        Some(NewChannelMessage { content: content?, content_html, metadata, file_ids, parent, client_id })
    }
}

fn not_empty(content: Content, has_files: bool) -> Result<Content, Invalid> {
    if content.as_str().is_empty() && !has_files {
        return Err(Invalid::new("must have at least 1 characters"));
    }
    Ok(content)
}

/// Send a message to a channel
///
/// Plain messages, replies and files alike, to channels of every kind. It is answered as soon as it is stored; what an agent
/// says to it comes later, as a message of its own. `/messages/{channel_id}/messages` is another name of this path.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "post_channel_message",
    params(ChannelPath, IdempotencyHeader),
    request_body(content = PostChannelMessageBody, example = json!({"content": "Lunch, @bob?",
        "client_id": "0197a3c4-5d6e-7f80-9a1b-000000000018"})),
    responses(
        (status = 201, description = "The message",
            headers(("Location" = String, description = "Where it is")),
            body = ChannelMessageBody, example = json!(ChannelMessageBody::sample())),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
        (status = 409, description = "`idempotency_mismatch`"),
    ),
)]
#[post("/channels/{channel_id}/messages")]
pub async fn post_channel_message(
    call: Call<ChannelPath>,
    posted: Keyed<PostChannelMessageBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, channel, Keyed { body, request }) = (call.caller, call.path.channel_id, posted);
    api.application.admit_send(&caller)?;
    let made =
        api.write(move |application| async move { application.post_to_channel(&caller, channel, body, request).await });
    let made = made.await?;
    let message = ChannelMessageBody::from(made.value);
    Ok(respond::created(&message, Some(&format!("/api/v1/messages/{}", message.id)), made.replayed))
}
