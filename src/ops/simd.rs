//! Registers: as many numbers as the processor computes with at a time.
//!
//! A loop is written once, for any [`Register`], and compiled for each instruction set; the program chooses the best that
//! this processor has when it runs.

use super::scalar::Scalar;

/// A register's worth of numbers.
///
/// # Safety
/// Implementations may use instructions that not every processor has; callers make sure that this one has them.
pub unsafe trait Register<T>: Copy {
    const LANES: usize;
    /// All lanes the same.
    unsafe fn splat(value: T) -> Self;
    /// `LANES` numbers from `from` on.
    unsafe fn load(from: *const T) -> Self;
    unsafe fn store(self, to: *mut T);
    /// `self * factor + addend`.
    unsafe fn multiply_add(self, factor: Self, addend: Self) -> Self;
    /// The lanes of both, interleaved: those of the first halves, and those of the second halves.
    unsafe fn zip(self, other: Self) -> [Self; 2];
}

/// Unrolls a loop, `$index` from 0 to below `$count` (at most 8, or 16 where it says so): the compiler keeps an array of
/// registers in registers only where every index is a constant.
macro_rules! unrolled {
    ($index:ident, $count:expr, $body:block) => {
        $crate::ops::simd::unrolled!(@ $index, $count, $body, 0 1 2 3 4 5 6 7)
    };
    ($index:ident, $count:expr, 16, $body:block) => {
        $crate::ops::simd::unrolled!(@ $index, $count, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $index:ident, $count:expr, $body:block, $($value:literal)*) => {
        $(if $value < $count {
            let $index: usize = $value;
            $body
        })*
    };
}
pub(crate) use unrolled;

/// Some numbers, with whatever instructions the compiler finds for them.
// SAFETY: it uses no particular instructions.
unsafe impl<T: Scalar, const N: usize> Register<T> for [T; N] {
    const LANES: usize = N;
    #[inline(always)]
    unsafe fn splat(value: T) -> Self {
        [value; N]
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller has `LANES` numbers there.
        unsafe { from.cast::<Self>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller has space for `LANES` numbers there.
        unsafe { to.cast::<Self>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn multiply_add(self, factor: Self, addend: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * factor[lane] + addend[lane])
    }
    #[inline(always)]
    unsafe fn zip(self, other: Self) -> [Self; 2] {
        [0, N].map(|first| {
            std::array::from_fn(|lane| match (first + lane) % 2 {
                0 => self[(first + lane) / 2],
                _ => other[(first + lane) / 2],
            })
        })
    }
}

/// Implements [`Register`] with a processor's instructions; `multiply_add` is given register, factor and addend, `zip` both
/// registers.
macro_rules! register {
    ($number:ty, $register:ident, $lanes:expr, $splat:ident, $load:ident, $store:expr, $multiply_add:expr, $zip:expr) => {
        // SAFETY: callers have found the instruction set on this processor; pointers are used as they promise.
        unsafe impl super::Register<$number> for $register {
            const LANES: usize = $lanes;
            #[inline(always)]
            unsafe fn splat(value: $number) -> Self {
                // SAFETY: as above.
                unsafe { $splat(value) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $number) -> Self {
                // SAFETY: as above.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $number) {
                // SAFETY: as above.
                unsafe { $store(to, self) }
            }
            #[inline(always)]
            unsafe fn multiply_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: as above.
                unsafe { $multiply_add(self, factor, addend) }
            }
            #[inline(always)]
            unsafe fn zip(self, other: Self) -> [Self; 2] {
                // SAFETY: as above.
                unsafe { $zip(self, other) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    register!(
        f32,
        __m256,
        8,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_fmadd_ps,
        |a, b| {
            let (low, high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
            [
                _mm256_permute2f128_ps::<0x20>(low, high),
                _mm256_permute2f128_ps::<0x31>(low, high),
            ]
        }
    );
    register!(
        f64,
        __m256d,
        4,
        _mm256_set1_pd,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_fmadd_pd,
        |a, b| {
            let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
            [
                _mm256_permute2f128_pd::<0x20>(low, high),
                _mm256_permute2f128_pd::<0x31>(low, high),
            ]
        }
    );
    register!(
        f32,
        __m512,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_fmadd_ps,
        |a, b| {
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_or_si512(low, _mm512_set1_epi32(8));
            [
                _mm512_permutex2var_ps(a, low, b),
                _mm512_permutex2var_ps(a, high, b),
            ]
        }
    );
    register!(
        f64,
        __m512d,
        8,
        _mm512_set1_pd,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_fmadd_pd,
        |a, b| {
            let low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
            let high = _mm512_or_si512(low, _mm512_set1_epi64(4));
            [
                _mm512_permutex2var_pd(a, low, b),
                _mm512_permutex2var_pd(a, high, b),
            ]
        }
    );
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::*;
    // NEON names the addend first.
    register!(
        f32,
        float32x4_t,
        4,
        vdupq_n_f32,
        vld1q_f32,
        vst1q_f32,
        |a, b, c| vfmaq_f32(c, a, b),
        |a, b| [vzip1q_f32(a, b), vzip2q_f32(a, b)]
    );
    register!(
        f64,
        float64x2_t,
        2,
        vdupq_n_f64,
        vld1q_f64,
        vst1q_f64,
        |a, b, c| vfmaq_f64(c, a, b),
        |a, b| [vzip1q_f64(a, b), vzip2q_f64(a, b)]
    );
}

/// The registers of a number type.
#[cfg(target_arch = "x86_64")]
pub trait Registers: Scalar {
    type Avx2: Register<Self>;
    type Avx512: Register<Self>;
}

#[cfg(target_arch = "x86_64")]
impl Registers for f32 {
    type Avx2 = std::arch::x86_64::__m256;
    type Avx512 = std::arch::x86_64::__m512;
}

#[cfg(target_arch = "x86_64")]
impl Registers for f64 {
    type Avx2 = std::arch::x86_64::__m256d;
    type Avx512 = std::arch::x86_64::__m512d;
}

#[cfg(target_arch = "aarch64")]
pub trait Registers: Scalar {
    type Neon: Register<Self>;
}

#[cfg(target_arch = "aarch64")]
impl Registers for f32 {
    type Neon = std::arch::aarch64::float32x4_t;
}

#[cfg(target_arch = "aarch64")]
impl Registers for f64 {
    type Neon = std::arch::aarch64::float64x2_t;
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub trait Registers: Scalar {}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl Registers for f32 {}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
impl Registers for f64 {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    #[cfg(not(target_arch = "aarch64"))]
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Every 64-bit ARM processor has it.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

/// The best of this processor.
pub fn level() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("fma")
        {
            return Level::Avx512;
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Level::Avx2;
        }
    }
    #[cfg(target_arch = "aarch64")]
    return Level::Neon;
    #[cfg(not(target_arch = "aarch64"))]
    Level::Portable
}

/// Runs a loop that the compiler turns into one on registers, compiled for the best instructions of this processor. What it
/// calls must be `#[inline(always)]`.
#[inline(always)]
pub fn vectorize(work: impl FnOnce()) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,fma")]
        fn with_avx512(work: impl FnOnce()) {
            work()
        }
        #[target_feature(enable = "avx2,fma")]
        fn with_avx2(work: impl FnOnce()) {
            work()
        }
        match level() {
            // SAFETY: `level` has found the instructions on this processor.
            Level::Avx512 => return unsafe { with_avx512(work) },
            // SAFETY: as above.
            Level::Avx2 => return unsafe { with_avx2(work) },
            Level::Portable => {}
        }
    }
    work()
}

/// Whether none is infinite or NaN.
pub fn are_finite<T: Scalar>(numbers: &[T]) -> bool {
    let mut are_finite = true;
    vectorize(|| {
        for &number in numbers {
            // Zero times infinity is NaN.
            are_finite &= number * T::ZERO == T::ZERO;
        }
    });
    are_finite
}

/// Memory for `length` numbers, aligned so that registers load fastest.
pub fn aligned<T: Scalar>(buffer: &mut Vec<T>, length: usize) -> &mut [T] {
    const CACHE_LINE: usize = 64;
    let spare = CACHE_LINE / size_of::<T>();
    if buffer.len() < length + spare {
        buffer.resize(length + spare, T::ZERO);
    }
    let start = buffer.as_ptr().align_offset(CACHE_LINE).min(spare);
    &mut buffer[start..start + length]
}
