use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{FileId, OrganizationId, passage::Passage};

use super::super::prelude::{Conn, share_locked, words as index};
use crate::{
    error::SqlError,
    schema::{file_passages, files, search_files},
    types::DbId,
    words::{ABOUT, FileWords, Scope, WordsOf},
};

/// How many passages a transaction puts in the index.
const AT_A_TIME: i64 = 200;

fn words(organization: DbId, file: DbId, n: i32, text: &str) -> FileWords {
    FileWords { file, n, organization, text: WordsOf::new(text, vec![Scope::Organization(organization)]) }
}

fn about(name: &str, summary: Option<&str>) -> String {
    format!("{name}\n{}", summary.unwrap_or_default())
}

/// Puts passages of a file in the index, in place of those of the same numbers.
pub async fn put_passages(
    conn: &mut Conn,
    organization: OrganizationId,
    file: FileId,
    passages: &[Passage],
) -> Result<(), SqlError> {
    let new = passages.iter().map(|passage| words(organization.into(), file.into(), passage.n, &passage.text));
    put(conn, file.into(), new.collect()).await
}

/// Puts the name and summary of a file in the index, as they are now.
pub async fn put_about(conn: &mut Conn, file: FileId) -> Result<(), SqlError> {
    let query = files::table.find(DbId::from(file)).select((files::organization_id, files::name, files::summary));
    let found: Option<(DbId, String, Option<String>)> = query.first(conn).await.optional()?;
    let Some((organization, name, summary)) = found else { return Ok(()) };
    let new = words(organization, file.into(), ABOUT, &about(&name, summary.as_deref()));
    put(conn, file.into(), vec![new]).await
}

/// Takes the passages of a file from this number on out of the index.
pub async fn cut(conn: &mut Conn, file: FileId, n: i32) -> Result<(), SqlError> {
    let rows =
        search_files::table.filter(search_files::file_id.eq(DbId::from(file))).filter(search_files::n.ge(n.max(0)));
    diesel::delete(rows).execute(conn).await?;
    Ok(())
}

async fn put(conn: &mut Conn, file: DbId, new: Vec<FileWords>) -> Result<(), SqlError> {
    let (Some(first), Some(last)) = (new.as_slice().first().map(|new| new.n), new.as_slice().last().map(|new| new.n))
    else {
        return Ok(());
    };
    let before = search_files::table
        .filter(search_files::file_id.eq(file))
        .filter(search_files::n.ge(first))
        .filter(search_files::n.le(last));
    diesel::delete(before).execute(conn).await?;
    let new: Vec<FileWords> = new.into_iter().filter(|new| !new.text.words.is_empty()).collect();
    if !new.is_empty() {
        index::put_files(conn, &new).await?;
    }
    Ok(())
}

/// Some of what a file says.
pub(super) struct Texts {
    file: DbId,
    /// The first number that they replace.
    from: i32,
    /// The first number that they do not.
    pub next: i32,
    new: Vec<FileWords>,
}

/// What a file says, from this number on; `None` after the end.
pub(super) async fn read(conn: &mut Conn, file: FileId, from: i32) -> Result<Option<Texts>, SqlError> {
    let id = DbId::from(file);
    let query = files::table.find(id).select((files::organization_id, files::name, files::summary));
    let found: Option<(DbId, String, Option<String>)> = query.first(conn).await.optional()?;
    let Some((organization, name, summary)) = found else { return Ok(None) };
    if from == ABOUT {
        let new = vec![words(organization, id, ABOUT, &about(&name, summary.as_deref()))];
        return Ok(Some(Texts { file: id, from, next: 0, new }));
    }
    let query = file_passages::table
        .filter(file_passages::file_id.eq(id))
        .filter(file_passages::n.ge(from))
        .order(file_passages::n)
        .limit(AT_A_TIME)
        .select((file_passages::n, file_passages::text));
    let passages: Vec<(i32, String)> = query.load(conn).await?;
    let Some((last, _)) = passages.last() else { return Ok(None) };
    let next = last.saturating_add(1);
    let new = passages.iter().map(|(n, text)| words(organization, id, *n, text)).collect();
    Ok(Some(Texts { file: id, from, next, new }))
}

/// Puts it in the index, if the file is still there.
pub(super) async fn write(conn: &mut Conn, texts: Arc<Texts>) -> Result<(), SqlError> {
    let there = files::table.find(texts.file).select(files::id);
    if share_locked!(there).first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(());
    }
    let before = search_files::table
        .filter(search_files::file_id.eq(texts.file))
        .filter(search_files::n.ge(texts.from))
        .filter(search_files::n.lt(texts.next));
    diesel::delete(before).execute(conn).await?;
    put(conn, texts.file, texts.new.clone()).await
}
