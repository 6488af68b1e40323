use actix_web::{HttpResponse, get, web};
use stead_application::inbox::ListInbox;
use stead_domain::ports::store::{InboxKind, UserSearch};
use utoipa::IntoParams;

use crate::{
    Api,
    dto::{ChatTypeBody, InboxBody},
    error::ApiError,
    extract::{Call, QueryParams, QueryReader},
    paging::PageQuery,
    respond,
};

/// Which conversations. `before` and `after` take a `next_before`, a `next_after` or the id of a conversation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// Only those where the handle or the name of the other person, of the agent or of its owner holds this, in any case.
    #[param(value_type = String, min_length = 1, max_length = 100, required = false)]
    q: Option<UserSearch>,
    /// Only those with a person, or only those with an agent.
    #[param(value_type = ChatTypeBody, required = false)]
    chat_type: Option<InboxKind>,
    /// Described by [`PageQuery`].
    #[param(ignore)]
    page: PageQuery,
}

impl QueryParams for InboxQuery {
    fn read(query: &mut QueryReader) -> Self {
        let q = query.text("q");
        let chat_type = query.word("chat_type", &[("profile", InboxKind::Profile), ("agent", InboxKind::Agent)]);
        Self { q, chat_type, page: PageQuery::read(query) }
    }
}

/// One's conversations
///
/// With people and with agents, newest first; without `before` and `after` the newest page. What came with an API key needs
/// the scope `threads:read` too for those with agents.
#[utoipa::path(
    tag = "messaging",
    operation_id = "list_conversations",
    params(InboxQuery, PageQuery),
    responses(
        (status = 200, description = "A page of conversations", body = InboxBody, example = json!(InboxBody::sample())),
    ),
)]
#[get("/messaging/conversations")]
pub async fn list_conversations(call: Call<(), InboxQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let InboxQuery { q, chat_type, page } = call.query;
    let list = ListInbox { kind: chat_type, search: q, page: page.page };
    let inbox = api.application.inbox(&call.caller, list).await?;
    Ok(respond::ok(&InboxBody::from(inbox)))
}
