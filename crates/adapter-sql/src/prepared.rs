//! Statements that a connection prepares once.
//!
//! Diesel prepares some kinds anew each time, since their text might differ each time: updates, those with a part written by
//! hand, those with a list on SQLite. Of the ones marked here the text stays the same, or is one of a few.

use std::sync::OnceLock;

use diesel::{
    QueryResult,
    backend::Backend,
    query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId},
};

/// A statement that is kept prepared, under its text.
#[derive(Debug, Clone, Copy)]
pub struct Prepared<Q>(Q);

/// Marks a statement whose text is one of a few. None with `*`: a migration by another process must not change what it means.
pub trait Prepare: Sized {
    fn prepared(self) -> Prepared<Self> {
        Prepared(self)
    }

    /// For the statements that run most often: their text never changes, and is written once. `text` is the statement's own.
    fn unchanging(self, text: &'static OnceLock<String>) -> Unchanging<Self> {
        Unchanging { query: self, text }
    }
}

impl<Q> Prepare for Q {}

impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// A statement whose text is kept: writing out all columns each time costs as much as inserting them.
#[derive(Debug, Clone, Copy)]
pub struct Unchanging<Q> {
    query: Q,
    text: &'static OnceLock<String>,
}

impl<Q> QueryId for Unchanging<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Unchanging<Q> {
    type SqlType = Q::SqlType;
}

impl<DB, Q> QueryFragment<DB> for Unchanging<Q>
where
    DB: Backend,
    DB::QueryBuilder: Default,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(pass)
    }

    fn to_sql(&self, out: &mut DB::QueryBuilder, backend: &DB) -> QueryResult<()> {
        if let Some(text) = self.text.get() {
            out.push_sql(text);
            return Ok(());
        }
        let mut written = DB::QueryBuilder::default();
        self.query.to_sql(&mut written, backend)?;
        out.push_sql(self.text.get_or_init(|| written.finish()));
        Ok(())
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}
