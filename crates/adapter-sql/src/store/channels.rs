//! Channels: which there are.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, OrganizationId, UserId,
    agent::Agent,
    channel::{ChannelKind, ConversationKey},
    membership::{Membership, Participant},
    page::{Page, Slice},
    ports::store::{ChannelMember, ChannelQueries, ChannelView, MyChannel, ReadMarker, RoomOf, StoreError},
    user::User,
};
use uuid::Uuid;

use super::{
    channel_members, channel_news, channel_views,
    prelude::{Conn, Db, SqlStore},
    rooms_of,
};
use crate::{
    error::SqlError,
    names::ConversationKind,
    paging::load_page,
    rows::{ChannelRow, ConversationRow},
    schema::{channels, conversations, members},
    types::{DbId, DbName},
};

#[async_trait]
impl ChannelQueries for SqlStore {
    async fn find_channel(
        &self,
        organization: OrganizationId,
        id: ConversationId,
        viewer: UserId,
    ) -> Result<Option<ChannelView>, StoreError> {
        self.read(move |conn| find(conn, organization.into(), id.into(), viewer).boxed()).await
    }

    async fn find_channel_by_key(
        &self,
        organization: OrganizationId,
        key: &ConversationKey,
        viewer: UserId,
    ) -> Result<Option<ChannelView>, StoreError> {
        let key = key.to_text();
        self.read(move |conn| find_by_key(conn, organization.into(), key, viewer).boxed()).await
    }

    async fn list_channels(
        &self,
        organization: OrganizationId,
        viewer: UserId,
        page: Page,
    ) -> Result<Slice<ChannelView>, StoreError> {
        self.read(move |conn| list(conn, organization.into(), viewer, page).boxed()).await
    }

    async fn channels_of(&self, organization: OrganizationId, user: UserId) -> Result<Vec<MyChannel>, StoreError> {
        self.read(move |conn| channel_news::channels_of(conn, organization, user).boxed()).await
    }

    async fn memberships_of(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<Vec<(Membership, ChannelKind)>, StoreError> {
        self.read(move |conn| channel_members::of_user(conn, organization.into(), user.into()).boxed()).await
    }

    async fn list_members(
        &self,
        organization: OrganizationId,
        channel: ConversationId,
        page: Page,
    ) -> Result<Slice<ChannelMember>, StoreError> {
        self.read(move |conn| channel_members::list(conn, organization.into(), channel.into(), page).boxed()).await
    }

    async fn find_members(&self, named: Vec<(ConversationId, Uuid)>) -> Result<Vec<ChannelMember>, StoreError> {
        self.read(move |conn| channel_members::find(conn, named).boxed()).await
    }

    async fn rooms_of(
        &self,
        organization: OrganizationId,
        participant: Participant,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<RoomOf>, StoreError> {
        self.read(move |conn| rooms_of::list(conn, organization.into(), participant, after, limit).boxed()).await
    }

    async fn member_users(&self, channel: ConversationId) -> Result<Vec<Membership>, StoreError> {
        self.read(move |conn| channel_members::users_of(conn, channel.into()).boxed()).await
    }

    async fn shared_channels(
        &self,
        organization: OrganizationId,
        one: UserId,
        other: UserId,
    ) -> Result<Vec<ConversationId>, StoreError> {
        self.read(move |conn| channel_members::shared(conn, organization.into(), one.into(), other.into()).boxed())
            .await
    }

    async fn channels_by_id(&self, ids: Vec<ConversationId>) -> Result<Vec<ChannelView>, StoreError> {
        self.read(move |conn| by_id(conn, ids).boxed()).await
    }

    async fn read_markers(&self, named: Vec<(ConversationId, UserId)>) -> Result<Vec<ReadMarker>, StoreError> {
        self.read(move |conn| channel_news::read_markers(conn, named).boxed()).await
    }

    async fn list_without_assistant(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(User, Option<Agent>)>, StoreError> {
        self.read(move |conn| channel_members::without_assistant(conn, after, limit).boxed()).await
    }
}

type Rows = Vec<(ChannelRow, ConversationRow)>;

async fn find(conn: &mut Conn, organization: DbId, id: DbId, viewer: UserId) -> Result<Option<ChannelView>, SqlError> {
    let query = channels::table
        .inner_join(conversations::table)
        .filter(channels::id.eq(id))
        .filter(channels::organization_id.eq(organization))
        .filter(conversations::deleted_at.is_null())
        .select((ChannelRow::as_select(), ConversationRow::as_select()));
    let rows: Rows = query.load(conn).await?;
    Ok(channel_views::seen(conn, rows, Some(viewer.into())).await?.pop())
}

async fn find_by_key(
    conn: &mut Conn,
    organization: DbId,
    key: String,
    viewer: UserId,
) -> Result<Option<ChannelView>, SqlError> {
    let query = channels::table
        .inner_join(conversations::table)
        .filter(conversations::organization_id.eq(organization))
        .filter(conversations::unique_key.eq(key))
        .filter(conversations::deleted_at.is_null())
        .select((ChannelRow::as_select(), ConversationRow::as_select()));
    let rows: Rows = query.load(conn).await?;
    Ok(channel_views::seen(conn, rows, Some(viewer.into())).await?.pop())
}

async fn by_id(conn: &mut Conn, ids: Vec<ConversationId>) -> Result<Vec<ChannelView>, SqlError> {
    let ids: Vec<DbId> = ids.into_iter().map(DbId::from).collect();
    let query = channels::table
        .inner_join(conversations::table)
        .filter(channels::id.eq_any(ids))
        .filter(conversations::deleted_at.is_null())
        .select((ChannelRow::as_select(), ConversationRow::as_select()));
    let rows: Rows = query.load(conn).await?;
    channel_views::seen(conn, rows, None).await
}

async fn list(conn: &mut Conn, organization: DbId, viewer: UserId, page: Page) -> Result<Slice<ChannelView>, SqlError> {
    let open = || {
        let mine = members::table
            .filter(members::user_id.eq(DbId::from(viewer)))
            .filter(members::left_at.is_null())
            .select(members::conversation_id);
        channels::table
            .inner_join(conversations::table)
            .filter(channels::organization_id.eq(organization))
            .filter(conversations::deleted_at.is_null())
            .filter(
                conversations::kind
                    .eq(DbName(ConversationKind::Channel(ChannelKind::Public)))
                    .or(channels::id.eq_any(mine)),
            )
            .select((ChannelRow::as_select(), ConversationRow::as_select()))
            .into_boxed::<Db>()
    };
    let Slice { items, has_older, has_newer } =
        load_page!(conn, page, channels::id, (ChannelRow, ConversationRow), open());
    Ok(Slice { items: channel_views::seen(conn, items, Some(viewer.into())).await?, has_older, has_newer })
}
