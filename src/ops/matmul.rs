//! Matrix products of fully connected layers, with few rows or little depth: there the crate `gemm` reaches a third of the
//! processor's speed. The loop is that of a convolution with one tap: rows are channels, columns are positions.

use super::conv_kernel::{self, Block};
use super::epilogue::Epilogue;
use super::memory::{with_buffers, written};
use super::simd::{Level, Registers, aligned, level};
use super::transpose::interleave;
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// Elements of the right matrix that are worked on at a time: they stay in a core's own cache.
const CACHED: usize = 1 << 17;
/// Below this many multiplications, waking another thread takes longer than the work.
const SMALL: usize = 1 << 16;

/// `left` times `right`, plus one `bias` a column, then the epilogue.
pub struct Product<'a, T> {
    pub rows: usize,
    pub depth: usize,
    pub columns: usize,
    pub left: Matrix<'a, T>,
    pub right: Matrix<'a, T>,
    pub bias: Option<&'a [T]>,
    pub epilogue: Epilogue,
}

/// Elements row by row, of the matrix or of its transpose.
#[derive(Clone, Copy)]
pub enum Matrix<'a, T> {
    Plain(&'a [T]),
    Transposed(&'a [T]),
}

impl<T: Registers> Product<'_, T> {
    /// The result (rows, columns).
    pub fn compute(&self) -> Vec<T> {
        match level() {
            #[cfg(not(target_arch = "aarch64"))]
            Level::Portable => self.in_blocks::<4, 8>(|block| {
                // SAFETY: it needs no particular instructions.
                unsafe { conv_kernel::outputs::<T, [T; 4], 4, 2>(block) }
            }),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => self.in_blocks::<4, 24>(|block| {
                // SAFETY: `level` has found AVX2 and FMA on this processor.
                unsafe { conv_kernel::outputs_avx2(block) }
            }),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => self.in_blocks::<8, 48>(|block| {
                // SAFETY: `level` has found AVX-512 on this processor.
                unsafe { conv_kernel::outputs_avx512(block) }
            }),
            #[cfg(target_arch = "aarch64")]
            Level::Neon => self.in_blocks::<8, 12>(|block| {
                // SAFETY: every processor of this kind has NEON.
                unsafe { conv_kernel::wide::<T, T::Neon, 8, 12>(block) }
            }),
        }
    }

    fn in_blocks<const BLOCK: usize, const LANES: usize>(
        &self,
        compute: impl Fn(Block<T>) + Sync,
    ) -> Vec<T> {
        let packed = self.pack_left::<BLOCK>();
        let width = (CACHED / self.depth.max(1)).clamp(LANES, 4 * LANES) / LANES * LANES;
        let small = self.rows * self.depth * width < SMALL;
        let compute_tile =
            |right: &mut Vec<T>, results: &mut Vec<T>, tile: usize, mut lines: Lines<T>| {
                let first = tile * width;
                let columns = width.min(self.columns - first);
                let right = aligned(right, self.depth * width);
                self.pack_right(right, width, first, columns);
                let results = aligned(results, BLOCK * width);
                for (block, lines) in lines.chunks_mut(BLOCK).enumerate() {
                    compute(Block {
                        planes: right,
                        plane: width,
                        taps: &[0],
                        weights: &packed[block * self.depth * BLOCK..][..self.depth * BLOCK],
                        bias: &[T::ZERO; BLOCK],
                        results,
                        span: width,
                    });
                    for (row, (line, results)) in
                        lines.iter_mut().zip(results.chunks(width)).enumerate()
                    {
                        let line = line.write_copy_of_slice(&results[..columns]);
                        if let Some(bias) = self.bias {
                            line.iter_mut()
                                .zip(&bias[first..])
                                .for_each(|(sum, &bias)| *sum += bias);
                        }
                        if !self.epilogue.is_nothing() {
                            let place = (block * BLOCK + row) * self.columns + first;
                            self.epilogue.apply(place, line);
                        }
                    }
                }
            };
        written(self.rows * self.columns, |result| {
            let mut tiles: Vec<Lines<T>> = Vec::new();
            tiles.resize_with(self.columns.div_ceil(width), || {
                Vec::with_capacity(self.rows)
            });
            for line in result.chunks_mut(self.columns.max(1)) {
                for (tile, line) in tiles.iter_mut().zip(line.chunks_mut(width)) {
                    tile.push(line);
                }
            }
            let tiles = tiles.into_par_iter().enumerate();
            let tiles = tiles.with_min_len(if small { usize::MAX } else { 1 });
            tiles.for_each(|(tile, lines)| {
                with_buffers(|[right, results]| compute_tile(right, results, tile, lines));
            });
        })
    }

    /// The left matrix in the order of its use: for each block of rows, their elements are interleaved.
    fn pack_left<const BLOCK: usize>(&self) -> Vec<T> {
        let mut packed = vec![T::ZERO; self.rows.div_ceil(BLOCK) * self.depth * BLOCK];
        let blocks = packed.par_chunks_mut((self.depth * BLOCK).max(1));
        let blocks = blocks.with_min_len(SMALL.div_ceil((self.depth * BLOCK).max(1)));
        blocks.enumerate().for_each(|(block, packed)| {
            let rows = block * BLOCK..((block + 1) * BLOCK).min(self.rows);
            let packed = packed.as_chunks_mut::<BLOCK>().0;
            match self.left {
                Matrix::Plain(left) => {
                    for (lane, row) in rows.enumerate() {
                        let row = &left[row * self.depth..][..self.depth];
                        for (packed, &number) in packed.iter_mut().zip(row) {
                            packed[lane] = number;
                        }
                    }
                }
                Matrix::Transposed(left) => {
                    for (packed, row) in packed.iter_mut().zip(left.chunks_exact(self.rows)) {
                        packed[..rows.len()].copy_from_slice(&row[rows.clone()]);
                    }
                }
            }
        });
        packed
    }

    /// Some columns of the right matrix, row by row, each `width` long.
    fn pack_right(&self, packed: &mut [T], width: usize, first: usize, columns: usize) {
        match self.right {
            Matrix::Plain(right) => {
                for (packed, right) in packed.chunks_mut(width).zip(right.chunks(self.columns)) {
                    packed[..columns].copy_from_slice(&right[first..][..columns]);
                    packed[columns..].fill(T::ZERO);
                }
            }
            Matrix::Transposed(right) => {
                if columns < width {
                    packed.fill(T::ZERO);
                }
                let rows = right[first * self.depth..].chunks_exact(self.depth.max(1));
                let rows: Vec<&[T]> = rows.take(columns).collect();
                let places: Vec<usize> = (0..self.depth).map(|row| row * width).collect();
                interleave(&rows, &places, packed);
            }
        }
    }
}

/// A part of each row of the result.
type Lines<'a, T> = Vec<&'a mut [MaybeUninit<T>]>;
