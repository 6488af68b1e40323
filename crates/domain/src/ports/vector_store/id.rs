use crate::{FileId, MessageId, OrganizationId};

/// What a vector stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VectorSource {
    /// A message.
    Message(MessageId),
    /// A file.
    File(FileId),
}

/// The id of a vector: the same source and chunk have the same id, whatever their version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VectorId {
    /// What it stands for.
    pub source: VectorSource,
    /// Which part of it. Of a message: its parts from 0, nearly always the only one. Of a file: 0 is its summary, `n + 1`
    /// its passage `n`; a file without a summary has no chunk 0.
    pub chunk: u32,
}

impl VectorId {
    /// A part of a message.
    pub const fn message(id: MessageId, chunk: u32) -> Self {
        Self { source: VectorSource::Message(id), chunk }
    }

    /// A file's summary.
    pub const fn summary(id: FileId) -> Self {
        Self { source: VectorSource::File(id), chunk: 0 }
    }

    /// A file's passage, by its number from 0.
    pub const fn passage(id: FileId, n: u32) -> Self {
        Self { source: VectorSource::File(id), chunk: n.saturating_add(1) }
    }

    /// Of a file's passage its number; `None` for all else.
    pub const fn passage_number(self) -> Option<u32> {
        match self.source {
            VectorSource::File(_) => self.chunk.checked_sub(1),
            VectorSource::Message(_) => None,
        }
    }

    /// As text, for an index that is shared by organizations: `{organization}:{msg|file}:{id}:{chunk}`.
    pub fn to_text(self, organization: OrganizationId) -> String {
        let (kind, id) = match self.source {
            VectorSource::Message(id) => ("msg", id.uuid()),
            VectorSource::File(id) => ("file", id.uuid()),
        };
        format!("{organization}:{kind}:{id}:{}", self.chunk)
    }

    /// Reads what [`VectorId::to_text`] wrote for this organization. `None` for anything else.
    pub fn parse(organization: OrganizationId, text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (owner, kind, id, chunk) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let chunk = chunk.parse().ok()?;
        let source = match kind {
            "msg" => VectorSource::Message(id.parse().ok()?),
            "file" => VectorSource::File(id.parse().ok()?),
            _ => return None,
        };
        let read = Self { source, chunk };
        // Only the one way of writing it: what is written otherwise is not what was stored.
        (owner.parse() == Ok(organization) && read.to_text(organization) == text).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let (ours, other) = (OrganizationId::new(Uuid::from_u128(1)), OrganizationId::new(Uuid::from_u128(2)));
        let file = FileId::new(Uuid::from_u128(7));
        for id in [VectorId::message(MessageId::new(Uuid::from_u128(3)), 4), VectorId::summary(file)] {
            assert_eq!(VectorId::parse(ours, &id.to_text(ours)), Some(id));
            assert_eq!(VectorId::parse(other, &id.to_text(ours)), None, "another's");
        }
        assert_eq!(
            VectorId::passage(file, 2).to_text(ours),
            "00000000-0000-0000-0000-000000000001:file:00000000-0000-0000-0000-000000000007:3"
        );
        assert_eq!(VectorId::passage(file, 2).passage_number(), Some(2));
        assert_eq!(VectorId::summary(file).passage_number(), None);
    }

    #[test]
    fn anything_else_is_no_id() {
        let ours = OrganizationId::new(Uuid::from_u128(1));
        let right = VectorId::summary(FileId::new(Uuid::from_u128(7))).to_text(ours);
        let (upper, plus) = (right.replace("file", "FILE"), right.replace(":0", ":+0"));
        let more = format!("{right}:0");
        for wrong in ["", ":", ":::", "x", upper.as_str(), plus.as_str(), more.as_str(), "\0", &right[1..]] {
            assert_eq!(VectorId::parse(ours, wrong), None, "{wrong}");
        }
        let without_dashes = right.replace('-', "");
        assert_eq!(VectorId::parse(ours, &without_dashes), None);
    }
}
