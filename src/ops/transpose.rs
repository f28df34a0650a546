//! Interleaving sequences of numbers, and separating them again: the loops of convolution run along images or along outputs, where a
//! tensor has the pixels of a row.

use super::scalar::Scalar;
use super::simd::{Level, Register, Registers, level, unrolled};
use std::mem::MaybeUninit;

/// The most lanes of a register.
const LANES: usize = 16;

/// Interleaves sequences: element `n` of sequence `s` goes to `to[places[n] + s]`.
///
/// # Panics
/// When there is no such place, or a sequence is shorter than `places`.
pub fn interleave<T: Registers>(sequences: &[&[T]], places: &[usize], to: &mut [T]) {
    // SAFETY: of all: `level` has found the instructions on this processor, or none are needed.
    match level() {
        #[cfg(not(target_arch = "aarch64"))]
        Level::Portable => unsafe { lay::<T, [T; 4]>(sequences, places, to) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { avx2::lay(sequences, places, to) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { avx512::lay(sequences, places, to) },
        #[cfg(target_arch = "aarch64")]
        Level::Neon => unsafe { lay::<T, T::Neon>(sequences, places, to) },
    }
}

/// Separates them: element `n` of sequence `s` comes from `from[places[n] + s]`.
///
/// # Panics
/// As [`interleave`].
pub fn separate<T: Registers>(
    from: &[T],
    places: &[usize],
    sequences: &mut [&mut [MaybeUninit<T>]],
) {
    // SAFETY: as above.
    match level() {
        #[cfg(not(target_arch = "aarch64"))]
        Level::Portable => unsafe { take::<T, [T; 4]>(from, places, sequences) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { avx2::take(from, places, sequences) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { avx512::take(from, places, sequences) },
        #[cfg(target_arch = "aarch64")]
        Level::Neon => unsafe { take::<T, T::Neon>(from, places, sequences) },
    }
}

/// Both with the registers of an instruction set.
#[cfg(target_arch = "x86_64")]
macro_rules! compiled_for {
    ($name:ident, $registers:ident, $features:literal) => {
        mod $name {
            use super::*;

            #[target_feature(enable = $features)]
            pub fn lay<T: Registers>(sequences: &[&[T]], places: &[usize], to: &mut [T]) {
                // SAFETY: this function is only called where the instructions are.
                unsafe { super::lay::<T, T::$registers>(sequences, places, to) }
            }

            #[target_feature(enable = $features)]
            pub fn take<T: Registers>(
                from: &[T],
                places: &[usize],
                sequences: &mut [&mut [MaybeUninit<T>]],
            ) {
                // SAFETY: as above.
                unsafe { super::take::<T, T::$registers>(from, places, sequences) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
compiled_for!(avx2, Avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
compiled_for!(avx512, Avx512, "avx512f,fma");

/// # Safety
/// Of this and the following: the processor must have the instructions of `R`.
#[inline(always)]
unsafe fn lay<T: Scalar, R: Register<T>>(sequences: &[&[T]], places: &[usize], to: &mut [T]) {
    let mut sequences_done = 0;
    if places.len() >= R::LANES {
        for block in sequences.chunks_exact(R::LANES) {
            for first in squares(places.len(), R::LANES) {
                // SAFETY: each register is loaded from, or stored to, a slice that is as long.
                unsafe {
                    let mut square = [R::splat(T::ZERO); LANES];
                    unrolled!(row, R::LANES, 16, {
                        square[row] = R::load(block[row][first..][..R::LANES].as_ptr());
                    });
                    square = transposed(square);
                    unrolled!(row, R::LANES, 16, {
                        let place = places[first + row] + sequences_done;
                        square[row].store(to[place..][..R::LANES].as_mut_ptr());
                    });
                }
            }
            sequences_done += R::LANES;
        }
    }
    for (index, sequence) in sequences.iter().enumerate().skip(sequences_done) {
        for (&place, &number) in places.iter().zip(*sequence) {
            to[place + index] = number;
        }
    }
}

#[inline(always)]
unsafe fn take<T: Scalar, R: Register<T>>(
    from: &[T],
    places: &[usize],
    sequences: &mut [&mut [MaybeUninit<T>]],
) {
    let mut sequences_done = 0;
    if places.len() >= R::LANES {
        for block in sequences.chunks_exact_mut(R::LANES) {
            for first in squares(places.len(), R::LANES) {
                // SAFETY: as above.
                unsafe {
                    let mut square = [R::splat(T::ZERO); LANES];
                    unrolled!(row, R::LANES, 16, {
                        let place = places[first + row] + sequences_done;
                        square[row] = R::load(from[place..][..R::LANES].as_ptr());
                    });
                    square = transposed(square);
                    unrolled!(row, R::LANES, 16, {
                        square[row].store(block[row][first..][..R::LANES].as_mut_ptr().cast());
                    });
                }
            }
            sequences_done += R::LANES;
        }
    }
    for (index, sequence) in sequences.iter_mut().enumerate().skip(sequences_done) {
        for (&place, number) in places.iter().zip(sequence.iter_mut()) {
            number.write(from[place + index]);
        }
    }
}

/// Where squares begin that cover so many numbers: the last one where it still has all of its side.
#[inline(always)]
fn squares(length: usize, side: usize) -> impl Iterator<Item = usize> {
    (0..length)
        .step_by(side)
        .map(move |first| first.min(length - side))
}

/// A square of as many registers as one has lanes: each round zips the first half with the second, until rows are columns.
#[inline(always)]
unsafe fn transposed<T: Scalar, R: Register<T>>(mut square: [R; LANES]) -> [R; LANES] {
    let half = R::LANES / 2;
    unrolled!(round, R::LANES.ilog2() as usize, {
        let _: usize = round;
        let before = square;
        unrolled!(row, half, {
            // SAFETY: as the caller promises.
            let [first, second] = unsafe { before[row].zip(before[row + half]) };
            square[2 * row] = first;
            square[2 * row + 1] = second;
        });
    });
    square
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers<T: Scalar>(count: usize) -> Vec<T> {
        (0..count).map(|number| T::of(number as f64)).collect()
    }

    fn sequences_find_their_places_and_back<T: Registers>() {
        for (count, length) in [
            (1, 1),
            (16, 16),
            (5, 40),
            (64, 3),
            (35, 37),
            (16, 17),
            (70, 9),
        ] {
            let all: Vec<T> = numbers(count * length);
            let sequences: Vec<&[T]> = all.chunks_exact(length).collect();
            let places: Vec<usize> = (0..length)
                .map(|n| (length - 1 - n) * (count + 1) + 1)
                .collect();
            let mut together = vec![-T::ONE; length * (count + 1)];
            interleave(&sequences, &places, &mut together);
            for (s, sequence) in sequences.iter().enumerate() {
                for (n, &place) in places.iter().enumerate() {
                    assert!(together[place + s] == sequence[n], "{count} x {length}");
                }
            }
            assert!(
                together
                    .iter()
                    .step_by(count + 1)
                    .all(|&gap| gap == -T::ONE)
            );
            let mut apart = vec![MaybeUninit::new(T::ZERO); count * length];
            let mut parts: Vec<_> = apart.chunks_exact_mut(length).collect();
            separate(&together, &places, &mut parts);
            // SAFETY: all were numbers from the beginning.
            let apart = unsafe { apart.assume_init_ref() };
            assert!(apart == all, "{count} x {length}");
        }
    }

    #[test]
    fn sequences_find_their_places_and_back_in_both_types() {
        sequences_find_their_places_and_back::<f32>();
        sequences_find_their_places_and_back::<f64>();
    }
}
