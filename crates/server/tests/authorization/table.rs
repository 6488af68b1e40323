//! The matrix as it is read.

use std::fmt;

use crate::harness::Answer;

const MATRIX: &str = include_str!("matrix.md");

/// An operation, under some circumstances.
pub struct Row {
    /// Its method and path.
    pub operation: String,
    /// What is special about the thing or the request.
    pub with: String,
    /// Each actor, and what they get.
    pub cells: Vec<(String, Cell)>,
}

/// What somebody gets.
pub struct Cell {
    status: u16,
    code: Option<String>,
}

/// The rows, in order.
pub fn rows() -> Vec<Row> {
    let mut lines = MATRIX.lines().filter(|line| line.starts_with('|')).map(cells);
    let head = lines.next().expect("the line with the names");
    assert_eq!(head[..2], ["operation", "with"]);
    let row = |line: Vec<String>| {
        assert_eq!(line.len(), head.len(), "a row has a cell for each actor: {line:?}");
        let named = head.iter().cloned().zip(&line).skip(2);
        let cells = named.map(|(actor, cell)| (actor, Cell::read(cell))).collect();
        Row { operation: line[0].clone(), with: line[1].clone(), cells }
    };
    lines.skip(1).map(row).collect()
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

impl Row {
    /// Whether this is special about it.
    pub fn has(&self, what: &str) -> bool {
        self.with.split(", ").any(|part| part == what)
    }
}

impl Cell {
    fn read(text: &str) -> Self {
        // Where the contract is not kept yet: what there is instead is in parentheses.
        let text = text.split_once('(').map_or(text, |(_, kept)| kept.trim_end_matches(')'));
        let (status, code) = text.split_once(' ').map_or((text, None), |(status, code)| (status, Some(code)));
        let status = status.parse().unwrap_or_else(|_| panic!("{text:?} does not begin with a status"));
        let code = code.or(match status {
            401 => Some("unauthorized"),
            403 => Some("forbidden"),
            404 => Some("not_found"),
            _ => None,
        });
        assert_eq!(code.is_some(), status >= 400, "{text:?}: a refusal has a code");
        Self { status, code: code.map(str::to_owned) }
    }

    /// Whether an answer is that.
    pub fn is_met_by(&self, answer: &Answer) -> bool {
        let has_code = self.code.as_ref().is_none_or(|code| answer.json()["error"] == **code);
        answer.status == self.status && has_code
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        self.code.iter().try_for_each(|code| write!(f, " {code}"))
    }
}
