//! How people want to be stood in for, and what was said in their stead.

use async_trait::async_trait;
use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, MessageId, OrganizationId, Timestamp, UserId,
    page::{Page, Slice},
    persona::Persona,
    ports::store::{PersonaQueries, StoreError},
};

use super::{
    prelude::{Conn, SqlStore},
    retention::keeps_messages,
};
use crate::{
    error::SqlError,
    names::AuthorKind,
    paging::load_page,
    rows::PersonaRow,
    schema::{conversations, messages, personas, threads},
    types::{DbId, DbTime, Named, SqlUuid},
};

/// How many conversations are looked through for what somebody wrote, and how far back in each.
const MOST_CONVERSATIONS: usize = 20;
const LOOKED_AT: i64 = 300;

#[async_trait]
impl PersonaQueries for SqlStore {
    async fn find_persona(&self, organization: OrganizationId, user: UserId) -> Result<Option<Persona>, StoreError> {
        self.read(move |conn| find(conn, organization.into(), user.into()).boxed()).await
    }

    async fn last_stood_in(&self, user: UserId, conversation: ConversationId) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |conn| last(conn, user.into(), conversation.into()).boxed()).await
    }

    async fn times_stood_in(&self, user: UserId, since: Timestamp, most: u32) -> Result<i64, StoreError> {
        self.read(move |conn| times_stood_in(conn, user.into(), DbTime(since), i64::from(most)).boxed()).await
    }

    async fn list_stood_in(
        &self,
        organization: OrganizationId,
        user: UserId,
        since: Timestamp,
        page: Page,
    ) -> Result<Slice<MessageId>, StoreError> {
        self.read(move |conn| list(conn, organization, user.into(), DbTime(since), page).boxed()).await
    }

    async fn newest_threads_of(
        &self,
        organization: OrganizationId,
        user: UserId,
        only_about_channels: bool,
        limit: u32,
    ) -> Result<Vec<(ConversationId, Option<ConversationId>)>, StoreError> {
        let (organization, user, limit) = (organization.into(), user.into(), i64::from(limit));
        self.read(move |conn| newest_threads(conn, organization, user, only_about_channels, limit).boxed()).await
    }

    async fn said_by(
        &self,
        organization: OrganizationId,
        user: UserId,
        conversations: &[ConversationId],
        limit: u32,
    ) -> Result<Vec<MessageId>, StoreError> {
        if conversations.is_empty() {
            return Ok(Vec::new());
        }
        let rooms: Vec<DbId> = conversations.iter().take(MOST_CONVERSATIONS).map(|room| (*room).into()).collect();
        self.read(move |conn| said_by(conn, organization.into(), user.into(), rooms, i64::from(limit)).boxed()).await
    }
}

async fn find(conn: &mut Conn, organization: DbId, user: DbId) -> Result<Option<Persona>, SqlError> {
    let query = personas::table
        .filter(personas::user_id.eq(user))
        .filter(personas::organization_id.eq(organization))
        .select(PersonaRow::as_select());
    let row: Option<PersonaRow> = query.first(conn).await.optional()?;
    Ok(row.map(Persona::try_from).transpose()?)
}

async fn last(conn: &mut Conn, user: DbId, conversation: DbId) -> Result<Option<Timestamp>, SqlError> {
    let query = messages::table
        .filter(messages::on_behalf_of_user_id.eq(user))
        .filter(messages::conversation_id.eq(conversation))
        .order(messages::id.desc())
        .select(messages::created_at);
    let at: Option<DbTime> = query.first(conn).await.optional()?;
    Ok(at.map(Into::into))
}

/// How many, counted up to `most`. A guard asks this too.
pub(super) async fn times_stood_in(conn: &mut Conn, user: DbId, since: DbTime, most: i64) -> Result<i64, SqlError> {
    let query = messages::table
        .filter(messages::on_behalf_of_user_id.eq(user))
        .filter(messages::created_at.ge(since))
        .order(messages::id.desc())
        .limit(most)
        .select(messages::id);
    let found: Vec<DbId> = query.load(conn).await?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

async fn list(
    conn: &mut Conn,
    organization: OrganizationId,
    user: DbId,
    since: DbTime,
    page: Page,
) -> Result<Slice<MessageId>, SqlError> {
    let asked = || {
        messages::table
            .inner_join(conversations::table)
            .filter(messages::on_behalf_of_user_id.eq(user))
            .filter(messages::organization_id.eq(DbId::from(organization)))
            .filter(messages::deleted_at.is_null())
            .filter(messages::created_at.ge(since))
            .filter(conversations::deleted_at.is_null())
            .filter(keeps_messages(organization))
            .select(messages::id)
            .into_boxed()
    };
    let Slice { items, has_older, has_newer } = load_page!(conn, page, messages::id, DbId, asked());
    Ok(Slice { items: items.into_iter().map(MessageId::from).collect(), has_older, has_newer })
}

async fn newest_threads(
    conn: &mut Conn,
    organization: DbId,
    user: DbId,
    only_about_channels: bool,
    limit: i64,
) -> Result<Vec<(ConversationId, Option<ConversationId>)>, SqlError> {
    let query = threads::table
        .inner_join(conversations::table)
        .filter(threads::organization_id.eq(organization))
        .filter(threads::user_id.eq(user))
        .filter(conversations::deleted_at.is_null())
        .order((threads::last_activity_at.desc(), threads::id.desc()))
        .limit(limit)
        .select((threads::id, threads::channel_id))
        .into_boxed();
    let query = if only_about_channels { query.filter(threads::channel_id.is_not_null()) } else { query };
    let found: Vec<(DbId, Option<DbId>)> = query.load(conn).await?;
    Ok(found.into_iter().map(|(thread, channel)| (thread.into(), channel.map(Into::into))).collect())
}

#[derive(QueryableByName)]
struct SaidRow {
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
}

async fn said_by(
    conn: &mut Conn,
    organization: DbId,
    user: DbId,
    rooms: Vec<DbId>,
    limit: i64,
) -> Result<Vec<MessageId>, SqlError> {
    // SQLite numbers parameters as they first appear: each part has its own, in that order.
    let newest_of = |n: usize| {
        let [room, house, most, author, kind] = [1, 2, 3, 4, 5].map(|place| n * 5 + place);
        format!(
            "SELECT newest.id FROM (SELECT m.id, m.author_kind, m.author_user_id FROM messages m \
             WHERE m.conversation_id = ${room} AND m.organization_id = ${house} AND m.active AND m.deleted_at IS NULL \
             ORDER BY m.id DESC LIMIT ${most}) AS newest \
             WHERE newest.author_user_id = ${author} AND newest.author_kind = ${kind}"
        )
    };
    let parts: Vec<String> = (0..rooms.len()).map(newest_of).collect();
    let last = rooms.len() * 5 + 1;
    let statement = format!("SELECT id FROM ({}) AS said ORDER BY id DESC LIMIT ${last}", parts.join(" UNION ALL "));
    let mut query = diesel::sql_query(statement).into_boxed();
    for room in rooms {
        query = query
            .bind::<SqlUuid, _>(room)
            .bind::<SqlUuid, _>(organization)
            .bind::<BigInt, _>(LOOKED_AT)
            .bind::<SqlUuid, _>(user)
            .bind::<Text, _>(AuthorKind::User.name());
    }
    let rows: Vec<SaidRow> = query.bind::<BigInt, _>(limit).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.id.into()).collect())
}
