use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, OrganizationId, UserId,
    channel::{MemberRole, Mention},
    ports::store::Sender,
    text::Handle,
};

use super::{
    prelude::Conn,
    speakers::{UserColumns, user},
};
use crate::{
    error::{InvalidColumn, SqlError},
    names::ConversationKind,
    prepared::Prepare,
    schema::{agents, channels, conversations, members, users},
    types::{DbId, DbName},
};

type SenderColumns = (DbName<ConversationKind>, Option<DbName<MemberRole>>, UserColumns);

pub(super) async fn find(
    conn: &mut Conn,
    organization: OrganizationId,
    channel: ConversationId,
    id: UserId,
) -> Result<Option<Sender>, SqlError> {
    let is_member = members::conversation_id
        .eq(conversations::id)
        .and(members::user_id.eq(users::id.nullable()))
        .and(members::left_at.is_null());
    let query = conversations::table
        .inner_join(channels::table)
        .inner_join(users::table.on(users::organization_id.eq(conversations::organization_id)))
        .left_join(members::table.on(is_member))
        .filter(conversations::id.eq(DbId::from(channel)))
        .filter(conversations::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .filter(users::id.eq(DbId::from(id)))
        .filter(users::deleted_at.is_null())
        .select((
            conversations::kind,
            members::role.nullable(),
            (users::id, users::handle, users::display_name, users::avatar_id),
        ));
    let found: Option<SenderColumns> = query.prepared().get_result(conn).await.optional()?;
    let Some((DbName(ConversationKind::Channel(kind)), role, columns)) = found else { return Ok(None) };
    Ok(Some(Sender { kind, role: role.map(|role| role.0), user: user(columns)? }))
}

pub(super) async fn mentioned(
    conn: &mut Conn,
    channel: ConversationId,
    handles: Vec<Handle>,
) -> Result<Vec<(Handle, Mention)>, SqlError> {
    if handles.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<String> = handles.iter().map(|handle| handle.as_str().to_owned()).collect();
    let people = members::table
        .inner_join(users::table.on(members::user_id.eq(users::id.nullable())))
        .filter(members::conversation_id.eq(DbId::from(channel)))
        .filter(members::left_at.is_null())
        .filter(users::handle.eq_any(asked.clone()))
        .filter(users::deactivated_at.is_null())
        .filter(users::deleted_at.is_null())
        .select((users::handle, users::id));
    let people: Vec<(String, DbId)> = people.prepared().load(conn).await?;
    let of_channel = members::table
        .inner_join(agents::table.on(members::agent_id.eq(agents::id.nullable())))
        .filter(members::conversation_id.eq(DbId::from(channel)))
        .filter(members::left_at.is_null())
        .filter(agents::handle.eq_any(asked))
        .filter(agents::deleted_at.is_null())
        .select((agents::handle, agents::id));
    let of_channel: Vec<(String, DbId)> = of_channel.prepared().load(conn).await?;
    let people = people.into_iter().map(|(handle, id)| (handle, Mention::User(id.into())));
    let all = people.chain(of_channel.into_iter().map(|(handle, id)| (handle, Mention::Agent(id.into()))));
    let read = |(handle, mention): (String, Mention)| Ok((Handle::parse(&handle)?, mention));
    Ok(all.map(read).collect::<Result<_, _>>().map_err(InvalidColumn::of("handle"))?)
}
