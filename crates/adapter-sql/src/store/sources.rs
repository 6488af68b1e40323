//! What answers were made from.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    MessageId, OrganizationId,
    ports::store::{SourceQueries, StoreError},
    source::{KeptSource, MOST_SOURCES, Source},
};

use super::prelude::{Conn, SqlStore};
use crate::{
    error::SqlError,
    names::SourceKind,
    rows::SourceRow,
    schema::{files, message_sources, messages},
    types::{DbId, DbName},
};

/// The most messages that are asked about at once.
const MOST_MESSAGES: usize = 1_000;

#[async_trait]
impl SourceQueries for SqlStore {
    async fn list_sources(
        &self,
        organization: OrganizationId,
        messages: Vec<MessageId>,
    ) -> Result<Vec<(MessageId, KeptSource)>, StoreError> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        self.read(move |conn| list(conn, organization, messages).boxed()).await
    }
}

async fn list(
    conn: &mut Conn,
    organization: OrganizationId,
    asked: Vec<MessageId>,
) -> Result<Vec<(MessageId, KeptSource)>, SqlError> {
    let organization = DbId::from(organization);
    let asked: Vec<DbId> = asked.into_iter().take(MOST_MESSAGES).map(DbId::from).collect();
    let most = i64::try_from(asked.len().saturating_mul(MOST_SOURCES)).unwrap_or(i64::MAX);
    let query = message_sources::table
        .filter(message_sources::message_id.eq_any(asked))
        .filter(message_sources::organization_id.eq(organization))
        .order((message_sources::message_id, message_sources::n))
        .limit(most)
        .select(SourceRow::as_select());
    let rows: Vec<SourceRow> = query.load(conn).await?;
    let of_kind = |kind: SourceKind| -> Vec<DbId> {
        rows.iter().filter(|row| row.kind == DbName(kind)).map(|row| row.source_id).collect()
    };
    let (said, shared) = (of_kind(SourceKind::Message), of_kind(SourceKind::File));
    let mut there: HashMap<DbId, i64> = HashMap::new();
    if !said.is_empty() {
        let query = messages::table
            .filter(messages::id.eq_any(said))
            .filter(messages::organization_id.eq(organization))
            .filter(messages::deleted_at.is_null())
            .select((messages::id, messages::version));
        there.extend(query.load::<(DbId, i64)>(conn).await?);
    }
    if !shared.is_empty() {
        let query = files::table
            .filter(files::id.eq_any(shared))
            .filter(files::organization_id.eq(organization))
            .select((files::id, files::version));
        there.extend(query.load::<(DbId, i64)>(conn).await?);
    }
    let kept = |row: SourceRow| {
        let is_stale = there.get(&row.source_id) != Some(&row.source_version);
        (row.message_id.into(), KeptSource { source: Source::from(row), is_stale })
    };
    Ok(rows.into_iter().map(kept).collect())
}
