use std::io;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use stead_domain::ports::object_store::{ObjectBody, ObjectStoreError};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// How many pieces may wait to be stored.
const WAITING: usize = 4;

/// Where the pieces of a file go in. Dropped without [`PiecesIn::end`], the file breaks off.
pub struct PiecesIn(Sender<Piece>);

enum Piece {
    Bytes(Bytes),
    End,
}

/// Whoever reads the body has had enough of it.
#[derive(Debug)]
pub struct NobodyReads;

/// The two ends of a file that arrives.
pub fn pieces() -> (PiecesIn, ObjectBody) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (PiecesIn(sender), stream::unfold(Some(receiver), next).boxed())
}

impl PiecesIn {
    /// Hands on a piece, as soon as there is room for it.
    pub async fn push(&self, piece: Bytes) -> Result<(), NobodyReads> {
        self.0.send(Piece::Bytes(piece)).await.or(Err(NobodyReads))
    }

    /// Says that the file is whole.
    pub async fn end(self) -> Result<(), NobodyReads> {
        self.0.send(Piece::End).await.or(Err(NobodyReads))
    }
}

type Next = Option<(Result<Bytes, ObjectStoreError>, Option<Receiver<Piece>>)>;

async fn next(receiver: Option<Receiver<Piece>>) -> Next {
    let mut receiver = receiver?;
    match receiver.recv().await {
        Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(receiver))),
        Some(Piece::End) => None,
        None => {
            let broken = io::Error::new(io::ErrorKind::UnexpectedEof, "the request ended before the file did");
            Some((Err(ObjectStoreError::Body(Box::new(broken))), None))
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn what_goes_in_comes_out_in_order() {
        let (pieces_in, body) = pieces();
        let read = tokio::join!(body.try_concat_all(), async {
            for piece in [&b"a"[..], b"", b"bc"] {
                pieces_in.push(Bytes::from_static(piece)).await.unwrap();
            }
            pieces_in.end().await.unwrap();
        });
        assert_eq!(read.0.unwrap(), b"abc");
    }

    #[tokio::test]
    async fn a_file_that_is_not_ended_breaks_off() {
        let (pieces_in, body) = pieces();
        pieces_in.push(Bytes::from_static(b"a")).await.unwrap();
        drop(pieces_in);
        assert!(matches!(body.try_concat_all().await, Err(ObjectStoreError::Body(_))));
    }

    #[tokio::test]
    async fn whoever_writes_learns_that_nobody_reads() {
        let (pieces_in, body) = pieces();
        drop(body);
        assert!(pieces_in.push(Bytes::from_static(b"a")).await.is_err());
    }

    trait ConcatAll {
        async fn try_concat_all(self) -> Result<Vec<u8>, ObjectStoreError>;
    }

    impl ConcatAll for ObjectBody {
        async fn try_concat_all(self) -> Result<Vec<u8>, ObjectStoreError> {
            self.try_fold(Vec::new(), |mut all, piece| async move {
                all.extend_from_slice(&piece);
                Ok(all)
            })
            .await
        }
    }
}
