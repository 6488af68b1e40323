use diesel::prelude::*;
use stead_domain::{
    FileId, Invalid, OrganizationId,
    passage::{Embedding, Passage},
    ports::text_extractor::Place,
};

use crate::{
    error::InvalidColumn,
    names::PlaceName,
    schema::file_passages,
    types::{DbId, DbName},
};

#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = file_passages, treat_none_as_default_value = false)]
pub struct PassageRow {
    pub file_id: DbId,
    pub n: i32,
    pub organization_id: DbId,
    pub place_kind: DbName<PlaceName>,
    pub place_number: Option<i32>,
    pub place_name: Option<String>,
    pub text: String,
    pub tokens: i32,
    pub embedding_model: Option<String>,
    /// Each value in four bytes, the lowest first.
    pub embedding: Option<Vec<u8>>,
}

impl PassageRow {
    pub fn new(organization: OrganizationId, file: FileId, passage: &Passage) -> Self {
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let (kind, place_number, place_name) = match &passage.place {
            Place::Document => (PlaceName::Document, None, None),
            Place::Page(page) => (PlaceName::Page, Some(number(*page)), None),
            Place::Slide(slide) => (PlaceName::Slide, Some(number(*slide)), None),
            Place::Sheet(name) => (PlaceName::Sheet, None, Some(name.clone())),
            Place::Heading(name) => (PlaceName::Heading, None, Some(name.clone())),
        };
        let embedding = passage.embedding.as_ref();
        Self {
            file_id: file.into(),
            n: passage.n,
            organization_id: organization.into(),
            place_kind: DbName(kind),
            place_number,
            place_name,
            text: passage.text.clone(),
            tokens: passage.tokens,
            embedding_model: embedding.map(|embedding| embedding.model.clone()),
            embedding: embedding.map(|vector| vector.values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        }
    }
}

impl TryFrom<PassageRow> for Passage {
    type Error = InvalidColumn;

    fn try_from(row: PassageRow) -> Result<Self, InvalidColumn> {
        let number = || {
            let number = row.place_number.ok_or_else(|| InvalidColumn::missing("file_passages.place_number"))?;
            u32::try_from(number)
                .map_err(|error| Invalid::new(error.to_string()))
                .map_err(InvalidColumn::of("file_passages.place_number"))
        };
        let name = || row.place_name.clone().ok_or_else(|| InvalidColumn::missing("file_passages.place_name"));
        let place = match row.place_kind.0 {
            PlaceName::Document => Place::Document,
            PlaceName::Page => Place::Page(number()?),
            PlaceName::Slide => Place::Slide(number()?),
            PlaceName::Sheet => Place::Sheet(name()?),
            PlaceName::Heading => Place::Heading(name()?),
        };
        let embedding = row.embedding_model.zip(row.embedding).map(|(model, bytes)| {
            let (values, _) = bytes.as_chunks::<4>();
            Embedding { model, values: values.iter().map(|value| f32::from_le_bytes(*value)).collect() }
        });
        Ok(Self { n: row.n, place, text: row.text, tokens: row.tokens, embedding })
    }
}
