use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

/// How much of a frame that is too large is read before its client is closed on: who sends a little too much reads the reason,
/// since nothing is left unread behind it.
const READ_AT_MOST: u64 = 1024 * 1024;

/// The bytes of a WebSocket without what is in frames that are larger than this. (Whatever takes frames apart would hold all
/// of one before it looks at its size.) The first such frame ends them with [`PayloadError::Overflow`].
pub fn bounded<S>(bytes: S, largest: usize) -> impl Stream<Item = Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    let watch = Watch { largest: largest as u64, at: At::Head, head: Vec::with_capacity(LONGEST_HEAD) };
    stream::unfold(Some((bytes, watch)), |state| async move {
        let (mut bytes, mut watch) = state?;
        let piece = bytes.next().await?;
        Some(match piece.and_then(|piece| watch.pass(piece)) {
            Ok(piece) => (Ok(piece), Some((bytes, watch))),
            Err(error) => (Err(error), None),
        })
    })
}

/// A head has two bytes, up to eight for a length, and four for the mask.
const LONGEST_HEAD: usize = 14;

/// Where in a frame what passes is.
struct Watch {
    largest: u64,
    at: At,
    /// What has passed of a head.
    head: Vec<u8>,
}

enum At {
    Head,
    /// So much of a frame is still to come.
    Body(u64),
    /// The same of one that is too large, of which so much was read.
    TooLarge(u64, u64),
}

impl Watch {
    /// What is let through of a piece.
    fn pass(&mut self, piece: Bytes) -> Result<Bytes, PayloadError> {
        let (mut seen, mut passed) = (0, 0);
        while let Some(rest) = piece.get(seen..).filter(|rest| !rest.is_empty()) {
            let here = rest.len() as u64;
            match &mut self.at {
                At::Head => {
                    self.head.extend(rest.first());
                    seen += 1;
                    if let Some(length) = length(&self.head) {
                        self.head.clear();
                        self.at = match length {
                            0 => At::Head,
                            length if length > self.largest => At::TooLarge(length, 0),
                            length => At::Body(length),
                        };
                    }
                    passed = seen;
                }
                At::Body(left) if *left > here => {
                    *left -= here;
                    return Ok(piece);
                }
                At::Body(left) => {
                    seen += usize::try_from(*left).unwrap_or(rest.len());
                    passed = seen;
                    self.at = At::Head;
                }
                At::TooLarge(left, read) => {
                    *read += here;
                    if *read >= (*left).min(READ_AT_MOST) {
                        return Err(PayloadError::Overflow);
                    }
                    break;
                }
            }
        }
        Ok(piece.slice(..passed))
    }
}

/// How long the body is whose head this is (RFC 6455, section 5.2); none where the head goes on.
fn length(head: &[u8]) -> Option<u64> {
    let second = *head.get(1)?;
    let (length, rest) = (second & 0x7f, head.get(2..)?);
    let (length, rest) = match length {
        126 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), rest.get(2..)?),
        127 => (u64::from_be_bytes(*rest.first_chunk()?), rest.get(8..)?),
        length => (u64::from(length), rest),
    };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    (rest.len() >= mask).then_some(length)
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, TryStreamExt};
    use proptest::prelude::*;

    use super::*;

    const LARGEST: usize = 70_000;

    fn frame(length: usize) -> Vec<u8> {
        let mut frame = vec![0x81];
        match length {
            0..126 => frame.push(0x80 | u8::try_from(length).unwrap()),
            126..65_536 => {
                frame.push(0xfe);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            _ => {
                frame.push(0xff);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(vec![b'x'; length]);
        frame
    }

    /// What passes of these bytes, which come in pieces of this size; and whether they were ended.
    fn passed(bytes: &[u8], size: usize) -> (Vec<u8>, bool) {
        let pieces = bytes.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece)));
        let mut all = Vec::new();
        let passing = bounded(stream::iter(pieces), LARGEST).try_for_each(|piece| {
            all.extend_from_slice(&piece);
            std::future::ready(Ok(()))
        });
        let ended = passing.now_or_never().unwrap();
        let is_overflow = matches!(ended, Err(PayloadError::Overflow));
        assert!(is_overflow || ended.is_ok());
        (all, is_overflow)
    }

    #[test]
    fn of_a_frame_that_is_too_large_nothing_passes_but_its_head() {
        let before = frame(10);
        for (length, sent) in [(LARGEST + 1, LARGEST + 1), (1 << 62, 3 << 20)] {
            let mut bytes = [before.clone(), vec![0x81, 0xff]].concat();
            bytes.extend((length as u64).to_be_bytes());
            bytes.extend([0; 4]);
            let allowed = bytes.len();
            bytes.extend(vec![b'x'; sent]);
            let (all, is_ended) = passed(&bytes, 1_000);
            assert!(is_ended && all.len() <= allowed, "{} of {allowed}", all.len());
        }
    }

    proptest! {
        #[test]
        fn all_others_pass_as_they_are(
            lengths in proptest::collection::vec(prop_oneof![0..300usize, Just(65_535), Just(65_536), Just(LARGEST)], 0..6),
            size in 1..70_000usize,
        ) {
            let bytes = lengths.into_iter().flat_map(frame).collect::<Vec<_>>();
            prop_assert_eq!(passed(&bytes, size), (bytes, false));
        }
    }
}
