use crate::Error;

/// Which version of a resource a change expects to find. It is asked anew each time the resource is read again, and the
/// version that was read is a guard of the commit: what is written always follows a version that was expected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whichever is there.
    #[default]
    Any,
    /// One of these.
    OneOf(Vec<i64>),
}

impl Expected {
    /// Goes on only from a version that is expected.
    pub(crate) fn check(&self, version: i64) -> Result<(), Error> {
        match self {
            Self::Any => Ok(()),
            Self::OneOf(versions) if versions.contains(&version) => Ok(()),
            Self::OneOf(_) => Err(Error::PreconditionFailed),
        }
    }
}
