use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    path::Path,
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use stead_domain::ports::object_store::Object;

use super::{blocking, if_there};

/// How much is read at once.
const READ_AT_ONCE: u64 = 256 * 1024;

/// What is left to read of a file.
struct Rest {
    file: File,
    bytes: u64,
}

/// The file, or `range` of it; `None` if it is not there.
pub(super) fn open(path: &Path, range: Option<Range<u64>>) -> io::Result<Option<Object>> {
    let Some(mut file) = if_there(File::open(path))? else { return Ok(None) };
    let size = file.metadata()?.len();
    let Range { start, end } = range.unwrap_or(0..size);
    let bytes = end.min(size).saturating_sub(start);
    if bytes > 0 && start > 0 {
        file.seek(SeekFrom::Start(start))?;
    }
    let pieces = stream::try_unfold(Rest { file, bytes }, |mut rest| async move {
        if rest.bytes == 0 {
            return Ok(None);
        }
        blocking(move || rest.next().map(|piece| Some((piece, rest)))).await
    });
    Ok(Some(Object { size, body: pieces.boxed() }))
}

impl Rest {
    /// The next piece. A file that was cut short is an error.
    fn next(&mut self) -> io::Result<Bytes> {
        let length = self.bytes.min(READ_AT_ONCE);
        let mut piece = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.file.read_exact(&mut piece)?;
        self.bytes -= length;
        Ok(piece.into())
    }
}
