use actix_web::{HttpResponse, get, web};
use stead_application::threads::MessagesAt;
use stead_domain::page::{PageLimit, Position};
use utoipa::IntoParams;

use crate::v1::threads::BranchesParam;
use crate::{
    Api,
    dto::MessagesBody,
    error::ApiError,
    extract::{Call, ChatPath, QueryParams, QueryReader, ThreadPath},
    respond,
};

/// Which messages: at most one of `before`, `after`, `around` and `at`; without any the newest.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the fields describe the parameters; place and limit are what they mean")]
pub struct MessagesQuery {
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
    /// Of which branches: of the active one (default), or of all, each with `active`.
    #[param(inline, required = false)]
    branches: BranchesParam,
    /// What these mean.
    #[param(ignore)]
    place: MessagesAt,
}

impl QueryParams for MessagesQuery {
    fn read(query: &mut QueryReader) -> Self {
        let limit = query.page_limit();
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
        Self { limit, before: (), after: (), around: (), at: (), branches: BranchesParam::read(query), place }
    }
}

/// The messages of a thread
///
/// Oldest to newest.
#[utoipa::path(
    tag = "messages",
    operation_id = "list_messages",
    params(ChatPath, ThreadPath, MessagesQuery),
    responses((status = 200, description = "A page of messages", body = MessagesBody,
        example = json!(MessagesBody::sample()))),
)]
#[get("/chat/{agent_id}/threads/{thread_id}/messages")]
pub async fn list_messages(
    call: Call<ThreadPath, MessagesQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (ThreadPath { agent_id, thread_id }, MessagesQuery { limit, branches, place, .. }) = (call.path, call.query);
    let shown = (branches.into(), place);
    let messages = api.application.messages(&call.caller, agent_id, thread_id, shown, limit).await?;
    let messages = api.application.with_citations(&call.caller, messages).await?;
    Ok(respond::ok(&MessagesBody::from(messages)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Problems;

    fn read(query: &str) -> Result<(PageLimit, MessagesAt), Vec<String>> {
        let (read, problems) = QueryReader::read::<MessagesQuery>(query, Problems::default());
        match problems.none() {
            Ok(()) => Ok((read.limit, read.place)),
            Err(error) => Err(error.details().iter().map(|detail| detail.field.clone()).collect()),
        }
    }

    #[test]
    fn at_most_one_place() {
        let id = "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071";
        let newest = MessagesAt::Position(Position::Newest);
        assert_eq!(read(""), Ok((PageLimit::DEFAULT, newest)));
        let around = MessagesAt::Position(Position::Around(id.parse().unwrap()));
        assert_eq!(read(&format!("around={id}")), Ok((PageLimit::DEFAULT, around)));
        assert_eq!(read(&format!("before={id}&after={id}")), Err(vec!["after".to_owned()]));
        let all = format!("before={id}&after={id}&around={id}&at=2026-01-01T00:00:00Z");
        assert_eq!(read(&all), Err(vec!["after".to_owned(), "around".to_owned(), "at".to_owned()]));
        assert_eq!(read("before=x&after=y"), Err(vec!["before".to_owned(), "after".to_owned()]));
    }
}
