//! The beginning of a body that passes, and how long it was.

use bytes::Bytes;

/// Bytes of a body that are kept.
pub const BODY_LIMIT: usize = 16 * 1024;

/// What is kept of a body: a copy, since a slice keeps the whole buffer alive that it was read or written into.
#[derive(Default)]
pub struct Passed {
    beginning: Vec<u8>,
    /// How many bytes passed.
    pub bytes: u64,
}

impl Passed {
    /// Counts a piece, and copies what still fits.
    pub fn take(&mut self, piece: &Bytes) {
        self.count(piece);
        let room = BODY_LIMIT.saturating_sub(self.beginning.len());
        let part = piece.get(..room).unwrap_or(piece);
        if self.beginning.is_empty() {
            self.beginning.reserve_exact(part.len()); // often there is no other piece
        }
        self.beginning.extend_from_slice(part);
    }

    /// Counts a piece of which nothing is kept.
    pub fn count(&mut self, piece: &Bytes) {
        self.bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX);
    }

    /// The bytes that were kept: the first ones.
    pub fn beginning(&self) -> &[u8] {
        &self.beginning
    }

    /// Bytes of memory it holds besides itself.
    pub fn weight(&self) -> usize {
        self.beginning.capacity()
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
    fn a_piece_of_a_large_buffer_does_not_keep_the_buffer() {
        let buffer = Bytes::from(vec![b'a'; 1024 * 1024]);
        let mut passed = Passed::default();

        passed.take(&buffer.slice(..10));

        assert!(buffer.is_unique());
        assert_eq!(passed.weight(), 10);
    }
}
