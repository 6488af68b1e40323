//! Lists of an organization's people, their sign-ins and its invitations.

use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    InvitationId, OrganizationId, Timestamp, UserId,
    agent::Visibility,
    invitation::Invitation,
    page::{Page, Slice},
    ports::store::{DirectoryQueries, StoreError, UserFilter},
    session::Session,
    text::Handle,
    user::{Profile, User, UserKind},
};

use super::prelude::{Conn, Db, SqlStore};
use crate::{
    error::SqlError,
    names::AgentKindName,
    paging::load_page,
    rows::{InvitationRow, SessionRow, UserRow},
    schema::{agents, invitations, organizations, sessions, users},
    types::{DbId, DbName, DbTime},
};

#[async_trait]
impl DirectoryQueries for SqlStore {
    async fn list_users(&self, filter: UserFilter) -> Result<Slice<User>, StoreError> {
        self.read(move |conn| list_users(conn, filter).boxed()).await
    }

    async fn find_profile(&self, handle: &Handle) -> Result<Option<Profile>, StoreError> {
        let handle = handle.clone();
        self.read(move |conn| find_profile(conn, handle).boxed()).await
    }

    async fn list_sessions(&self, user: UserId, live_at: Timestamp, page: Page) -> Result<Slice<Session>, StoreError> {
        self.read(move |conn| list_sessions(conn, user.into(), DbTime(live_at), page).boxed()).await
    }

    async fn find_invitation(&self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        self.read(move |conn| find_invitation(conn, id.into()).boxed()).await
    }

    async fn list_invitations(
        &self,
        organization: OrganizationId,
        open_at: Timestamp,
        page: Page,
    ) -> Result<Slice<Invitation>, StoreError> {
        self.read(move |conn| list_invitations(conn, organization.into(), DbTime(open_at), page).boxed()).await
    }
}

async fn list_users(conn: &mut Conn, filter: UserFilter) -> Result<Slice<User>, SqlError> {
    let slice = load_page!(conn, filter.page, users::id, UserRow, of_filter(&filter).select(UserRow::as_select()));
    let items = slice.items.into_iter().map(User::try_from).collect::<Result<_, _>>()?;
    Ok(Slice { items, has_older: slice.has_older, has_newer: slice.has_newer })
}

fn of_filter(filter: &UserFilter) -> users::BoxedQuery<'static, Db> {
    let mut query = users::table
        .filter(users::organization_id.eq(DbId::from(filter.organization)))
        .filter(users::deleted_at.is_null())
        .into_boxed::<Db>();
    if !filter.with_deactivated {
        query = query.filter(users::deactivated_at.is_null());
    }
    if let Some(search) = &filter.search {
        query = query.filter(users::search_text.like(holding(search.as_str())).escape('\\'));
    }
    query
}

/// The pattern of texts that hold this one.
pub(super) fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

async fn find_profile(conn: &mut Conn, handle: Handle) -> Result<Option<Profile>, SqlError> {
    let query = users::table
        .filter(users::handle.eq(handle.as_str()))
        .filter(users::kind.eq(DbName(UserKind::Person)))
        .filter(users::deactivated_at.is_null())
        .filter(users::deleted_at.is_null())
        .select(UserRow::as_select());
    let Some(row): Option<UserRow> = query.first(conn).await.optional()? else { return Ok(None) };
    let shared = agents::table
        .filter(agents::owner_user_id.eq(row.id))
        .filter(agents::kind.eq(DbName(AgentKindName::Personal)))
        .filter(agents::visibility.eq(DbName(Visibility::Organization)))
        .filter(agents::deleted_at.is_null());
    let has_agent = diesel::select(exists(shared)).get_result(conn).await?;
    Ok(Some(Profile { user: row.try_into()?, has_agent }))
}

async fn list_sessions(conn: &mut Conn, user: DbId, live_at: DbTime, page: Page) -> Result<Slice<Session>, SqlError> {
    let live = || {
        sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(live_at))
            .into_boxed::<Db>()
    };
    let slice = load_page!(conn, page, sessions::id, SessionRow, live().select(SessionRow::as_select()));
    let items = slice.items.into_iter().map(Session::from).collect();
    Ok(Slice { items, has_older: slice.has_older, has_newer: slice.has_newer })
}

async fn find_invitation(conn: &mut Conn, id: DbId) -> Result<Option<Invitation>, SqlError> {
    let query = invitations::table
        .inner_join(organizations::table)
        .filter(invitations::id.eq(id))
        .filter(organizations::deleted_at.is_null())
        .select(InvitationRow::as_select());
    let row = query.first(conn).await.optional()?;
    Ok(row.map(Invitation::try_from).transpose()?)
}

async fn list_invitations(
    conn: &mut Conn,
    organization: DbId,
    open_at: DbTime,
    page: Page,
) -> Result<Slice<Invitation>, SqlError> {
    let open = || {
        invitations::table
            .filter(invitations::organization_id.eq(organization))
            .filter(invitations::used_at.is_null())
            .filter(invitations::revoked_at.is_null())
            .filter(invitations::expires_at.gt(open_at))
            .into_boxed::<Db>()
    };
    let slice = load_page!(conn, page, invitations::id, InvitationRow, open().select(InvitationRow::as_select()));
    let items = slice.items.into_iter().map(Invitation::try_from).collect::<Result<_, _>>()?;
    Ok(Slice { items, has_older: slice.has_older, has_newer: slice.has_newer })
}
