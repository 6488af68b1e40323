//! The parts of an Office document, unpacked no further than they may be.

use std::io::{self, BufReader, Cursor, Read};

use zip::{ZipArchive, read::ZipFile};

use crate::wire::Reason;

/// The most that a part, and all of them, may be unpacked.
pub(super) const MAX_PART: u64 = 64 * 1024 * 1024;
const MAX_WHOLE: u64 = 192 * 1024 * 1024;
const MAX_PARTS: usize = 20_000;

/// An Office document.
pub(super) type Parts = ZipArchive<Cursor<Vec<u8>>>;

pub(super) fn open(bytes: Vec<u8>) -> Result<Parts, Reason> {
    let parts = ZipArchive::new(Cursor::new(bytes)).map_err(|_broken| Reason::Broken)?;
    if parts.len() > MAX_PARTS { Err(Reason::TooLarge) } else { Ok(parts) }
}

/// Unpacks every part of XML once, to nothing: what a reader that unpacks by itself would have to hold. What the directory
/// says of their sizes is not believed.
pub(super) fn check_size(parts: &mut Parts) -> Result<(), Reason> {
    let mut whole = 0;
    for n in 0..parts.len() {
        let part = parts.by_index(n).map_err(|_broken| Reason::Broken)?;
        if !part.name().is_ok_and(|name| name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let unpacked = io::copy(&mut part.take(MAX_PART + 1), &mut io::sink()).map_err(|_broken| Reason::Broken)?;
        whole += unpacked;
        if unpacked > MAX_PART || whole > MAX_WHOLE {
            return Err(Reason::TooLarge);
        }
    }
    Ok(())
}

/// A part to read, if it is there.
pub(super) fn part<'a>(parts: &'a mut Parts, name: &str) -> Option<BufReader<Capped<'a>>> {
    let part = parts.by_name(name).ok()?;
    Some(BufReader::new(Capped { part, left: MAX_PART }))
}

/// A part that fails where it is larger than it may be.
pub(super) struct Capped<'a> {
    part: ZipFile<'a, Cursor<Vec<u8>>>,
    left: u64,
}

impl Read for Capped<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.part.read(into)?;
        match self.left.checked_sub(u64::try_from(count).unwrap_or(u64::MAX)) {
            Some(left) => self.left = left,
            None => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        Ok(count)
    }
}
