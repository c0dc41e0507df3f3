//! How big the next stack segment is. Pure.

use go_abi::layout::g::{STACK_SECOND, STACK_SEG_MAX, STACK_SLACK};

/// Bytes of the record at the top of a segment.
pub(crate) const RECORD: usize = 64;

/// What a segment must offer beyond the frame that asks for it.
pub(crate) const MARGIN: usize = STACK_SLACK + 512 + RECORD;

/// Size of the segment to follow one of `size` bytes when a frame needs `need` bytes.
pub(crate) fn next_size(size: usize, need: usize) -> usize {
    let doubled = (size * 2).clamp(STACK_SECOND, STACK_SEG_MAX);
    let fit = (need + 2 * STACK_SLACK + RECORD).next_power_of_two();
    doubled.max(fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_double_up_to_the_cap_and_fit_big_frames() {
        assert_eq!(next_size(2048, 100), 8192);
        assert_eq!(next_size(8192, 100), 16384);
        assert_eq!(next_size(64 << 20, 100), 64 << 20);
        assert!(next_size(8192, 1 << 20) >= (1 << 20) + STACK_SLACK);
        assert_eq!(next_size(8192, 16300), 32768);
    }
}
