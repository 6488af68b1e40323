use actix_web::{HttpResponse, get, web};
use stead_application::threads::MessagesAt;
use stead_domain::page::{PageLimit, Position};
use utoipa::IntoParams;

use crate::{
    Api,
    dto::ChannelMessagesBody,
    error::ApiError,
    extract::{Call, ChannelPath, QueryParams, QueryReader},
    respond,
};

/// Which messages: at most one of `before`, `after`, `around` and `at`; without any the newest.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the fields describe the parameters; place and limit are what they mean")]
pub struct ChannelMessagesQuery {
    /// At most so many messages.
    #[param(minimum = 1, maximum = 100, default = 50, value_type = u32, required = false)]
    limit: PageLimit,
    /// The messages right before this one.
    #[param(value_type = uuid::Uuid, required = false)]
    before: (),
    /// The messages right after this one.
    #[param(value_type = uuid::Uuid, required = false)]
    after: (),
    /// The messages around this one, itself included.
    #[param(value_type = uuid::Uuid, required = false)]
    around: (),
    /// The messages around this time.
    #[param(value_type = String, format = DateTime, required = false)]
    at: (),
    /// What these mean.
    #[param(ignore)]
    place: MessagesAt,
}

impl ChannelMessagesQuery {
    /// What these mean.
    pub fn asked(&self) -> (MessagesAt, PageLimit) {
        (self.place, self.limit)
    }
}

impl QueryParams for ChannelMessagesQuery {
    fn read(query: &mut QueryReader) -> Self {
        let limit = query.page_limit();
        Self { limit, before: (), after: (), around: (), at: (), place: place(query) }
    }
}

/// The one place that a query names.
pub fn place(query: &mut QueryReader) -> MessagesAt {
    let given = [
        ("before", query.id("before").map(|id| MessagesAt::Position(Position::Before(id)))),
        ("after", query.id("after").map(|id| MessagesAt::Position(Position::After(id)))),
        ("around", query.id("around").map(|id| MessagesAt::Position(Position::Around(id)))),
        ("at", query.time("at").map(MessagesAt::Time)),
    ];
    let mut places = given.into_iter().filter_map(|(name, place)| Some((name, place?)));
    let place = places.next().map_or(MessagesAt::Position(Position::Newest), |(_, place)| place);
    for (name, _) in places {
        query.problem(name, "cannot stand beside another of `before`, `after`, `around` and `at`");
    }
    place
}

/// The messages of a channel
///
/// Oldest to newest. Deleted ones keep their places. `/messages/{channel_id}/messages` is another name of this path.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "list_channel_messages",
    params(ChannelPath, ChannelMessagesQuery),
    responses(
        (status = 200, description = "A page of messages", body = ChannelMessagesBody,
            example = json!(ChannelMessagesBody::sample())),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
    ),
)]
#[get("/channels/{channel_id}/messages")]
pub async fn list_channel_messages(
    call: Call<ChannelPath, ChannelMessagesQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let ChannelMessagesQuery { limit, place, .. } = call.query;
    let messages = api.application.channel_messages(&call.caller, call.path.channel_id, place, limit).await?;
    let messages = api.application.with_citations(&call.caller, messages).await?;
    Ok(respond::ok(&ChannelMessagesBody::from(messages)))
}
