use actix_web::{HttpResponse, get, web};
use utoipa::IntoParams;

use crate::{
    Api,
    dto::{SidebarBody, SidebarsBody},
    error::ApiError,
    extract::{Call, ChannelPath, QueryParams, QueryReader},
    respond,
};

/// Which conversations.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SidebarsQuery {
    /// So many are skipped.
    #[param(minimum = 0, maximum = 2147483647, default = 0, required = false)]
    skip: u32,
    /// At most so many.
    #[param(minimum = 1, maximum = 100, default = 50, required = false)]
    limit: u32,
}

impl QueryParams for SidebarsQuery {
    fn read(query: &mut QueryReader) -> Self {
        Self { skip: query.number("skip", 0..=2_147_483_647, 0), limit: query.number("limit", 1..=100, 50) }
    }
}

/// My conversations beside a channel
///
/// Newest activity first, each with its latest 50 messages. For members of the channel.
#[utoipa::path(
    tag = "assistant",
    operation_id = "list_channel_conversations",
    params(ChannelPath, SidebarsQuery),
    responses(
        (status = 200, description = "The conversations", body = SidebarsBody,
            example = json!(SidebarsBody { conversations: vec![SidebarBody::sample()] })),
        (status = 403, description = "Not a member of this channel"),
    ),
)]
#[get("/ai/channels/{channel_id}/conversations")]
pub async fn list_channel_conversations(
    call: Call<ChannelPath, SidebarsQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path: ChannelPath { channel_id }, query: SidebarsQuery { skip, limit } } = call;
    let found = api.application.sidebars(&caller, channel_id, skip, limit).await?;
    Ok(respond::ok(&SidebarsBody { conversations: found.into_iter().map(SidebarBody::from).collect() }))
}
