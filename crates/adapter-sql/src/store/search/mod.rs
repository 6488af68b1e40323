//! The index of words: how texts come into it, and how they are found.

mod files;
mod finding;
mod messages;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;
use stead_domain::{
    FileId, MessageId, OrganizationId,
    ports::store::{FileHit, FileSearch, MessageHit, MessageSearch, SearchQueries, StoreError},
};

use super::prelude::SqlStore;
use crate::types::DbId;

pub(super) use self::files::{cut, put_about, put_passages};

#[async_trait]
impl SearchQueries for SqlStore {
    async fn index_messages(&self, asked: &[MessageId], anew: bool) -> Result<(), StoreError> {
        let ids: Arc<[DbId]> = asked.iter().map(|message| DbId::from(*message)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let (texts, indexed) = self.read(move |conn| messages::read(conn, ids).boxed()).await?;
        // Words are cut here, not where others wait for the writer.
        for some in messages::entries(texts, &indexed, anew).chunks(messages::AT_A_TIME) {
            let some: Arc<[messages::Entry]> = some.into();
            self.write(move |conn| messages::write(conn, Arc::clone(&some)).boxed()).await?;
        }
        Ok(())
    }

    async fn index_files(&self, files: &[FileId]) -> Result<(), StoreError> {
        for file in files {
            let file = *file;
            let mut from = crate::words::ABOUT;
            while let Some(texts) = self.read(move |conn| files::read(conn, file, from).boxed()).await? {
                from = texts.next;
                let texts = Arc::new(texts);
                self.write(move |conn| files::write(conn, Arc::clone(&texts)).boxed()).await?;
            }
        }
        Ok(())
    }

    async fn indexed_messages(
        &self,
        organization: Option<OrganizationId>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<(Vec<MessageId>, Option<i64>), StoreError> {
        self.read(move |conn| messages::indexed(conn, organization, after, limit).boxed()).await
    }

    async fn search_messages(&self, search: MessageSearch) -> Result<Vec<MessageHit>, StoreError> {
        if search.query.terms().is_empty() || search.conversations.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        self.read(move |conn| finding::messages(conn, search).boxed()).await
    }

    async fn search_files(&self, search: FileSearch) -> Result<Vec<FileHit>, StoreError> {
        if search.query.terms().is_empty() {
            return Ok(Vec::new());
        }
        self.read(move |conn| finding::files(conn, search).boxed()).await
    }
}
