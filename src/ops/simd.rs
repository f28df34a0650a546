//! Instruction sets that loops are compiled for, and registers' worth of numbers.

use super::scalar::Scalar;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// The best of this processor.
pub fn level() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
        {
            return Level::Avx512;
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Level::Avx2;
        }
    }
    Level::Portable
}

/// `LANES` numbers from `start` on; zeros where there are not as many.
#[inline(always)]
pub fn window<T: Scalar, const LANES: usize>(numbers: &[T], start: usize) -> [T; LANES] {
    let window = numbers.get(start..).and_then(|rest| rest.first_chunk());
    window.copied().unwrap_or([T::ZERO; LANES])
}

/// Memory for `length` numbers that begins where registers are loaded fastest.
pub fn aligned<T: Scalar>(buffer: &mut Vec<T>, length: usize) -> &mut [T] {
    const CACHE_LINE: usize = 64;
    let room = CACHE_LINE / size_of::<T>();
    if buffer.len() < length + room {
        buffer.resize(length + room, T::ZERO);
    }
    let start = buffer.as_ptr().align_offset(CACHE_LINE).min(room);
    &mut buffer[start..start + length]
}
