//! The read gate: what all readers of an answer may read now. The one place that makes a
//! [`Readable`](stead_domain::Readable).

mod files;
mod messages;
mod rules;

use async_trait::async_trait;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use futures_util::FutureExt;
use stead_domain::{
    Readable,
    ports::{
        ReadGate,
        read_gate::{
            FileCandidate, FileText, MessageCandidate, MessageText, PassageCandidate, PassageText, Readers, Who,
        },
        store::StoreError,
    },
};

use super::prelude::{Db, SqlStore};
use crate::types::{DbId, SqlUuid};

pub(super) use self::rules::{file_is_read_by, file_lies_in, is_read_by, message_is_there};

/// How many candidates a statement takes.
const AT_A_TIME: usize = 500;

#[async_trait]
impl ReadGate for SqlStore {
    async fn readable_messages(
        &self,
        readers: &Readers,
        candidates: &[MessageCandidate],
    ) -> Result<Vec<Readable<MessageText>>, StoreError> {
        let mut readable = Vec::new();
        for some in candidates.chunks(AT_A_TIME) {
            let (readers, some) = (readers.clone(), some.to_vec());
            readable.extend(self.read(move |conn| messages::readable(conn, readers, some).boxed()).await?);
        }
        Ok(passed(readable))
    }

    async fn readable_passages(
        &self,
        readers: &Readers,
        candidates: &[PassageCandidate],
    ) -> Result<Vec<Readable<PassageText>>, StoreError> {
        let mut readable = Vec::new();
        for some in candidates.chunks(AT_A_TIME) {
            let (readers, some) = (readers.clone(), some.to_vec());
            readable.extend(self.read(move |conn| files::readable_passages(conn, readers, some).boxed()).await?);
        }
        Ok(passed(readable))
    }

    async fn readable_files(
        &self,
        readers: &Readers,
        candidates: &[FileCandidate],
    ) -> Result<Vec<Readable<FileText>>, StoreError> {
        let mut readable = Vec::new();
        for some in candidates.chunks(AT_A_TIME) {
            let (readers, some) = (readers.clone(), some.to_vec());
            readable.extend(self.read(move |conn| files::readable_files(conn, readers, some).boxed()).await?);
        }
        Ok(passed(readable))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the gate")]
fn passed<T>(readable: Vec<T>) -> Vec<Readable<T>> {
    readable.into_iter().map(Readable::passed_the_gate).collect()
}

/// A statement with what is bound in it, numbered as it first appears.
struct Asked {
    text: String,
    bound: Vec<DbId>,
}

impl Asked {
    /// Begins with the readers: `readers (id)` has those who can read at all; `$1` is the organization.
    fn by(readers: &Readers) -> Self {
        let mut asked = Self { text: String::new(), bound: vec![readers.organization().into()] };
        let who = match readers.who() {
            Who::Users(users) => format!("u.id IN ({})", asked.bind(users.iter().copied().map(DbId::from))),
            Who::MembersOf(conversation) => format!(
                "u.id IN (SELECT b.user_id FROM members b JOIN conversations c ON c.id = b.conversation_id \
                    WHERE b.conversation_id = {} AND c.organization_id = $1 AND c.deleted_at IS NULL \
                        AND b.user_id IS NOT NULL AND b.left_at IS NULL)",
                asked.bind([DbId::from(*conversation)])
            ),
        };
        asked.text = format!(
            "WITH readers (id) AS (SELECT u.id FROM users u WHERE u.organization_id = $1 AND u.deleted_at IS NULL \
                AND u.deactivated_at IS NULL AND {who})"
        );
        asked
    }

    /// Binds ids, and answers their places.
    fn bind(&mut self, ids: impl IntoIterator<Item = DbId>) -> String {
        let mut places = Vec::new();
        for id in ids {
            self.bound.push(id);
            places.push(format!("${}", self.bound.len()));
        }
        if places.is_empty() { "NULL".to_owned() } else { places.join(", ") }
    }

    fn statement(self) -> BoxedSqlQuery<'static, Db, SqlQuery> {
        let query = diesel::sql_query(self.text).into_boxed();
        self.bound.into_iter().fold(query, |query, id| query.bind::<SqlUuid, _>(id))
    }
}

/// Whether all of those who are to read can read at all.
fn all_can_read(readers: &Readers) -> String {
    match readers.who() {
        Who::Users(users) => format!("(SELECT count(*) FROM readers) = {}", users.len()),
        Who::MembersOf(_) => "EXISTS (SELECT 1 FROM readers)".to_owned(),
    }
}
