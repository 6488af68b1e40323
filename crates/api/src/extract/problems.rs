use stead_application::FieldError;
use stead_domain::Invalid;

use crate::error::ApiError;

const UNKNOWN: &str = "is unknown";

/// Everything that is wrong with a request, field by field.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// Notes a problem. Of one field only the first is told.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        if !self.0.iter().any(|known| known.field == field) {
            self.0.push(FieldError { field: field.to_owned(), message: message.into() });
        }
    }

    /// Notes why a body could not be read, in the words of its reader. The fields that there are are listed once.
    pub fn add_misread(&mut self, field: &str, reason: &str) {
        match reason.strip_prefix("unknown field ").and_then(|unknown| unknown.split_once(", ")) {
            Some((_, known)) if !self.0.iter().any(|told| told.message.starts_with(UNKNOWN)) => {
                self.add(field, format!("{UNKNOWN}; {known}"));
            }
            Some(_) => self.add(field, UNKNOWN),
            None => self.add(field, reason),
        }
    }

    /// A value that has to be there.
    pub fn required<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        if value.is_none() {
            self.add(field, "is required");
        }
        self.optional(field, value, parse)
    }

    /// A value that may be absent.
    pub fn optional<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        match parse(value?) {
            Ok(parsed) => Some(parsed),
            Err(Invalid(problem)) => {
                self.add(field, problem);
                None
            }
        }
    }

    /// A value that may be absent, or null to clear what is there.
    pub fn clearable<T, U>(
        &mut self,
        field: &str,
        value: Option<Option<T>>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<Option<U>> {
        value.map(|value| self.optional(field, value, parse))
    }

    /// Goes on only if nothing is wrong.
    ///
    /// # Errors
    /// 400 with all of it.
    pub fn none(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.0)) }
    }
}
