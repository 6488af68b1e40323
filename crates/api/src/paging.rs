use stead_domain::page::{Page, Position, Slice};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::extract::{QueryParams, QueryReader};

/// A page of a list, by the id of an item.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the fields describe the parameters; the page is what they mean")]
pub struct PageQuery {
    /// At most so many items.
    #[param(minimum = 1, maximum = 100, default = 50, value_type = u32, required = false)]
    limit: u32,
    /// The items right before this one. Not together with `after`.
    before: Option<Uuid>,
    /// The items right after this one. Not together with `before`.
    after: Option<Uuid>,
    /// What these mean.
    #[param(ignore)]
    pub page: Page,
}

impl QueryParams for PageQuery {
    fn read(query: &mut QueryReader) -> Self {
        let limit = query.page_limit();
        let (before, after) = (query.id("before"), query.id("after"));
        if before.is_some() && after.is_some() {
            query.problem("after", "cannot stand beside `before`");
        }
        let position = match (before, after) {
            (Some(before), _) => Position::Before(before),
            (None, Some(after)) => Position::After(after),
            (None, None) => Position::Newest,
        };
        Self { limit: 50, before, after, page: Page { position, limit } }
    }
}

/// Where the pages before and after a slice begin, where there are any.
pub fn neighbours<T>(slice: &Slice<T>, id: impl Fn(&T) -> Uuid) -> (Option<Uuid>, Option<Uuid>) {
    let older = slice.items.first().filter(|_| slice.has_older).map(&id);
    let newer = slice.items.last().filter(|_| slice.has_newer).map(&id);
    (older, newer)
}
