use actix_web::{HttpResponse, get, web};
use stead_application::search::{Search, SearchAmong, SearchCursor, Wanted};
use stead_domain::{ConversationId, Invalid, Timestamp, UserId, page::PageLimit, search::SearchQuery, text::checked};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Api,
    dto::{SearchBody, Time},
    error::{ApiError, Code},
    extract::{Call, QueryParams, QueryReader},
    respond,
};

/// What is searched for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the fields describe the parameters; the search is what they mean")]
pub struct SearchParams {
    /// Words and `"phrases in quotes"`, all of which a text must have; upper and lower case and accents do not count. A word
    /// with `*` after it, and the last one outside of quotes, may go on: `deploy*` finds `deployment`. Any text of at most 32
    /// words is a query. With the modes `semantic` and `hybrid` it is a question in plain words, as many as fit, and nothing
    /// in it has a meaning of its own.
    #[param(min_length = 1, max_length = 500, value_type = String)]
    q: String,
    /// Only messages, or only files.
    #[param(inline, required = false, rename = "type")]
    kind: Option<TypeParam>,
    /// How: `keyword`, what has all the words, newest first, is usual. `semantic` finds what is near in meaning, `hybrid` that and
    /// what has some of the words, each the best first, on one page. Where meaning is not to be had (the index or the model is
    /// away, AI is switched off, the budget used up), `hybrid` goes by words alone and says `degraded`; `semantic` is refused.
    #[param(inline, required = false)]
    mode: Option<ModeParam>,
    /// Only in this channel, or thread.
    channel_id: Option<Uuid>,
    /// Only what this user wrote or uploaded.
    from_user_id: Option<Uuid>,
    /// Only what was sent or uploaded then or later.
    #[param(value_type = Time, required = false)]
    after: Option<Time>,
    /// Only what was sent or uploaded before.
    #[param(value_type = Time, required = false)]
    before: Option<Time>,
    /// At most so many results.
    #[param(minimum = 1, maximum = 100, default = 50, value_type = u32, required = false)]
    limit: u32,
    /// The `next_cursor` of the page before. What is said meanwhile does not move the pages. Only with `keyword`: what fits
    /// best has one page.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
    /// What these mean; none where something is wrong with them.
    #[param(ignore)]
    search: Option<Search>,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words")]
enum TypeParam {
    Message,
    File,
}

/// How it is looked for.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words")]
enum ModeParam {
    Keyword,
    Semantic,
    Hybrid,
}

/// How it is looked for, before it is known for what.
#[derive(Debug, Clone, Copy)]
enum Mode {
    Keyword,
    Semantic,
    Hybrid,
}

const ONE_PAGE: &str = "goes with the mode `keyword` alone: what fits best has one page";

/// A question, which is not taken apart.
fn question(text: &str) -> Result<String, Invalid> {
    checked(text.to_owned(), 1, SearchQuery::MAX_CHARACTERS)
}

impl QueryParams for SearchParams {
    fn read(query: &mut QueryReader) -> Self {
        let modes = [("keyword", Mode::Keyword), ("semantic", Mode::Semantic), ("hybrid", Mode::Hybrid)];
        let mode = query.word("mode", &modes).unwrap_or(Mode::Keyword);
        let after = query.meaning("cursor", SearchCursor::parse);
        if after.is_some() && !matches!(mode, Mode::Keyword) {
            query.problem("cursor", ONE_PAGE);
        }
        let wanted = query.required("q", |text| match mode {
            Mode::Keyword => SearchQuery::parse(text).map(|query| Wanted::Words(query, after)),
            Mode::Semantic => question(text).map(Wanted::Meaning),
            Mode::Hybrid => question(text).map(Wanted::Both),
        });
        let types = [("message", SearchAmong::Messages), ("file", SearchAmong::Files)];
        let among = query.word("type", &types);
        let conversation = query.id("channel_id").map(ConversationId::new);
        let from_user = query.id("from_user_id").map(UserId::new);
        let (since, before): (Option<Timestamp>, _) = (query.time("after"), query.time("before"));
        let limit: PageLimit = query.page_limit();
        let search = wanted.map(|wanted| Search { wanted, among, conversation, from_user, since, before, limit });
        Self {
            q: String::new(),
            kind: None,
            mode: None,
            channel_id: None,
            from_user_id: None,
            after: None,
            before: None,
            limit: 50,
            cursor: None,
            search,
        }
    }
}

/// Search
///
/// Messages of channels that the caller is a member of, messages of their threads, and files that they may read: only what
/// they may read at this moment. What is new is found within a second or two; what is edited or deleted is not found
/// any more from that moment on. What a question is near to in meaning is looked for in their channels and their thousand newest
/// threads, or in the one that is named. An API key needs the scope `channels:read`; it finds messages of threads only with `threads:read`,
/// files only with `files:read`.
#[utoipa::path(
    tag = "search",
    operation_id = "search",
    params(SearchParams),
    responses(
        (status = 200, description = "What was found", body = SearchBody, example = json!(SearchBody::sample())),
        (status = 403, description = "With an API key: it lacks `channels:read`, or `files:read` where files are asked for"),
        (status = 409, description = "With `semantic`: `ai_disabled` or `ai_budget_used_up`"),
        (status = 503, description = "With `semantic`: `unavailable`, the index of meanings is away, or `ai_unavailable`, what \
            makes them is"),
    ),
)]
#[get("/search")]
pub async fn find(call: Call<(), SearchParams>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    // Without one something was wrong, and that has been answered.
    let Some(search) = call.query.search else { return Err(ApiError::new(Code::InvalidRequest)) };
    let page = api.application.search(&call.caller, &search).await?;
    Ok(respond::ok(&SearchBody::from(page)))
}
