//! How people want to be stood in for.

use diesel_async::RunQueryDsl;
use stead_domain::{persona::Persona, ports::store::Outcome};

use super::prelude::Conn;
use crate::{error::SqlError, rows::PersonaRow, schema::personas};

pub(super) async fn put(conn: &mut Conn, persona: &Persona) -> Result<Outcome, SqlError> {
    let row = PersonaRow::from(persona);
    let query = diesel::insert_into(personas::table).values(&row);
    query.on_conflict(personas::user_id).do_update().set(&row).execute(conn).await?;
    Ok(Outcome::Updated)
}
