//! Both databases have the same migrations, tables and columns, and `schema.rs` says the same. Words that are searched for
//! are left out: SQLite keeps them in tables of their own, Postgres in columns.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use diesel::{Connection, RunQueryDsl, SqliteConnection, sql_types::Bool, sql_types::Text};

use crate::stores::{SqliteFile, database};

/// Table, then column, then what it holds and whether it may be null.
type Tables = BTreeMap<String, BTreeMap<String, (Kind, bool)>>;

/// What a column holds, as far as SQLite's few types tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bytes,
    Integer,
    Real,
    Text,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn migration_names(database: &str) -> BTreeSet<String> {
    let folder = workspace().join("migrations").join(database);
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    assert_eq!(migration_names("sqlite"), migration_names("postgres"));
}

/// `testing` names each migration, so that a changed one makes another template.
#[test]
fn the_template_depends_on_every_migration() {
    let testing = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testing.rs")).unwrap();
    for name in migration_names("postgres") {
        assert!(testing.contains(&format!("migrations/postgres/{name}/up.sql")), "src/testing.rs does not hash {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (sqlite_tables(), postgres_tables().await);
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    for (table, columns) in &sqlite {
        assert_eq!(columns, &postgres[table], "{table}: SQLite left, Postgres right");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_says_what_the_migrations_make() {
    assert_eq!(schema_tables(), postgres_tables().await);
}

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

fn sqlite_tables() -> Tables {
    let file = SqliteFile::new();
    drop(file.open());
    let mut connection = SqliteConnection::establish(file.path().to_str().unwrap()).unwrap();
    let columns: Vec<Column> = diesel::sql_query(
        "SELECT t.name AS table_name, c.name AS column_name, c.type AS data_type, c.\"notnull\" = 0 AS nullable \
         FROM sqlite_schema t, pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' \
           AND t.name NOT LIKE 'search\\_%\\_words%' ESCAPE '\\'",
    )
    .load(&mut connection)
    .unwrap();
    let kind = |data_type: &str| match data_type {
        "BLOB" => Kind::Bytes,
        "INTEGER" => Kind::Integer,
        "REAL" => Kind::Real,
        "TEXT" => Kind::Text,
        other => panic!("an unknown type in SQLite: {other}"),
    };
    let mut tables = Tables::new();
    for Column { table_name, column_name, data_type, nullable } in columns {
        tables.entry(table_name).or_default().insert(column_name, (kind(&data_type), nullable));
    }
    tables
}

async fn postgres_tables() -> Tables {
    let database = database().await;
    let client = database.client().await.unwrap();
    let rows = client.query(
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' AND data_type <> 'tsvector'",
        &[],
    );
    let kind = |data_type: &str| match data_type {
        "uuid" | "bytea" => Kind::Bytes,
        "bigint" | "integer" | "boolean" | "timestamp with time zone" | "xid8" => Kind::Integer,
        "double precision" => Kind::Real,
        "text" | "jsonb" => Kind::Text,
        other => panic!("an unknown type in Postgres: {other}"),
    };
    let mut tables = Tables::new();
    for row in rows.await.unwrap() {
        let column = (kind(row.get(2)), row.get::<_, bool>(3));
        tables.entry(row.get(0)).or_default().insert(row.get(1), column);
    }
    tables
}

/// Reads `schema.rs` as text: it is what the statements are checked against, and its form is plain.
fn schema_tables() -> Tables {
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema.rs")).unwrap();
    let kind = |sql_type: &str| match sql_type {
        "SqlUuid" | "Binary" => Kind::Bytes,
        "BigInt" | "Integer" | "Bool" | "SqlTime" | "SqlTransactionId" => Kind::Integer,
        "Double" => Kind::Real,
        "Text" | "SqlJson" => Kind::Text,
        other => panic!("an unknown type in schema.rs: {other}"),
    };
    let mut tables = Tables::new();
    let mut table = String::new();
    for line in schema.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name.to_owned();
        } else if let Some((column, sql_type)) = line.split_once(" -> ").filter(|_| line.ends_with(',')) {
            let sql_type = sql_type.trim_end_matches(',');
            let inner = sql_type.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>'));
            let column_kind = (kind(inner.unwrap_or(sql_type)), inner.is_some());
            tables.entry(table.clone()).or_default().insert(column.to_owned(), column_kind);
        }
    }
    tables
}
