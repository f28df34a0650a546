//! The inner loops.

use super::tiles::Lines;
use crate::ops::conv_kernel::{self, Block};
use crate::ops::scalar::Scalar;
use crate::ops::simd::{Level, Register, Registers, level, unrolled};
use std::mem::{MaybeUninit, zeroed};

/// The most outputs in a block.
pub const BLOCK: usize = 8;

/// The inner loops, compiled for one instruction set.
pub struct Loops<T> {
    /// Outputs and positions that `product` computes at a time.
    pub block: usize,
    pub lanes: usize,
    pub product: fn(Block<T>),
    pub enter: fn(Change<T>),
    pub leave: fn(Leave<T>),
    pub spread: fn(Spread<T>),
}

impl<T: Registers> Loops<T> {
    pub fn best() -> Self {
        // SAFETY: of all closures: `level` has found the instructions on this processor, or none are needed.
        match level() {
            #[cfg(not(target_arch = "aarch64"))]
            Level::Portable => Loops {
                block: 4,
                lanes: 8,
                product: |block| unsafe { conv_kernel::outputs::<T, [T; 4], 4, 2>(block) },
                enter: |work| unsafe { enter_tiles::<T, [T; 4]>(work) },
                leave: |work| unsafe { leave_tiles::<T, [T; 4]>(work) },
                spread: |work| unsafe { spread_tiles::<T, [T; 4]>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Loops {
                block: 4,
                lanes: 24,
                product: |block| unsafe { conv_kernel::outputs_avx2(block) },
                enter: |work| unsafe { avx2::enter(work) },
                leave: |work| unsafe { avx2::leave(work) },
                spread: |work| unsafe { avx2::spread(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Loops {
                block: 8,
                lanes: 48,
                product: |block| unsafe { conv_kernel::outputs_avx512(block) },
                enter: |work| unsafe { avx512::enter(work) },
                leave: |work| unsafe { avx512::leave(work) },
                spread: |work| unsafe { avx512::spread(work) },
            },
            #[cfg(target_arch = "aarch64")]
            Level::Neon => Loops {
                block: 8,
                lanes: 12,
                product: |block| unsafe { conv_kernel::wide::<T, T::Neon, 8, 12>(block) },
                enter: |work| unsafe { enter_tiles::<T, T::Neon>(work) },
                leave: |work| unsafe { leave_tiles::<T, T::Neon>(work) },
                spread: |work| unsafe { spread_tiles::<T, T::Neon>(work) },
            },
        }
    }
}

/// The loops on tiles with the registers of an instruction set.
#[cfg(target_arch = "x86_64")]
macro_rules! compiled_for {
    ($name:ident, $registers:ident, $features:literal) => {
        mod $name {
            use super::*;

            #[target_feature(enable = $features)]
            pub fn enter<T: Registers>(work: Change<T>) {
                // SAFETY: this function is only called where the instructions are.
                unsafe { enter_tiles::<T, T::$registers>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn leave<T: Registers>(work: Leave<T>) {
                // SAFETY: as above.
                unsafe { leave_tiles::<T, T::$registers>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn spread<T: Registers>(work: Spread<T>) {
                // SAFETY: as above.
                unsafe { spread_tiles::<T, T::$registers>(work) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
compiled_for!(avx2, Avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
compiled_for!(avx512, Avx512, "avx512f,fma");

/// A row of tiles to be transformed: from its lines to 16 places, which stand `step` apart.
pub struct Change<'a, T> {
    pub lines: Lines<'a, T>,
    pub to: &'a mut [T],
    pub step: usize,
}

/// `B' d B` for each tile d.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn enter_tiles<T: Scalar, R: Register<T>>(work: Change<T>) {
    let next = work.lines.images;
    for position in (0..work.lines.count).step_by(R::LANES) {
        // SAFETY: registers of zeros are numbers; each is loaded from, or stored to, a slice that is as long.
        unsafe {
            let (plus, minus) = (R::splat(T::ONE), R::splat(-T::ONE));
            let four = |a: R, b: R, c: R, d: R| {
                [
                    c.multiply_add(minus, a),
                    b.multiply_add(plus, c),
                    b.multiply_add(minus, c),
                    d.multiply_add(minus, b),
                ]
            };
            let mut lines: [[R; 4]; 4] = zeroed();
            unrolled!(line, 4, {
                let halves = work.lines.lines[line];
                let [even, odd] = halves.map(|half| half[position..][..next + R::LANES].as_ptr());
                lines[line] = four(
                    R::load(even),
                    R::load(odd),
                    R::load(even.add(next)),
                    R::load(odd.add(next)),
                );
            });
            unrolled!(column, 4, {
                let places = four(
                    lines[0][column],
                    lines[1][column],
                    lines[2][column],
                    lines[3][column],
                );
                unrolled!(row, 4, {
                    let place = (4 * row + column) * work.step + position;
                    places[row].store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// Tiles to be brought back: from 16 places, which stand `step` apart, to the four quarters of the tiles.
pub struct Leave<'a, T> {
    pub from: &'a [T],
    pub step: usize,
    pub bias: T,
    pub to: &'a mut [T],
    pub quarter: usize,
    pub count: usize,
}

/// `A' m A` for each tile m.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn leave_tiles<T: Scalar, R: Register<T>>(work: Leave<T>) {
    for position in (0..work.count).step_by(R::LANES) {
        // SAFETY: as in `enter_tiles`.
        unsafe {
            let (plus, minus) = (R::splat(T::ONE), R::splat(-T::ONE));
            let two = |a: R, b: R, c: R, d: R| {
                let (sum, difference) = (b.multiply_add(plus, c), c.multiply_add(minus, b));
                [sum.multiply_add(plus, a), d.multiply_add(minus, difference)]
            };
            let mut columns: [[R; 2]; 4] = zeroed();
            unrolled!(column, 4, {
                let mut places: [R; 4] = zeroed();
                unrolled!(row, 4, {
                    let place = (4 * row + column) * work.step + position;
                    places[row] = R::load(work.from[place..][..R::LANES].as_ptr());
                });
                columns[column] = two(places[0], places[1], places[2], places[3]);
            });
            let bias = R::splat(work.bias);
            unrolled!(row, 2, {
                let line = two(
                    columns[0][row],
                    columns[1][row],
                    columns[2][row],
                    columns[3][row],
                );
                unrolled!(parity, 2, {
                    let place = (2 * row + parity) * work.quarter + position;
                    let quarter = line[parity].multiply_add(plus, bias);
                    quarter.store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// Some tiles of many outputs, which stand side by side: four pixels a tile to 16 places, which stand `step` apart.
pub struct Spread<'a, T> {
    pub pixels: &'a [T],
    pub outputs: usize,
    pub to: &'a mut [MaybeUninit<T>],
    pub step: usize,
}

/// `A y A'` for each tile y of each output. Writes all numbers of each place for these tiles.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn spread_tiles<T: Scalar, R: Register<T>>(work: Spread<T>) {
    let outputs = work.outputs;
    for position in (0..work.pixels.len() / 4).step_by(R::LANES) {
        let of_tile = &work.pixels[position / outputs * 4 * outputs + position % outputs..];
        // SAFETY: as in `enter_tiles`.
        unsafe {
            let (plus, minus, zero) = (R::splat(T::ONE), R::splat(-T::ONE), R::splat(T::ZERO));
            let four = |a: R, b: R| {
                [
                    a,
                    b.multiply_add(plus, a),
                    b.multiply_add(minus, a),
                    b.multiply_add(minus, zero),
                ]
            };
            let mut lines: [[R; 4]; 2] = zeroed();
            unrolled!(line, 2, {
                let (even, odd) = (
                    &of_tile[2 * line * outputs..],
                    &of_tile[(2 * line + 1) * outputs..],
                );
                lines[line] = four(
                    R::load(even[..R::LANES].as_ptr()),
                    R::load(odd[..R::LANES].as_ptr()),
                );
            });
            unrolled!(column, 4, {
                let places = four(lines[0][column], lines[1][column]);
                unrolled!(row, 4, {
                    let place = (4 * row + column) * work.step + position;
                    places[row].store(work.to[place..][..R::LANES].as_mut_ptr().cast());
                });
            });
        }
    }
}
