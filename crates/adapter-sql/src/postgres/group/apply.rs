//! A group in two round trips: what locks, then what changes.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use stead_domain::ports::store::{Commit, Outcome};

use super::{
    changes::{change, touches},
    locks::lock,
};
use crate::error::SqlError;

/// Applies ordinary commits that were admitted to one group; the outcomes of each.
///
/// # Errors
/// Something is out of the ordinary: roll back, and apply each alone.
pub(super) async fn apply(
    conn: &mut AsyncPgConnection,
    commits: Vec<Arc<Commit>>,
) -> Result<Vec<Vec<Outcome>>, SqlError> {
    let conn = &*conn;
    let touched = touches(&commits);
    lock(conn, &commits, &touched).await?;
    change(conn, &commits, &touched).await
}
