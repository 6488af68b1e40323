use actix_web::{HttpResponse, http::StatusCode, http::header, post, web};
use serde::Deserialize;
use stead_application::channels::{MOST_FIRST_MEMBERS, NewChannel, NewChannelKind};
use stead_domain::{
    Invalid, UserId,
    channel::{ChannelName, Topic},
};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{ChannelBody, id},
    error::ApiError,
    extract::{Call, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// A channel to be made, or for two people to be found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateChannel)]
pub struct CreateChannelBody {
    /// What kind of room. Default: `public`. (That of one's own agent is made by Stead.)
    #[serde(default)]
    kind: Option<NewChannelKindBody>,
    /// What it is called: needed of a public or private one, where upper and lower case make no difference; no other has one.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80)]
    name: Option<String>,
    /// What it is about. Default: empty.
    #[serde(default)]
    #[schema(max_length = 1000)]
    topic: Option<String>,
    /// Who else is to be in it: one of a direct channel, 2 to 19 of a group, up to 100 of others.
    #[serde(default)]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 100)]
    user_ids: Option<Vec<String>>,
}

/// What kind of room can be asked for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NewChannelKind)]
pub enum NewChannelKindBody {
    Public,
    Private,
    Direct,
    Group,
}

impl RequestBody for CreateChannelBody {
    type Meaning = NewChannel;

    fn check(self, problems: &mut Problems) -> Option<NewChannel> {
        let Self { kind, name, topic, user_ids } = self;
        let kind = kind.unwrap_or(NewChannelKindBody::Public);
        let named = |text: String| ChannelName::parse(&text);
        let kind = match kind {
            NewChannelKindBody::Public => problems.required("name", name, named).map(NewChannelKind::Public),
            NewChannelKindBody::Private => problems.required("name", name, named).map(NewChannelKind::Private),
            NewChannelKindBody::Direct | NewChannelKindBody::Group => {
                if name.is_some() {
                    problems.add("name", "must be absent: channels of this kind have none");
                }
                let is_direct = matches!(kind, NewChannelKindBody::Direct);
                Some(if is_direct { NewChannelKind::Direct } else { NewChannelKind::Group })
            }
        };
        let topic = problems.optional("topic", topic.or_else(|| Some(String::new())), Topic::parse);
        let users = problems.optional("user_ids", user_ids.or_else(|| Some(Vec::new())), users);
        Some(NewChannel { kind: kind?, topic: topic?, user_ids: users? })
    }
}

fn users(texts: Vec<String>) -> Result<Vec<UserId>, Invalid> {
    if texts.len() > MOST_FIRST_MEMBERS {
        return Err(Invalid::new(format!("must have at most {MOST_FIRST_MEMBERS} items")));
    }
    texts.into_iter().map(|text| id(text).map(UserId::new)).collect()
}

/// Make a channel
///
/// Who makes it is its admin. Two people have one direct channel: where it is there, this answers it with 200, and starts at
/// the same time make one.
#[utoipa::path(
    tag = "channels",
    operation_id = "create_channel",
    params(IdempotencyHeader),
    request_body(content = CreateChannelBody, example = json!({"kind": "private", "name": "Board", "topic": "Minutes"})),
    responses(
        (status = 200, description = "The direct channel that was there", body = ChannelBody,
            example = json!(ChannelBody::sample())),
        (status = 201, description = "The channel",
            headers(("Location" = String, description = "Where it is")),
            body = ChannelBody, example = json!(ChannelBody::sample())),
        (status = 403, description = "A repeat, and the caller is no member of what the first request made any more"),
        (status = 404, description = "Somebody who is to be in it is not there; or a repeat, and what the first request made \
            is deleted"),
        (status = 409, description = "`name_taken`, `idempotency_mismatch`, or `conflict`: others changed it at the same time"),
    ),
)]
#[post("/channels")]
pub async fn create_channel(
    call: Call,
    new: Keyed<CreateChannelBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, Keyed { body, request }) = (call.caller, new);
    let opened = api.write(move |application| async move { application.create_channel(&caller, body, request).await });
    let opened = opened.await?;
    let channel = ChannelBody::from(opened.made.value);
    if opened.existed {
        return Ok(respond::ok(&channel));
    }
    let mut response = respond::maybe_replayed(StatusCode::CREATED, opened.made.replayed);
    response.insert_header((header::LOCATION, format!("/api/v1/channels/{}", channel.id)));
    Ok(response.json(channel))
}
