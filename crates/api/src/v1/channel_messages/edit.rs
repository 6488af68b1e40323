use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use stead_application::channel_messages::MessagePatch;
use stead_domain::message::{Content, ContentHtml};
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{ChannelMessageBody, present},
    error::ApiError,
    extract::{Body, Call, ChannelMessagePath, Problems, RequestBody},
};

/// What changes of a message; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EditChannelMessage)]
pub struct EditChannelMessageBody {
    /// The text, Markdown. Not empty, unless files came with it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, max_length = 40000)]
    content: Option<String>,
    /// The text as HTML, which is cleaned; absent: made from the text. Only together with `content`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, max_length = 160000)]
    content_html: Option<String>,
}

impl RequestBody for EditChannelMessageBody {
    type Meaning = MessagePatch;

    fn check(self, problems: &mut Problems) -> Option<MessagePatch> {
        let Self { content, content_html } = self;
        if content.is_none() && content_html.is_some() {
            problems.add("content", "is required where `content_html` is given");
        }
        let content = problems.optional("content", content, Content::parse);
        let content_html = problems.optional("content_html", content_html, ContentHtml::parse);
        Some(MessagePatch { content: content.map(|content| (content, content_html)) })
    }
}

/// Edit a message of a channel
///
/// Whoever wrote it may, or the person in whose stead an agent did, as long as the configured time since it was sent is not
/// over. What it said before is kept. What is absent stays.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "edit_channel_message",
    params(ChannelMessagePath, IfMatchHeader),
    request_body(content = EditChannelMessageBody, example = json!({"content": "Lunch at noon, @bob?"})),
    responses(
        (status = 200, description = "The message as it is now", body = ChannelMessageBody,
            example = json!(ChannelMessageBody::sample_seen())),
        (status = 403, description = "The caller is no member, or did not write it; with an API key: it lacks the scope that \
            the operation takes"),
        (status = 409, description = "`edit_window_over`; or `conflict`: others changed it at the same time"),
    ),
)]
#[patch("/messages/{message_id}")]
pub async fn edit_channel_message(
    call: Call<ChannelMessagePath>,
    IfMatch(expected): IfMatch,
    body: Body<EditChannelMessageBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, message, patch) = (call.caller, call.path.message_id, body.0);
    let edited = api.write(move |application| async move {
        application.edit_channel_message(&caller, message, expected, patch).await
    });
    let said = edited.await?;
    let version = said.message.version;
    let said = api.application.with_citations(&caller, said).await?;
    tagged(&ChannelMessageBody::from(said), version, &IfNoneMatch::default())
}
