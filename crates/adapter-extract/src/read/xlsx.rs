//! XLSX: a piece a sheet, a line a row, the cells apart.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use stead_domain::ports::text_extractor::{MAX_TEXT, Place};

use super::{sink::Sink, zip_parts};
use crate::wire::Reason;

pub(super) fn read(bytes: Vec<u8>, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let mut parts = zip_parts::open(bytes)?;
    zip_parts::check_size(&mut parts)?;
    let mut workbook: Xlsx<Cursor<Vec<u8>>> = Xlsx::new(parts.into_inner()).map_err(|error| reason(&error))?;
    for sheet in workbook.sheet_names() {
        match rows(&mut workbook, &sheet) {
            Ok(text) => {
                if !sink.push(Place::Sheet(sheet), &text) {
                    break;
                }
            }
            Err(_broken) => sink.leave_out(),
        }
    }
    Ok(())
}

/// The cells as they come: a sheet that says it has a million columns costs what it holds.
fn rows(workbook: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Result<String, XlsxError> {
    let mut cells = workbook.worksheet_cells_reader(sheet)?;
    let (mut text, mut row) = (String::new(), None);
    while let Some(cell) = cells.next_cell()? {
        let value = shown(cell.get_value());
        if value.is_empty() {
            continue;
        }
        let at = cell.get_position().0;
        match row.replace(at) {
            Some(before) if before == at => text.push_str(" | "),
            Some(_) => text.push('\n'),
            None => {}
        }
        text.push_str(&value);
        if text.len() > MAX_TEXT {
            break;
        }
    }
    Ok(text)
}

fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => on_one_line(text),
        DataRef::SharedString(text) => on_one_line(text),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(when) if when.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = when.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::DateTime(lasts) => format!("{:.2} h", lasts.as_f64() * 24.0),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn reason(error: &XlsxError) -> Reason {
    if matches!(error, XlsxError::Password) { Reason::Encrypted } else { Reason::Broken }
}
