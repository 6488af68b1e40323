use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use stead_domain::{
    FileId,
    file::File,
    passage::Passage,
    ports::read_gate::{FileCandidate, FileText, PassageCandidate, PassageText, Readers, Who},
};

use super::{
    super::prelude::Conn,
    Asked, all_can_read,
    rules::{file_is_read_by, file_lies_in, file_lies_openly_in},
};
use crate::{
    error::{InvalidColumn, SqlError},
    names::PlaceName,
    rows::{FileRow, PassageRow},
    types::{DbId, DbName},
};

/// Those of the candidates that all readers may read, in their order.
pub(super) async fn readable_files(
    conn: &mut Conn,
    readers: Readers,
    candidates: Vec<FileCandidate>,
) -> Result<Vec<FileText>, SqlError> {
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = Asked::by(&readers);
    let ids = asked.bind(candidates.iter().map(|candidate| candidate.id.into()));
    let are_readable = are_readable(&mut asked, &readers);
    asked.text = format!(
        "{} SELECT f.* FROM files f JOIN organizations o ON o.id = f.organization_id AND o.deleted_at IS NULL \
         WHERE f.id IN ({ids}) AND {are_readable}",
        asked.text
    );
    let rows: Vec<FileRow> = asked.statement().load(conn).await?;
    let mut found: HashMap<FileId, FileText> = HashMap::new();
    for row in rows {
        let text = text(row)?;
        found.insert(text.id, text);
    }
    let of = |candidate: &FileCandidate| {
        let text = found.get(&candidate.id)?;
        candidate.version.is_none_or(|version| version == text.version).then(|| text.clone())
    };
    Ok(candidates.iter().filter_map(of).collect())
}

/// Those of the candidates that all readers may read, in their order.
pub(super) async fn readable_passages(
    conn: &mut Conn,
    readers: Readers,
    candidates: Vec<PassageCandidate>,
) -> Result<Vec<PassageText>, SqlError> {
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = Asked::by(&readers);
    // A number is no id: it is written, not bound.
    let wanted: Vec<String> = candidates
        .iter()
        .map(|candidate| format!("({}, {})", asked.bind([candidate.file.into()]), candidate.n))
        .collect();
    let are_readable = are_readable(&mut asked, &readers);
    asked.text = format!(
        "{}, wanted (file_id, n) AS (VALUES {}) \
         SELECT f.*, p.n, p.place_kind, p.place_number, p.place_name, p.text, p.tokens \
         FROM files f JOIN organizations o ON o.id = f.organization_id AND o.deleted_at IS NULL \
         JOIN file_passages p ON p.file_id = f.id \
         WHERE (p.file_id, p.n) IN (SELECT file_id, n FROM wanted) AND {are_readable}",
        asked.text,
        wanted.join(", "),
    );
    let rows: Vec<FileAndPassage> = asked.statement().load(conn).await?;
    let mut found: HashMap<(FileId, i32), PassageText> = HashMap::new();
    for row in rows {
        let passage = passage(row)?;
        found.insert((passage.file.id, passage.n), passage);
    }
    let of = |candidate: &PassageCandidate| {
        let text = found.get(&(candidate.file, candidate.n))?;
        candidate.version.is_none_or(|version| version == text.file.version).then(|| text.clone())
    };
    Ok(candidates.iter().filter_map(of).collect())
}

/// Whether all readers may read the file `f`.
fn are_readable(asked: &mut Asked, readers: &Readers) -> String {
    let within = readers.conversations().map(|within| {
        let within = asked.bind(within.iter().copied().map(DbId::from));
        format!(" AND {}", file_lies_in(&within))
    });
    let openly = match readers.who() {
        Who::Users(_) => "FALSE".to_owned(),
        // The conversation of the readers is the second that is bound.
        Who::MembersOf(_) => file_lies_openly_in("$2"),
    };
    format!(
        "f.organization_id = $1 AND {}{} \
            AND ({openly} OR NOT EXISTS (SELECT 1 FROM readers r WHERE NOT {}))",
        all_can_read(readers),
        within.unwrap_or_default(),
        file_is_read_by("r.id"),
    )
}

#[derive(QueryableByName)]
struct FileAndPassage {
    #[diesel(embed)]
    file: FileRow,
    #[diesel(sql_type = Integer)]
    n: i32,
    #[diesel(sql_type = Text)]
    place_kind: DbName<PlaceName>,
    #[diesel(sql_type = Nullable<Integer>)]
    place_number: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    place_name: Option<String>,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Integer)]
    tokens: i32,
}

fn text(row: FileRow) -> Result<FileText, InvalidColumn> {
    let file = File::try_from(row)?;
    Ok(FileText {
        id: file.id,
        version: file.version,
        name: file.name,
        content_type: file.content_type,
        size: file.size,
        uploaded_by: file.uploaded_by,
        summary: file.summary,
        created_at: file.created_at,
    })
}

fn passage(row: FileAndPassage) -> Result<PassageText, InvalidColumn> {
    let passage = PassageRow {
        file_id: row.file.id,
        n: row.n,
        organization_id: row.file.organization_id,
        place_kind: row.place_kind,
        place_number: row.place_number,
        place_name: row.place_name,
        text: row.text,
        tokens: row.tokens,
        embedding_model: None,
        embedding: None,
    };
    let Passage { n, place, text: says, tokens, embedding: _ } = passage.try_into()?;
    Ok(PassageText { file: text(row.file)?, n, place, text: says, tokens })
}
