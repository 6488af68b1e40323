//! What is shown of channels beside their own rows, with one statement each for all of them.

use std::collections::{HashMap, HashSet};

use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use stead_domain::{
    UserId,
    channel::{ChannelKind, MemberRole},
    ports::store::ChannelView,
    text::DisplayName,
};

use super::prelude::Conn;
use crate::{
    error::{InvalidColumn, SqlError},
    names::ConversationKind,
    rows::{ChannelRow, ConversationRow, channel},
    schema::{agents, members, users},
    types::{DbId, DbName},
};

/// How many users a statement takes.
const AT_A_TIME: usize = 1_000;

type Other = (UserId, Option<DisplayName>);

/// The channels as this user sees them, or as nobody in particular; in their order.
pub(super) async fn seen(
    conn: &mut Conn,
    rows: Vec<(ChannelRow, ConversationRow)>,
    viewer: Option<DbId>,
) -> Result<Vec<ChannelView>, SqlError> {
    let ids: Vec<DbId> = rows.iter().map(|(row, _)| row.id).collect();
    let roles = match viewer {
        Some(viewer) if !ids.is_empty() => roles_of(conn, &ids, viewer).await?,
        _ => HashMap::new(),
    };
    seen_as(conn, rows, viewer, &roles).await
}

/// The same for a viewer whose roles are known.
pub(super) async fn seen_as(
    conn: &mut Conn,
    rows: Vec<(ChannelRow, ConversationRow)>,
    viewer: Option<DbId>,
    roles: &HashMap<DbId, MemberRole>,
) -> Result<Vec<ChannelView>, SqlError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<DbId> = rows.iter().map(|(row, _)| row.id).collect();
    let organizations: HashSet<DbId> = rows.iter().map(|(row, _)| row.organization_id).collect();
    let counts = counts(conn, &ids, organizations.into_iter().collect()).await?;
    let mut others = HashMap::new();
    if let Some(viewer) = viewer {
        let kinds = rows.iter().filter_map(|(row, common)| Some((row.id, unnamed(common)?)));
        others = others_in(conn, kinds.collect(), viewer).await?;
    }
    let own = rows.iter().filter(|(_, common)| common.kind.0 == ConversationKind::Channel(ChannelKind::Assistant));
    let agent_names = agent_names(conn, own.filter_map(|(row, _)| row.agent_id).collect()).await?;
    let view = |rows: (ChannelRow, ConversationRow)| {
        let (id, agent) = (rows.0.id, rows.0.agent_id);
        let channel = channel(rows)?;
        let is_assistant = channel.kind == ChannelKind::Assistant;
        Ok(ChannelView {
            role: roles.get(&id).copied(),
            member_count: counts.get(&id).copied().unwrap_or(0),
            others: others.remove(&id).unwrap_or_default(),
            agent_name: agent.filter(|_| is_assistant).and_then(|agent| agent_names.get(&agent).cloned()),
            channel,
        })
    };
    rows.into_iter().map(view).collect()
}

/// What it is, where it goes by who is in it.
fn unnamed(row: &ConversationRow) -> Option<ChannelKind> {
    match row.kind.0 {
        ConversationKind::Channel(kind @ (ChannelKind::Direct | ChannelKind::Group)) => Some(kind),
        _ => None,
    }
}

/// How many members each has: those who have not left, but for people who are not let in now, of whom there are few.
async fn counts(conn: &mut Conn, ids: &[DbId], organizations: Vec<DbId>) -> Result<HashMap<DbId, i64>, SqlError> {
    let query = members::table
        .filter(members::conversation_id.eq_any(ids.to_vec()))
        .filter(members::left_at.is_null())
        .group_by(members::conversation_id)
        .select((members::conversation_id, count_star()));
    let all: Vec<(DbId, i64)> = query.load(conn).await?;
    let mut counts: HashMap<DbId, i64> = all.into_iter().collect();
    // Not one statement with a join: a planner that does not know yet how many rows there are looks at each member.
    let query = users::table
        .filter(users::organization_id.eq_any(organizations))
        .filter(users::deactivated_at.is_not_null())
        .select(users::id);
    let not_let_in: Vec<DbId> = query.load(conn).await?;
    for some in not_let_in.chunks(AT_A_TIME) {
        let query = members::table
            .filter(members::user_id.eq_any(some.iter().copied().map(Some).collect::<Vec<_>>()))
            .filter(members::conversation_id.eq_any(ids.to_vec()))
            .filter(members::left_at.is_null())
            .group_by(members::conversation_id)
            .select((members::conversation_id, count_star()));
        let of_these: Vec<(DbId, i64)> = query.load(conn).await?;
        for (id, of_these) in of_these {
            if let Some(count) = counts.get_mut(&id) {
                *count -= of_these;
            }
        }
    }
    Ok(counts)
}

async fn roles_of(conn: &mut Conn, ids: &[DbId], viewer: DbId) -> Result<HashMap<DbId, MemberRole>, SqlError> {
    let query = members::table
        .filter(members::conversation_id.eq_any(ids.to_vec()))
        .filter(members::user_id.eq(viewer))
        .filter(members::left_at.is_null())
        .select((members::conversation_id, members::role));
    let roles: Vec<(DbId, DbName<MemberRole>)> = query.load(conn).await?;
    Ok(roles.into_iter().map(|(id, role)| (id, role.0)).collect())
}

/// Who is in these channels besides somebody. The other of a pair is named whatever became of them, of a group those who
/// are members now.
async fn others_in(
    conn: &mut Conn,
    kinds: HashMap<DbId, ChannelKind>,
    viewer: DbId,
) -> Result<HashMap<DbId, Vec<Other>>, SqlError> {
    let mut others: HashMap<DbId, Vec<Other>> = HashMap::new();
    if kinds.is_empty() {
        return Ok(others);
    }
    let ids: Vec<DbId> = kinds.keys().copied().collect();
    let is_away = users::deactivated_at.is_not_null().or(members::left_at.is_not_null());
    let query = members::table
        .inner_join(users::table.on(members::user_id.eq(users::id.nullable())))
        .filter(members::conversation_id.eq_any(ids))
        .filter(users::id.ne(viewer))
        .order((members::conversation_id, members::id))
        .select((
            members::conversation_id,
            users::id,
            users::display_name,
            users::deleted_at.is_not_null(),
            is_away.assume_not_null(),
        ));
    let rows: Vec<(DbId, DbId, String, bool, bool)> = query.load(conn).await?;
    for (channel, user, name, is_deleted, is_away) in rows {
        let is_pair = kinds.get(&channel) == Some(&ChannelKind::Direct);
        if !is_pair && (is_deleted || is_away) {
            continue;
        }
        let name = if is_deleted {
            None
        } else {
            Some(DisplayName::parse(name).map_err(InvalidColumn::of("users.display_name"))?)
        };
        others.entry(channel).or_default().push((user.into(), name));
    }
    Ok(others)
}

async fn agent_names(conn: &mut Conn, ids: Vec<DbId>) -> Result<HashMap<DbId, DisplayName>, SqlError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = agents::table.filter(agents::id.eq_any(ids)).select((agents::id, agents::display_name));
    let rows: Vec<(DbId, String)> = query.load(conn).await?;
    let named = rows.into_iter().map(|(id, name)| Ok((id, DisplayName::parse(name)?)));
    Ok(named.collect::<Result<_, _>>().map_err(InvalidColumn::of("agents.display_name"))?)
}
