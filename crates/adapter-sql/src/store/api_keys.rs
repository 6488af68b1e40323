//! API keys.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ApiKeyId, OrganizationId,
    api_key::ApiKey,
    page::{Page, Slice},
    ports::store::{ApiKeyQueries, ApiKeyViewer, StoreError},
    user::User,
};

use super::prelude::{Conn, Db, SqlStore};
use crate::{
    error::SqlError,
    paging::load_page,
    rows::{ApiKeyRow, UserRow},
    schema::{api_keys, users},
    types::DbId,
};

#[async_trait]
impl ApiKeyQueries for SqlStore {
    async fn find_api_key(&self, id: ApiKeyId) -> Result<Option<(ApiKey, User)>, StoreError> {
        self.read(move |conn| find_api_key(conn, id).boxed()).await
    }

    async fn list_api_keys(
        &self,
        organization: OrganizationId,
        viewer: ApiKeyViewer,
        page: Page,
    ) -> Result<Slice<ApiKey>, StoreError> {
        self.read(move |conn| list_api_keys(conn, organization, viewer, page).boxed()).await
    }
}

async fn find_api_key(conn: &mut Conn, id: ApiKeyId) -> Result<Option<(ApiKey, User)>, SqlError> {
    let query = api_keys::table
        .inner_join(users::table)
        .filter(api_keys::id.eq(DbId::from(id)))
        .filter(users::deleted_at.is_null())
        .select((ApiKeyRow::as_select(), UserRow::as_select()));
    let found: Option<(ApiKeyRow, UserRow)> = query.first(conn).await.optional()?;
    let Some((key, user)) = found else { return Ok(None) };
    Ok(Some((key.try_into()?, user.try_into()?)))
}

async fn list_api_keys(
    conn: &mut Conn,
    organization: OrganizationId,
    viewer: ApiKeyViewer,
    page: Page,
) -> Result<Slice<ApiKey>, SqlError> {
    let Slice { items, has_older, has_newer } =
        load_page!(conn, page, api_keys::id, ApiKeyRow, visible(organization, viewer).select(ApiKeyRow::as_select()));
    let items = items.into_iter().map(ApiKey::try_from).collect::<Result<_, _>>()?;
    Ok(Slice { items, has_older, has_newer })
}

/// Those that are not revoked and [`ApiKey::is_visible_to`] the viewer.
fn visible(organization: OrganizationId, viewer: ApiKeyViewer) -> api_keys::BoxedQuery<'static, Db> {
    let of_organization = api_keys::table
        .filter(api_keys::organization_id.eq(DbId::from(organization)))
        .filter(api_keys::revoked_at.is_null())
        .into_boxed::<Db>();
    let own = api_keys::user_id.eq(DbId::from(viewer.user));
    if viewer.is_admin {
        of_organization.filter(own.or(api_keys::of_organization.eq(true)))
    } else {
        of_organization.filter(own)
    }
}
