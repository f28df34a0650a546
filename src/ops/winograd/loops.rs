//! The inner loops.

use super::points::{SIDE, enter, evaluate, evaluate_kernel, gather, gather_kernel};
use super::tiles::Lines;
use crate::ops::conv_kernel::{self, Block};
use crate::ops::scalar::Scalar;
use crate::ops::simd::{Level, Register, Registers, level, unrolled};
use std::mem::zeroed;

/// The most outputs in a block.
pub const BLOCK: usize = 8;

/// The inner loops, compiled for one instruction set.
pub struct Loops<T, const KERNEL: usize, const TILE: usize> {
    /// Outputs that `product` computes at a time; positions are a multiple of `lanes`.
    pub block: usize,
    pub lanes: usize,
    pub product: fn(Block<T>),
    pub enter: fn(Change<T, TILE>),
    pub leave: fn(Leave<T>),
    pub spread: fn(Spread<T>),
    pub transform: fn(Kernels<T>),
    pub restore: fn(Kernels<T>),
}

impl<T: Registers, const KERNEL: usize, const TILE: usize> Loops<T, KERNEL, TILE> {
    pub fn best() -> Self {
        // SAFETY: of all closures: `level` has found the instructions on this processor, or none are needed.
        match level() {
            #[cfg(not(target_arch = "aarch64"))]
            Level::Portable => Loops {
                block: 4,
                lanes: 4,
                product: |block| unsafe { conv_kernel::outputs::<T, [T; 4], 4, 2>(block) },
                enter: |work| unsafe { enter_tiles::<T, [T; 4], TILE>(work) },
                leave: |work| unsafe { leave_tiles::<T, [T; 4], TILE>(work) },
                spread: |work| unsafe { spread_tiles::<T, [T; 4], TILE>(work) },
                transform: |work| unsafe { transform_kernels::<T, [T; 4], KERNEL>(work) },
                restore: |work| unsafe { restore_kernels::<T, [T; 4], KERNEL>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Loops {
                block: 4,
                lanes: 8,
                product: |block| unsafe { conv_kernel::outputs_avx2(block) },
                enter: |work| unsafe { avx2::enter::<T, TILE>(work) },
                leave: |work| unsafe { avx2::leave::<T, TILE>(work) },
                spread: |work| unsafe { avx2::spread::<T, TILE>(work) },
                transform: |work| unsafe { avx2::transform::<T, KERNEL>(work) },
                restore: |work| unsafe { avx2::restore::<T, KERNEL>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Loops {
                block: 8,
                lanes: 16,
                product: |block| unsafe { conv_kernel::outputs_avx512(block) },
                enter: |work| unsafe { avx512::enter::<T, TILE>(work) },
                leave: |work| unsafe { avx512::leave::<T, TILE>(work) },
                spread: |work| unsafe { avx512::spread::<T, TILE>(work) },
                transform: |work| unsafe { avx512::transform::<T, KERNEL>(work) },
                restore: |work| unsafe { avx512::restore::<T, KERNEL>(work) },
            },
            #[cfg(target_arch = "aarch64")]
            Level::Neon => Loops {
                block: 8,
                lanes: 4,
                product: |block| unsafe { conv_kernel::wide::<T, T::Neon, 8, 12>(block) },
                enter: |work| unsafe { enter_tiles::<T, T::Neon, TILE>(work) },
                leave: |work| unsafe { leave_tiles::<T, T::Neon, TILE>(work) },
                spread: |work| unsafe { spread_tiles::<T, T::Neon, TILE>(work) },
                transform: |work| unsafe { transform_kernels::<T, T::Neon, KERNEL>(work) },
                restore: |work| unsafe { restore_kernels::<T, T::Neon, KERNEL>(work) },
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
            pub fn enter<T: Registers, const TILE: usize>(work: Change<T, TILE>) {
                // SAFETY: this function is only called where the instructions are.
                unsafe { enter_tiles::<T, T::$registers, TILE>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn leave<T: Registers, const TILE: usize>(work: Leave<T>) {
                // SAFETY: as above.
                unsafe { leave_tiles::<T, T::$registers, TILE>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn spread<T: Registers, const TILE: usize>(work: Spread<T>) {
                // SAFETY: as above.
                unsafe { spread_tiles::<T, T::$registers, TILE>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn transform<T: Registers, const KERNEL: usize>(work: Kernels<T>) {
                // SAFETY: as above.
                unsafe { transform_kernels::<T, T::$registers, KERNEL>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn restore<T: Registers, const KERNEL: usize>(work: Kernels<T>) {
                // SAFETY: as above.
                unsafe { restore_kernels::<T, T::$registers, KERNEL>(work) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
compiled_for!(avx2, Avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
compiled_for!(avx512, Avx512, "avx512f,fma");

/// A row of tiles to be transformed: from its lines to all places, which are `step` apart.
pub struct Change<'a, T, const TILE: usize> {
    pub lines: Lines<'a, T, TILE>,
    pub to: &'a mut [T],
    pub step: usize,
}

/// `B' d B` for each tile d.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn enter_tiles<T: Scalar, R: Register<T>, const TILE: usize>(work: Change<T, TILE>) {
    let next = work.lines.next;
    for position in (0..work.lines.count).step_by(R::LANES) {
        // SAFETY: registers of zeros are numbers; each is loaded from, or stored to, a slice that is as long.
        unsafe {
            let mut lines: [[R; SIDE]; SIDE] = zeroed();
            unrolled!(line, SIDE, {
                let parts = &work.lines.lines[line];
                let mut numbers: [R; SIDE] = zeroed();
                unrolled!(column, SIDE, {
                    let first = position + column / TILE * next;
                    numbers[column] = R::load(parts[column % TILE][first..][..R::LANES].as_ptr());
                });
                lines[line] = enter(numbers);
            });
            unrolled!(column, SIDE, {
                let mut numbers: [R; SIDE] = zeroed();
                unrolled!(line, SIDE, {
                    numbers[line] = lines[line][column];
                });
                let places = enter(numbers);
                unrolled!(row, SIDE, {
                    let place = (SIDE * row + column) * work.step + position;
                    places[row].store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// Tiles to be transformed back: from all places, which are `step` apart, to the pixels of a tile, each in a plane.
pub struct Leave<'a, T> {
    pub from: &'a [T],
    pub step: usize,
    pub bias: T,
    pub to: &'a mut [T],
    pub plane: usize,
    pub count: usize,
}

/// `A' m A` for each tile m.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn leave_tiles<T: Scalar, R: Register<T>, const TILE: usize>(work: Leave<T>) {
    for position in (0..work.count).step_by(R::LANES) {
        // SAFETY: as in `enter_tiles`.
        unsafe {
            let (one, bias) = (R::splat(T::ONE), R::splat(work.bias));
            let mut columns: [[R; TILE]; SIDE] = zeroed();
            unrolled!(column, SIDE, {
                let mut places: [R; SIDE] = zeroed();
                unrolled!(row, SIDE, {
                    let place = (SIDE * row + column) * work.step + position;
                    places[row] = R::load(work.from[place..][..R::LANES].as_ptr());
                });
                columns[column] = gather(places);
            });
            unrolled!(y, TILE, {
                let mut places: [R; SIDE] = zeroed();
                unrolled!(column, SIDE, {
                    places[column] = columns[column][y];
                });
                let line: [R; TILE] = gather(places);
                unrolled!(x, TILE, {
                    let place = (TILE * y + x) * work.plane + position;
                    let pixel = line[x].multiply_add(one, bias);
                    pixel.store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// Some tiles of many outputs, interleaved: from the pixels of each tile to all places, which are `step` apart.
pub struct Spread<'a, T> {
    pub pixels: &'a [T],
    pub outputs: usize,
    pub to: &'a mut [T],
    pub step: usize,
}

/// `A y A'` for each tile y of each output. Writes all numbers of each place for these tiles.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn spread_tiles<T: Scalar, R: Register<T>, const TILE: usize>(work: Spread<T>) {
    let (outputs, pixels) = (work.outputs, TILE * TILE);
    for position in (0..work.pixels.len() / pixels).step_by(R::LANES) {
        let tile = &work.pixels[position / outputs * pixels * outputs + position % outputs..];
        // SAFETY: as in `enter_tiles`.
        unsafe {
            let mut lines: [[R; SIDE]; TILE] = zeroed();
            unrolled!(y, TILE, {
                let mut numbers: [R; TILE] = zeroed();
                unrolled!(x, TILE, {
                    numbers[x] = R::load(tile[(TILE * y + x) * outputs..][..R::LANES].as_ptr());
                });
                lines[y] = evaluate(numbers);
            });
            unrolled!(column, SIDE, {
                let mut numbers: [R; TILE] = zeroed();
                unrolled!(y, TILE, {
                    numbers[y] = lines[y][column];
                });
                let places = evaluate(numbers);
                unrolled!(row, SIDE, {
                    let place = (SIDE * row + column) * work.step + position;
                    places[row].store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// `KERNELS` kernels to be transformed, or restored. They are interleaved: number by number, or place by place.
pub struct Kernels<'a, T> {
    pub from: &'a [T],
    /// The distance from one number, or place, to the next.
    pub from_step: usize,
    pub to: &'a mut [T],
    pub to_step: usize,
}

/// Kernels that are worked on at a time.
pub const KERNELS: usize = 16;

/// `G g G'` for each kernel g.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn transform_kernels<T: Scalar, R: Register<T>, const KERNEL: usize>(work: Kernels<T>) {
    for position in (0..KERNELS).step_by(R::LANES) {
        // SAFETY: as in `enter_tiles`.
        unsafe {
            let mut lines: [[R; SIDE]; KERNEL] = zeroed();
            unrolled!(y, KERNEL, {
                let mut numbers: [R; KERNEL] = zeroed();
                unrolled!(x, KERNEL, {
                    let number = (KERNEL * y + x) * work.from_step + position;
                    numbers[x] = R::load(work.from[number..][..R::LANES].as_ptr());
                });
                lines[y] = evaluate_kernel(numbers);
            });
            unrolled!(column, SIDE, {
                let mut numbers: [R; KERNEL] = zeroed();
                unrolled!(y, KERNEL, {
                    numbers[y] = lines[y][column];
                });
                let places = evaluate_kernel(numbers);
                unrolled!(row, SIDE, {
                    let place = (SIDE * row + column) * work.to_step + position;
                    places[row].store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// `G' u G` for each u: from the gradient at all places to that of the kernel.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn restore_kernels<T: Scalar, R: Register<T>, const KERNEL: usize>(work: Kernels<T>) {
    for position in (0..KERNELS).step_by(R::LANES) {
        // SAFETY: as in `enter_tiles`.
        unsafe {
            let mut columns: [[R; KERNEL]; SIDE] = zeroed();
            unrolled!(column, SIDE, {
                let mut places: [R; SIDE] = zeroed();
                unrolled!(row, SIDE, {
                    let place = (SIDE * row + column) * work.from_step + position;
                    places[row] = R::load(work.from[place..][..R::LANES].as_ptr());
                });
                columns[column] = gather_kernel(places);
            });
            unrolled!(y, KERNEL, {
                let mut places: [R; SIDE] = zeroed();
                unrolled!(column, SIDE, {
                    places[column] = columns[column][y];
                });
                let numbers: [R; KERNEL] = gather_kernel(places);
                unrolled!(x, KERNEL, {
                    let number = (KERNEL * y + x) * work.to_step + position;
                    numbers[x].store(work.to[number..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}
