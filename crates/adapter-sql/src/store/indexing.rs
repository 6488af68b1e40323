//! What indexes are made from.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use diesel::{dsl::sql, prelude::*, sql_types::Bool};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, FileId, MessageId, OrganizationId,
    file::File,
    message::{Author, MessageStatus},
    ports::{
        store::{EmbeddedSource, FileToIndex, IndexQueries, MessageToIndex, StoreError},
        vector_store::{VectorKind, VectorPlace, VectorRecord, VectorSource},
    },
};
use uuid::Uuid;

use super::{
    embedded::{self, EmbeddedRow, parts},
    prelude::{self, Conn, SqlStore, kept_since},
};
use crate::{
    error::{InvalidColumn, SqlError},
    names::{AuthorKind, ConversationKind},
    rows::FileRow,
    schema::{
        agents, channels, conversations, files, message_files, messages, organizations, thread_files, threads, users,
    },
    types::{DbId, DbName, DbTime},
};

/// The most that is asked for or noted at once.
const MOST: usize = 1_000;

#[async_trait]
impl IndexQueries for SqlStore {
    async fn messages_to_index(&self, ids: &[MessageId]) -> Result<Vec<MessageToIndex>, StoreError> {
        let ids = of_ids(ids)?;
        self.read(move |conn| async move { messages_to_index(conn, &ids).await }.boxed()).await
    }

    async fn said_before(
        &self,
        ids: &[MessageId],
        count: u32,
    ) -> Result<Vec<(MessageId, Vec<MessageToIndex>)>, StoreError> {
        let ids = of_ids(ids)?;
        self.read(move |conn| async move { said_before(conn, &ids, count).await }.boxed()).await
    }

    async fn files_to_index(&self, ids: &[FileId]) -> Result<Vec<FileToIndex>, StoreError> {
        let ids = of_ids(ids)?;
        self.read(move |conn| async move { files_to_index(conn, &ids).await }.boxed()).await
    }

    async fn find_embedded(&self, sources: &[VectorSource]) -> Result<Vec<EmbeddedSource>, StoreError> {
        let sources = of_sources(sources)?;
        self.read(move |conn| async move { embedded::find_embedded(conn, &sources).await }.boxed()).await
    }

    async fn list_embedded(
        &self,
        organization: Option<OrganizationId>,
        after: Option<VectorSource>,
        limit: u32,
    ) -> Result<Vec<EmbeddedSource>, StoreError> {
        self.read(move |conn| embedded::list_embedded(conn, organization, after, limit).boxed()).await
    }

    async fn list_embedded_of(
        &self,
        conversation: ConversationId,
        limit: u32,
    ) -> Result<Vec<EmbeddedSource>, StoreError> {
        self.read(move |conn| embedded::list_embedded_of(conn, conversation, limit).boxed()).await
    }

    async fn note_embedded(&self, embedded: Vec<EmbeddedSource>) -> Result<(), StoreError> {
        let rows: Arc<[EmbeddedRow]> = embedded.iter().map(EmbeddedRow::from).collect();
        self.write(move |conn| embedded::note(conn, Arc::clone(&rows)).boxed()).await
    }

    async fn forget_embedded(&self, sources: &[VectorSource]) -> Result<(), StoreError> {
        let sources: Arc<[(VectorKind, DbId)]> = sources.iter().map(parts).collect();
        self.write(move |conn| embedded::forget(conn, Arc::clone(&sources)).boxed()).await
    }

    async fn walk_organizations(
        &self,
        after: Option<OrganizationId>,
        limit: u32,
    ) -> Result<Vec<OrganizationId>, StoreError> {
        self.read(move |conn| walk_organizations(conn, after, limit).boxed()).await
    }
}

fn of_ids<K>(ids: &[stead_domain::Id<K>]) -> Result<Vec<DbId>, SqlError> {
    few(ids.len())?;
    Ok(ids.iter().map(|id| DbId::from(*id)).collect())
}

fn of_sources(sources: &[VectorSource]) -> Result<Vec<(VectorKind, DbId)>, SqlError> {
    few(sources.len())?;
    Ok(sources.iter().map(parts).collect())
}

fn few(count: usize) -> Result<(), SqlError> {
    if count > MOST { Err(SqlError::Misuse("at most 1,000 are asked for at once")) } else { Ok(()) }
}

/// Where messages of a conversation are found.
fn place(kind: ConversationKind, id: DbId) -> VectorPlace {
    match kind {
        ConversationKind::Thread | ConversationKind::Sidebar => VectorPlace::Thread(id.into()),
        ConversationKind::Channel(_) => VectorPlace::Channel(id.into()),
    }
}

/// What is read of a message.
#[derive(Debug, Clone, Queryable)]
struct MessageColumns {
    id: DbId,
    organization_id: DbId,
    conversation_id: DbId,
    kind: DbName<ConversationKind>,
    channel_name: Option<String>,
    title: Option<String>,
    author: (DbName<AuthorKind>, Option<DbId>, Option<DbId>, Option<DbId>),
    user_name: Option<String>,
    agent_name: Option<String>,
    content: String,
    reply_to_id: Option<DbId>,
    status: DbName<MessageStatus>,
    version: i64,
    created_at: DbTime,
}

impl TryFrom<MessageColumns> for MessageToIndex {
    type Error = InvalidColumn;

    fn try_from(row: MessageColumns) -> Result<Self, InvalidColumn> {
        let (kind, user, agent, on_behalf_of) = row.author;
        let author = match kind.0 {
            AuthorKind::User => {
                Author::User(user.ok_or_else(|| InvalidColumn::missing("messages.author_user_id"))?.into())
            }
            AuthorKind::Agent => Author::Agent {
                agent: agent.ok_or_else(|| InvalidColumn::missing("messages.author_agent_id"))?.into(),
                on_behalf_of: on_behalf_of.map(Into::into),
            },
            AuthorKind::System => Author::System,
        };
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            place: place(row.kind.0, row.conversation_id),
            place_name: row.channel_name.or(row.title),
            author,
            author_name: row.user_name.or(row.agent_name),
            content: row.content,
            reply_to_id: row.reply_to_id.map(Into::into),
            status: row.status.0,
            version: row.version,
            created_at: row.created_at.into(),
            files: Vec::new(),
        })
    }
}

async fn messages_to_index(conn: &mut Conn, ids: &[DbId]) -> Result<Vec<MessageToIndex>, SqlError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let kept = concat!(
        "messages.created_at >= (SELECT ",
        kept_since!(),
        " FROM organizations o WHERE o.id = messages.organization_id)"
    );
    let query = messages::table
        .inner_join(conversations::table)
        .inner_join(organizations::table.on(organizations::id.eq(messages::organization_id)))
        .left_join(channels::table.on(channels::id.eq(messages::conversation_id)))
        .left_join(threads::table.on(threads::id.eq(messages::conversation_id)))
        .left_join(users::table.on(users::id.nullable().eq(messages::author_user_id)))
        .left_join(agents::table.on(agents::id.nullable().eq(messages::author_agent_id)))
        .filter(messages::id.eq_any(ids))
        .filter(messages::deleted_at.is_null())
        .filter(conversations::deleted_at.is_null())
        .filter(organizations::deleted_at.is_null())
        .filter(sql::<Bool>(kept))
        .order(messages::id)
        .select((
            messages::id,
            messages::organization_id,
            messages::conversation_id,
            conversations::kind,
            channels::name.nullable(),
            threads::title.nullable(),
            (
                messages::author_kind,
                messages::author_user_id,
                messages::author_agent_id,
                messages::on_behalf_of_user_id,
            ),
            users::display_name.nullable(),
            agents::display_name.nullable(),
            messages::content,
            messages::reply_to_id,
            messages::status,
            messages::version,
            messages::created_at,
        ));
    let rows: Vec<MessageColumns> = query.load(conn).await?;
    let attached = message_files::table
        .filter(message_files::message_id.eq_any(ids))
        .order((message_files::message_id, message_files::n))
        .select((message_files::message_id, message_files::file_id));
    let mut files: HashMap<DbId, Vec<FileId>> = HashMap::new();
    for (message, file) in attached.load::<(DbId, DbId)>(conn).await? {
        files.entry(message).or_default().push(file.into());
    }
    let with_files = |row: MessageColumns| {
        let files = files.remove(&row.id).unwrap_or_default();
        Ok(MessageToIndex { files, ..row.try_into()? })
    };
    rows.into_iter().map(with_files).collect()
}

async fn said_before(
    conn: &mut Conn,
    ids: &[DbId],
    count: u32,
) -> Result<Vec<(MessageId, Vec<MessageToIndex>)>, SqlError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let pairs = prelude::said_before(conn, ids, count).await?;
    let wanted: HashSet<DbId> = pairs.iter().map(|(_, before)| *before).collect();
    let wanted: Vec<DbId> = wanted.into_iter().collect();
    let mut said: HashMap<MessageId, MessageToIndex> = HashMap::new();
    for some in wanted.chunks(MOST) {
        said.extend(messages_to_index(conn, some).await?.into_iter().map(|message| (message.id, message)));
    }
    let mut before: HashMap<DbId, Vec<MessageToIndex>> = HashMap::new();
    for (asked, one) in pairs {
        before.entry(asked).or_default().extend(said.get(&one.into()).cloned());
    }
    let sorted = |id: &DbId| {
        let mut before = before.remove(id).unwrap_or_default();
        before.sort_by_key(|message| message.id);
        ((*id).into(), before)
    };
    Ok(ids.iter().map(sorted).collect())
}

async fn files_to_index(conn: &mut Conn, ids: &[DbId]) -> Result<Vec<FileToIndex>, SqlError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = files::table
        .inner_join(organizations::table.on(organizations::id.eq(files::organization_id)))
        .filter(files::id.eq_any(ids))
        .filter(organizations::deleted_at.is_null())
        .order(files::id)
        .select(FileRow::as_select());
    let rows: Vec<FileRow> = query.load(conn).await?;
    let mut places = places_of(conn, ids).await?;
    let with_places = |row: FileRow| {
        let mut places = places.remove(&row.id).unwrap_or_default();
        places.sort_by_key(|place| std::cmp::Reverse(place.conversation_id()));
        places.dedup();
        places.truncate(VectorRecord::MAX_PLACES);
        Ok(FileToIndex { file: File::try_from(row)?, places })
    };
    rows.into_iter().map(with_places).collect::<Result<_, InvalidColumn>>().map_err(SqlError::from)
}

/// Where files are found, some places more than once.
async fn places_of(conn: &mut Conn, ids: &[DbId]) -> Result<HashMap<DbId, Vec<VectorPlace>>, SqlError> {
    let of_messages = message_files::table
        .inner_join(conversations::table)
        .inner_join(messages::table)
        .filter(message_files::file_id.eq_any(ids))
        .filter(conversations::deleted_at.is_null())
        .filter(messages::deleted_at.is_null())
        .select((message_files::file_id, conversations::kind, conversations::id))
        .distinct();
    let mut found: Vec<(DbId, DbName<ConversationKind>, DbId)> = of_messages.load(conn).await?;
    let of_threads = thread_files::table
        .inner_join(conversations::table)
        .filter(thread_files::file_id.eq_any(ids))
        .filter(conversations::deleted_at.is_null())
        .select((thread_files::file_id, conversations::kind, conversations::id));
    found.extend(of_threads.load::<(DbId, DbName<ConversationKind>, DbId)>(conn).await?);
    let mut places: HashMap<DbId, Vec<VectorPlace>> = HashMap::new();
    for (file, kind, conversation) in found {
        places.entry(file).or_default().push(place(kind.0, conversation));
    }
    Ok(places)
}

async fn walk_organizations(
    conn: &mut Conn,
    after: Option<OrganizationId>,
    limit: u32,
) -> Result<Vec<OrganizationId>, SqlError> {
    let query = organizations::table
        .filter(organizations::id.gt(after.map_or(DbId(Uuid::nil()), DbId::from)))
        .filter(organizations::deleted_at.is_null())
        .order(organizations::id)
        .limit(i64::from(limit))
        .select(organizations::id);
    let found: Vec<DbId> = query.load(conn).await?;
    Ok(found.into_iter().map(Into::into).collect())
}
