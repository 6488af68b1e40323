//! Pages of lists by id: which two stretches of the list to fetch, and how to make a page of them.

use stead_domain::page::{Page, Position, Slice};

use crate::types::DbId;

/// The stretch before the place, to be fetched newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    /// All of the list.
    All,
    Below(DbId),
    UpTo(DbId),
}

/// The stretch after the place, to be fetched oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newer {
    From(DbId),
    Above(DbId),
}

/// What to fetch for a page: at most two stretches, and at most so many items of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetch {
    pub older: (Older, i64),
    pub newer: Option<(Newer, i64)>,
}

/// One item more than the page holds tells whether there are more; on the side that the page does not show, one item
/// tells whether there are any.
pub fn fetch(page: Page) -> Fetch {
    let (more, any) = (page.limit.get() + 1, 1);
    match page.position {
        Position::Newest => Fetch { older: (Older::All, more), newer: None },
        Position::Before(id) => {
            Fetch { older: (Older::Below(DbId(id)), more), newer: Some((Newer::From(DbId(id)), any)) }
        }
        Position::After(id) => {
            Fetch { older: (Older::UpTo(DbId(id)), any), newer: Some((Newer::Above(DbId(id)), more)) }
        }
        Position::Around(id) => {
            Fetch { older: (Older::Below(DbId(id)), more), newer: Some((Newer::From(DbId(id)), more)) }
        }
    }
}

/// Makes the page of what was fetched: `older` newest first, `newer` oldest first.
pub fn slice<T>(page: Page, mut older: Vec<T>, mut newer: Vec<T>) -> Slice<T> {
    let limit = usize::try_from(page.limit.get()).unwrap_or(usize::MAX);
    let (from_older, from_newer) = match page.position {
        Position::Newest | Position::Before(_) => (limit.min(older.len()), 0),
        Position::After(_) => (0, limit.min(newer.len())),
        Position::Around(_) => {
            // Where one side has less than its half, the other fills the page.
            let half = (limit / 2).min(older.len());
            let after = (limit - half).min(newer.len());
            ((limit - after).min(older.len()), after)
        }
    };
    let has_older = older.len() > from_older;
    let has_newer = newer.len() > from_newer;
    older.truncate(from_older);
    newer.truncate(from_newer);
    older.reverse();
    older.append(&mut newer);
    Slice { items: older, has_older, has_newer }
}

/// Loads a page of a list by this key. `$query` selects the rows `$row` of the whole list, and is made once for each of the two
/// stretches; its text is one of a few.
macro_rules! load_page {
    ($conn:expr, $page:expr, $key:expr, $row:ty, $query:expr) => {{
        use $crate::{
            paging::{Newer, Older, fetch, slice},
            prepared::Prepare,
        };
        let fetch = fetch($page);
        let (range, limit) = fetch.older;
        let query = $query.order($key.desc()).limit(limit);
        let query = match range {
            Older::All => query,
            Older::Below(id) => query.filter($key.lt(id)),
            Older::UpTo(id) => query.filter($key.le(id)),
        };
        let older: Vec<$row> = query.prepared().load($conn).await?;
        let mut newer: Vec<$row> = Vec::new();
        if let Some((range, limit)) = fetch.newer {
            let query = $query.order($key.asc()).limit(limit);
            let query = match range {
                Newer::From(id) => query.filter($key.ge(id)),
                Newer::Above(id) => query.filter($key.gt(id)),
            };
            newer = query.prepared().load($conn).await?;
        }
        slice($page, older, newer)
    }};
}

pub(crate) use load_page;
