//! The gradient of the kernels: the steps of the convolution, backward.

use super::PLACES;
use super::filtering::CACHED;
use super::kernels::restore_weights;
use super::loops::{Change, Loops, Spread};
use super::tiles::{Halves, SLACK, Tiles, images};
use crate::ops::conv_geometry::Geometry;
use crate::ops::memory::{written, zeroed};
use crate::ops::outer_products::{self, BLOCK, OuterProducts, TASK};
use crate::ops::simd::Registers;
use rayon::prelude::*;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Tiles whose inputs are transformed at a time for the weight's gradient where there are many weights: each time all sums are
/// read and written once more.
const TOGETHER: usize = 256;
/// Where there are fewer weights than that in all places, `PARTS` of the images are summed apart, each with what it needs in
/// a cache, and then added: always as many parts, so that sums do not depend on the number of threads.
const FEW: usize = 1 << 18;
const PARTS: usize = 8;
/// Outputs whose kernels are restored at a time; a block of outputs has as many, or a multiple, or a part.
const LANES: usize = 8;

/// The gradient of the weight, as [`conv_weight_gradient`](crate::ops::conv_weight_gradient::weight_gradient).
pub fn weight_gradient<T: Registers>(input: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    let (channels, outputs) = (geometry.channels, geometry.outputs);
    let images = images(gradient, outputs, geometry.output);
    let work = WeightGradient {
        loops: Loops::best(),
        adding: outer_products::Loop::best(),
        input,
        gradient,
        channels,
        outputs,
        tiles: Tiles::new(geometry.input, geometry.output, geometry.padding, images),
    };
    let all = work.tiles.all_rows();
    let has_few = PLACES * channels * outputs <= FEW;
    let (part, tiles) = match has_few {
        true => (
            all.div_ceil(PARTS).max(1),
            CACHED / (PLACES * (channels + outputs)),
        ),
        false => (all.max(1), TOGETHER),
    };
    let block = work.adding.block;
    let blocks = outputs.div_ceil(block);
    let row = work.tiles.columns() * work.tiles.group;
    let rows = (tiles / row).max(1);
    let parts: Vec<usize> = (0..all).step_by(part).collect();
    let parts: Vec<Vec<T>> = parts
        .into_par_iter()
        .map(|start| {
            let end = (start + part).min(all);
            written(PLACES * blocks * channels * block, |sums| {
                for first in (start..end).step_by(rows) {
                    work.add(first..(first + rows).min(end), first == start, sums);
                }
            })
        })
        .collect();
    written(outputs * channels * 9, |result| {
        let some_outputs = result.par_chunks_mut(LANES * channels * 9).enumerate();
        some_outputs.for_each(|(index, result)| {
            let kernels = result.as_chunks_mut::<9>().0;
            let first = index * LANES / block * channels * block + index * LANES % block;
            for channel in 0..channels {
                let mut places = [[T::ZERO; LANES]; PLACES];
                for sums in &parts {
                    let of_places = sums.chunks_exact(blocks * channels * block);
                    for (sums, place) in of_places.zip(&mut places) {
                        let sums = &sums[first + channel * block..][..LANES];
                        for (place, &sum) in place.iter_mut().zip(sums) {
                            *place += sum;
                        }
                    }
                }
                let numbers = restore_weights(&places);
                let kernels = kernels[channel..].iter_mut().step_by(channels);
                for (lane, kernel) in kernels.enumerate() {
                    *kernel = std::array::from_fn(|tap| MaybeUninit::new(numbers[tap][lane]));
                }
            }
        });
    })
}

struct WeightGradient<'a, T> {
    loops: Loops<T>,
    adding: outer_products::Loop<T>,
    input: &'a [T],
    gradient: &'a [T],
    channels: usize,
    outputs: usize,
    tiles: Tiles,
}

impl<T: Registers> WeightGradient<'_, T> {
    /// Adds, for each place of a tile, what some rows of tiles have: (places, blocks of outputs, channels, outputs of a block). The
    /// first rows are added to nothing.
    fn add(&self, rows: Range<usize>, is_first: bool, sums: &mut [MaybeUninit<T>]) {
        let (channels, block) = (self.channels, self.adding.block);
        let count = self.tiles.count(&rows);
        let plane = count + SLACK;
        let inputs = self.enter(&rows);
        let gradients = self.spread(&rows);
        let starts: Vec<usize> = (0..channels)
            .map(|channel| channel * PLACES * plane)
            .collect();
        let of_lines = sums.par_chunks_exact_mut(channels * block).enumerate();
        of_lines.for_each(|(index, sums)| {
            let blocks = self.outputs.div_ceil(block);
            let (place, block_index) = (index / blocks, index % blocks);
            let lines = (block_index * PLACES + place) * count * block;
            let tasks = sums.par_chunks_mut(TASK * block);
            tasks.zip(starts.par_chunks(TASK)).for_each(|(sums, starts)| {
                self.adding.add(OuterProducts {
                    lines: &gradients[lines..][..count * block],
                    numbers: &inputs[place * plane..],
                    columns: starts,
                    sums: match is_first {
                        true => zeroed(sums),
                        // SAFETY: the first rows have written all sums.
                        false => unsafe { sums.assume_init_mut() },
                    },
                });
            });
        });
    }

    /// Transforms some rows of tiles of the input: for each channel the places of a tile, one after the other, with `SLACK` behind
    /// each. Each channel is one thread's.
    fn enter(&self, rows: &Range<usize>) -> Vec<T> {
        let (tiles, channels) = (&self.tiles, self.channels);
        let step = tiles.count(rows) + SLACK;
        written(channels * PLACES * step, |transformed| {
            let of_channels = transformed
                .par_chunks_exact_mut(PLACES * step)
                .enumerate();
            of_channels.for_each_init(
                || Halves::new(tiles),
                |halves, (channel, transformed)| {
                    let to = zeroed(transformed);
                    let numbers = (self.input, channels, channel);
                    tiles.lay_out(numbers, rows, halves, |lines, first| {
                        (self.loops.enter)(Change {
                            lines,
                            to: &mut to[first..],
                            step,
                        });
                    });
                },
            );
        })
    }

    /// Transforms some rows of tiles of the gradient: for each block of outputs and each place of a tile, the tiles, and for each
    /// tile the outputs side by side. Each block is one thread's.
    fn spread(&self, rows: &Range<usize>) -> Vec<T> {
        let (tiles, block) = (&self.tiles, self.adding.block);
        let (height, width) = tiles.result;
        let step = tiles.count(rows) * block;
        written(self.outputs.div_ceil(block) * PLACES * step, |spread| {
            let of_blocks = spread.par_chunks_exact_mut(PLACES * step).enumerate();
            of_blocks.for_each(|(index, spread)| {
                let outputs = index * block..((index + 1) * block).min(self.outputs);
                let mut pixels = [T::ZERO; 4 * BLOCK];
                let pixels = &mut pixels[..4 * block];
                for (tile, (image, row, column)) in tiles.each(rows).enumerate() {
                    let (below, right) = (2 * row + 1 < height, 2 * column + 1 < width);
                    if !(below && right) {
                        pixels.fill(T::ZERO);
                    }
                    for (lane, output) in outputs.clone().enumerate() {
                        let line = (image * self.outputs + output) * height + 2 * row;
                        let numbers = &self.gradient[line * width + 2 * column..];
                        pixels[lane] = numbers[0];
                        if right {
                            pixels[block + lane] = numbers[1];
                        }
                        if below {
                            pixels[2 * block + lane] = numbers[width];
                        }
                        if below && right {
                            pixels[3 * block + lane] = numbers[width + 1];
                        }
                    }
                    (self.loops.spread)(Spread {
                        pixels,
                        to: &mut spread[tile * block..],
                        step,
                    });
                }
            });
        })
    }
}
