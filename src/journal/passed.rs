//! The beginning of a body that passes, and how long it was.

use bytes::Bytes;

/// Bytes of a body that are kept.
pub const BODY_LIMIT: usize = 16 * 1024;

/// What is kept of a body.
#[derive(Default)]
pub struct Passed {
    kept: Kept,
    /// How many bytes passed.
    pub bytes: u64,
}

#[derive(Default)]
enum Kept {
    #[default]
    Nothing,
    /// A whole body, shared with whoever sends it.
    Shared(Bytes),
    /// Copied: a slice would keep the whole buffer alive that it was read into.
    Copied(Vec<u8>),
}

impl Passed {
    /// Counts a piece, and copies what still fits.
    pub fn take(&mut self, piece: &Bytes) {
        self.count(piece);
        if matches!(self.kept, Kept::Nothing) {
            self.kept = Kept::Copied(Vec::with_capacity(piece.len().min(BODY_LIMIT)));
        }
        if let Kept::Copied(copied) = &mut self.kept {
            let room = BODY_LIMIT.saturating_sub(copied.len());
            copied.extend(piece.iter().take(room));
        }
    }

    /// Counts a body that comes in one piece. It is shared where all of it is kept.
    pub fn take_whole(&mut self, body: &Bytes) {
        if body.len() > BODY_LIMIT {
            return self.take(body);
        }
        self.count(body);
        self.kept = Kept::Shared(body.clone());
    }

    /// Counts a piece of which nothing is kept.
    pub fn count(&mut self, piece: &Bytes) {
        self.bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX);
    }

    /// The bytes that were kept: the first ones.
    pub fn beginning(&self) -> &[u8] {
        match &self.kept {
            Kept::Nothing => &[],
            Kept::Shared(bytes) => bytes,
            Kept::Copied(bytes) => bytes,
        }
    }

    /// Bytes of memory that are held. A shared body counts twice its length: a buffer that grew by doubling may be that large.
    pub fn weight(&self) -> usize {
        match &self.kept {
            Kept::Nothing => 0,
            Kept::Shared(bytes) => 2 * bytes.len(),
            Kept::Copied(bytes) => bytes.capacity(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_body_is_kept() {
        let mut passed = Passed::default();

        passed.take(&Bytes::from(vec![b'a'; BODY_LIMIT - 1]));
        passed.take(&Bytes::from_static(b"bcd"));
        passed.take(&Bytes::from_static(b"efg"));

        assert_eq!(
            (passed.beginning().len(), passed.bytes),
            (BODY_LIMIT, BODY_LIMIT as u64 + 5)
        );
        assert_eq!(passed.beginning().last(), Some(&b'b'));
    }

    #[test]
    fn a_whole_body_is_shared_and_a_long_one_is_cut() {
        let (short, long) = (Bytes::from(vec![b'a'; 100]), Bytes::from(vec![b'a'; BODY_LIMIT + 1]));
        let (mut shared, mut cut) = (Passed::default(), Passed::default());

        shared.take_whole(&short);
        cut.take_whole(&long);
        drop(long);

        assert_eq!(shared.beginning().as_ptr(), short.as_ptr());
        assert_eq!((cut.beginning().len(), cut.bytes), (BODY_LIMIT, BODY_LIMIT as u64 + 1));
        assert_eq!((shared.weight(), cut.weight()), (200, BODY_LIMIT));
    }

    #[test]
    fn a_piece_of_a_large_buffer_does_not_keep_the_buffer() {
        let buffer = Bytes::from(vec![b'a'; 1024 * 1024]);
        let mut passed = Passed::default();

        passed.take(&buffer.slice(..10));

        assert!(buffer.is_unique());
        assert_eq!(passed.weight(), 10);
    }
}
