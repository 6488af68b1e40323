//! Changes of files' passages.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    FileId, OrganizationId,
    passage::Passage,
    ports::store::{Outcome, PassageChange},
};

use super::{
    super::search,
    prelude::{Conn, share_locked},
    updated,
};
use crate::{
    error::SqlError,
    rows::PassageRow,
    schema::{file_passages, files},
    types::DbId,
};

pub(super) async fn apply(conn: &mut Conn, change: &PassageChange) -> Result<Outcome, SqlError> {
    match change {
        PassageChange::Put { organization, file, passages } => put(conn, *organization, *file, passages).await,
        PassageChange::CutAt { file, n } => {
            let rows = file_passages::table
                .filter(file_passages::file_id.eq(DbId::from(*file)))
                .filter(file_passages::n.ge(*n));
            search::cut(conn, *file, *n).await?;
            Ok(updated(diesel::delete(rows).execute(conn).await?))
        }
    }
}

async fn put(
    conn: &mut Conn,
    organization: OrganizationId,
    file: FileId,
    passages: &[Passage],
) -> Result<Outcome, SqlError> {
    let (Some(first), Some(last)) = (passages.first(), passages.last()) else { return Ok(Outcome::Unchanged) };
    let query = files::table
        .filter(files::id.eq(DbId::from(file)))
        .filter(files::organization_id.eq(DbId::from(organization)))
        .select(files::id);
    if share_locked!(query).first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(Outcome::Unchanged);
    }
    let before = file_passages::table
        .filter(file_passages::file_id.eq(DbId::from(file)))
        .filter(file_passages::n.ge(first.n))
        .filter(file_passages::n.le(last.n));
    diesel::delete(before).execute(conn).await?;
    for passage in passages {
        let row = PassageRow::new(organization, file, passage);
        diesel::insert_into(file_passages::table).values(row).execute(conn).await?;
    }
    search::put_passages(conn, organization, file, passages).await?;
    Ok(Outcome::Inserted)
}
