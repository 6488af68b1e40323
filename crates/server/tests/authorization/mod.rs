//! Who may do what: `matrix.md` says it for every operation and every kind of caller, and the tests here are made of it.

mod cast;
mod table;
mod things;

use std::collections::BTreeSet;

use self::{cast::Cast, table::Row};
use crate::harness::{
    Setup,
    contract::{Contract, Operation},
    world::{takes_form, takes_picture},
};

on_both!(everybody_may_do_what_the_matrix_says_and_nothing_else);

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let operations: BTreeSet<String> = Contract::get().operations().iter().map(name).collect();
    let rows: BTreeSet<String> = table::rows().into_iter().map(|row| row.operation).collect();
    let missing: Vec<_> = operations.difference(&rows).collect();
    let unknown: Vec<_> = rows.difference(&operations).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "without a row: {missing:#?}\nno operation: {unknown:#?}");
}

async fn everybody_may_do_what_the_matrix_says_and_nothing_else(setup: Setup) {
    let mut cast = Cast::assemble(setup).await;
    let mut wrong = Vec::new();
    for row in table::rows() {
        wrong.extend(play(&mut cast, &row).await);
    }
    assert!(wrong.is_empty(), "{} cells are not as the matrix says:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every actor makes the call of a row. The cells that are not as expected.
async fn play(cast: &mut Cast, row: &Row) -> Vec<String> {
    let operation = Contract::get().operations().iter().find(|operation| name(operation) == row.operation);
    // That there is one is told by the test above.
    let Some(operation) = operation else { return Vec::new() };
    let mut wrong = Vec::new();
    let mut target = None;
    for (actor, expected) in &row.cells {
        let path = match target.take() {
            Some(path) => path,
            None => things::target(cast, operation, row).await,
        };
        let call = cast.client(actor).at_root().call(operation.method.clone(), &path);
        let call = match things::body(cast, operation, row).await {
            Some(body) => call.json(&body),
            None if takes_form(operation) => call.file("note.txt", "A note."),
            None if takes_picture(operation) => call.picture(),
            None => call,
        };
        let answer = call.await;
        if !expected.is_met_by(&answer) {
            wrong.push(format!(
                "{} | {} | {actor}: {expected}, but {} {}",
                row.operation,
                row.with,
                answer.status,
                answer.text()
            ));
        }
        let has_changed_something = answer.status < 300 && !operation.method.is_safe();
        if has_changed_something {
            cast.recover(actor, &row.operation).await;
        } else {
            target = Some(path);
        }
    }
    wrong
}

/// How the matrix names an operation.
fn name(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}
