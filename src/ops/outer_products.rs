//! Sums of outer products, which make up the gradients of kernels: at each position, the values of many outputs are multiplied by a
//! few others, and all sums stay in registers.

use super::scalar::Scalar;
use super::simd::{Level, Register, Registers, level, unrolled};
use std::mem::{MaybeUninit, zeroed};

/// Columns of one task: a multiple of those whose sums are kept at a time.
pub const TASK: usize = 48;
/// The most sums that are kept at a time.
const SUMS: usize = 6 * 64;
/// Bytes of a segment of lines: they stay in the fastest cache.
const SEGMENT: usize = 1 << 15;

/// What is added up: for each column and each output of a block, the sum over positions.
pub struct OuterProducts<'a, T> {
    /// The block's outputs, interleaved position by position.
    pub lines: &'a [T],
    pub numbers: &'a [T],
    /// Where in `numbers` the first position of each column is; the next ones follow.
    pub columns: &'a [usize],
    /// For each column the block's outputs.
    pub sums: &'a mut [MaybeUninit<T>],
    /// Whether these are the first products of all; later ones are added to the sums.
    pub are_first: bool,
}

/// The loop, compiled for one instruction set.
pub struct Loop<T> {
    /// Outputs in a block.
    pub block: usize,
    run: fn(OuterProducts<T>),
}

impl<T: Registers> Loop<T> {
    /// The best for so many outputs.
    pub fn best(outputs: usize) -> Self {
        match level() {
            #[cfg(not(target_arch = "aarch64"))]
            Level::Portable => Loop {
                block: 8,
                // SAFETY: it needs no particular instructions.
                run: |work| unsafe { add_up::<T, [T; 4], 6, 2>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 if outputs <= T::Avx2::LANES => Loop {
                block: T::Avx2::LANES,
                // SAFETY: of this and the following: `level` has found AVX2 and FMA on this processor.
                run: |work| unsafe { add_up_avx2::<T, 12, 1>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Loop {
                block: 2 * T::Avx2::LANES,
                run: |work| unsafe { add_up_avx2::<T, 6, 2>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 if outputs <= T::Avx512::LANES => Loop {
                block: T::Avx512::LANES,
                // SAFETY: of this and the following: `level` has found AVX-512 on this processor.
                run: |work| unsafe { add_up_avx512::<T, 16, 1>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 if outputs <= 2 * T::Avx512::LANES => Loop {
                block: 2 * T::Avx512::LANES,
                run: |work| unsafe { add_up_avx512::<T, 12, 2>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Loop {
                block: 4 * T::Avx512::LANES,
                run: |work| unsafe { add_up_avx512::<T, 6, 4>(work) },
            },
            #[cfg(target_arch = "aarch64")]
            Level::Neon => Loop {
                block: 4 * T::Neon::LANES,
                // SAFETY: every processor of this kind has NEON.
                run: |work| unsafe { add_up::<T, T::Neon, 6, 4>(work) },
            },
        }
    }

    /// Adds the products of all positions, some of them at a time.
    pub fn add(&self, work: OuterProducts<T>) {
        let positions = (SEGMENT / size_of::<T>() / self.block).max(1);
        for (segment, lines) in work.lines.chunks(positions * self.block).enumerate() {
            (self.run)(OuterProducts {
                lines,
                numbers: &work.numbers[segment * positions..],
                columns: work.columns,
                sums: work.sums,
                are_first: work.are_first && segment == 0,
            });
        }
    }
}

/// Keeps `COLUMNS` columns times `WIDE` registers of outputs while it goes through the positions.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn add_up<T: Scalar, R: Register<T>, const COLUMNS: usize, const WIDE: usize>(
    work: OuterProducts<T>,
) {
    let block = WIDE * R::LANES;
    let positions = work.lines.len() / block;
    let mut added = [T::ZERO; SUMS];
    let of_columns = work.columns.chunks(COLUMNS);
    for (columns, sums) in of_columns.zip(work.sums.chunks_mut(COLUMNS * block)) {
        let mut starts = [columns[0]; COLUMNS];
        starts[..columns.len()].copy_from_slice(columns);
        let seen = starts.map(|start| work.numbers[start..][..positions].as_ptr());
        // SAFETY: registers of zeros are numbers; each is loaded from, or stored to, a slice that is as long, and so are the
        // numbers seen.
        unsafe {
            let mut totals: [[R; WIDE]; COLUMNS] = zeroed();
            for position in 0..positions {
                let line = work.lines.as_ptr().add(position * block);
                let mut values: [R; WIDE] = zeroed();
                unrolled!(part, WIDE, {
                    values[part] = R::load(line.add(part * R::LANES));
                });
                unrolled!(column, COLUMNS, 16, {
                    let number = R::splat(*seen[column].add(position));
                    unrolled!(part, WIDE, {
                        totals[column][part] =
                            values[part].multiply_add(number, totals[column][part]);
                    });
                });
            }
            unrolled!(column, COLUMNS, 16, {
                unrolled!(part, WIDE, {
                    let place = column * block + part * R::LANES;
                    totals[column][part].store(added[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
        for (sum, &added) in sums.iter_mut().zip(&added) {
            match work.are_first {
                true => *sum = MaybeUninit::new(added),
                // SAFETY: the first products have been written.
                false => unsafe { *sum.assume_init_mut() += added },
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn add_up_avx2<T: Registers, const COLUMNS: usize, const WIDE: usize>(work: OuterProducts<T>) {
    // SAFETY: this function is only called where the instructions are.
    unsafe { add_up::<T, T::Avx2, COLUMNS, WIDE>(work) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
fn add_up_avx512<T: Registers, const COLUMNS: usize, const WIDE: usize>(work: OuterProducts<T>) {
    // SAFETY: as above.
    unsafe { add_up::<T, T::Avx512, COLUMNS, WIDE>(work) }
}
