//! The gradient of the kernels: the steps of the convolution, backward.

use super::PLACES;
use super::filtering::CACHED;
use super::kernels::restore_weights;
use super::loops::{Change, Loops, Spread};
use super::tiles::{Parted, SLACK, Tiles, images};
use crate::ops::conv_geometry::Geometry;
use crate::ops::memory::{written, zeroed};
use crate::ops::outer_products::{self, OuterProducts, TASK};
use crate::ops::simd::{Registers, are_finite};
use rayon::prelude::*;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tiles whose inputs are transformed at a time for the weight's gradient where there are many weights: each time all sums are
/// read and written once more.
const TOGETHER: usize = 512;
/// Where there are fewer weights than that in all places, `PARTS` of the images are summed apart, each with what it needs in
/// a cache, and then added: always as many parts, so that sums do not depend on the number of threads.
const FEW: usize = 1 << 18;
const PARTS: usize = 8;
/// Outputs whose kernels are restored at a time; a block of outputs has a multiple of it.
const LANES: usize = 8;
/// Outputs whose kernels are restored by one task: their sums are neighbours in memory.
const TOGETHER_RESTORED: usize = 2 * LANES;

/// The gradient of the weight, as [`conv_weight_gradient`](crate::ops::conv_weight_gradient::weight_gradient); none when a number
/// of it is not finite.
pub fn weight_gradient<T: Registers, const KERNEL: usize, const TILE: usize>(
    input: &[T],
    gradient: &[T],
    geometry: &Geometry,
) -> Option<Vec<T>> {
    let (channels, outputs) = (geometry.channels, geometry.outputs);
    let images = images(gradient, outputs, geometry.output);
    let work = WeightGradient::<T, TILE> {
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
            2 * CACHED / (PLACES * (channels + outputs)),
        ),
        false => (all.max(1), TOGETHER),
    };
    let block = work.adding.block;
    let blocks = outputs.div_ceil(block);
    let rows = in_equal_parts(part, (tiles / work.tiles.side_by_side()).max(1));
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
    let all_finite = AtomicBool::new(true);
    let taps = KERNEL * KERNEL;
    let result = written(outputs * channels * taps, |result| {
        let tasks = result
            .par_chunks_mut(TOGETHER_RESTORED * channels * taps)
            .enumerate();
        tasks.for_each(|(task, result)| {
            for channel in 0..channels {
                for (index, kernels) in result.chunks_mut(LANES * channels * taps).enumerate() {
                    let output = task * TOGETHER_RESTORED + index * LANES;
                    let first = (output / block * channels + channel) * block + output % block;
                    let mut places = [[T::ZERO; LANES]; PLACES];
                    for sums in &parts {
                        let of_places = sums.chunks_exact(blocks * channels * block);
                        for (sums, place) in of_places.zip(&mut places) {
                            for (place, &sum) in place.iter_mut().zip(&sums[first..][..LANES]) {
                                *place += sum;
                            }
                        }
                    }
                    let numbers = restore_weights::<T, KERNEL, LANES>(&places);
                    if !are_finite(numbers.as_flattened()) {
                        all_finite.store(false, Ordering::Relaxed);
                    }
                    let kernels = kernels.chunks_exact_mut(taps).skip(channel);
                    for (lane, kernel) in kernels.step_by(channels).enumerate() {
                        for (tap, place) in kernel.iter_mut().enumerate() {
                            place.write(numbers[tap][lane]);
                        }
                    }
                }
            }
        });
    });
    all_finite.into_inner().then_some(result)
}

/// How many of `all` rows to take at a time, at most `most`, so that none are left over.
fn in_equal_parts(all: usize, most: usize) -> usize {
    all.div_ceil(all.div_ceil(most))
}

struct WeightGradient<'a, T, const TILE: usize> {
    loops: Loops<T, TILE>,
    adding: outer_products::Loop<T>,
    input: &'a [T],
    gradient: &'a [T],
    channels: usize,
    outputs: usize,
    tiles: Tiles<TILE>,
}

impl<T: Registers, const TILE: usize> WeightGradient<'_, T, TILE> {
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
            tasks
                .zip(starts.par_chunks(TASK))
                .for_each(|(sums, starts)| {
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
            let of_channels = transformed.par_chunks_exact_mut(PLACES * step).enumerate();
            of_channels.for_each_init(
                || Parted::new(tiles),
                |parted, (channel, transformed)| {
                    let to = zeroed(transformed);
                    let numbers = (self.input, channels, channel);
                    tiles.lay_out(numbers, rows, parted, |lines, first| {
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
        let step = tiles.count(rows) * block;
        written(self.outputs.div_ceil(block) * PLACES * step, |spread| {
            let of_blocks = spread.par_chunks_exact_mut(PLACES * step).enumerate();
            of_blocks.for_each(|(index, mut spread)| {
                let outputs = index * block..((index + 1) * block).min(self.outputs);
                for (images, rows) in tiles.groups(rows) {
                    let count = tiles.side_by_side();
                    let mut pixels = vec![T::ZERO; count * TILE * TILE * block];
                    for row in rows {
                        self.fill_pixels(&images, &outputs, row, &mut pixels);
                        (self.loops.spread)(Spread {
                            pixels: &pixels,
                            outputs: block,
                            to: spread,
                            step,
                        });
                        spread = &mut spread[count * block..];
                    }
                }
            });
        })
    }

    /// Lays out a row of tiles of some images for some outputs: for each tile its pixels, for each of them the outputs side by
    /// side. What lies outside of an image stays zero.
    fn fill_pixels(
        &self,
        images: &Range<usize>,
        outputs: &Range<usize>,
        row: usize,
        pixels: &mut [T],
    ) {
        let ((height, width), block) = (self.tiles.result, self.adding.block);
        let lines = (height - TILE * row).min(TILE);
        if lines < TILE {
            pixels.fill(T::ZERO);
        }
        for (within, image) in images.clone().enumerate() {
            let first = image * self.outputs * height + TILE * row;
            for line in 0..lines {
                let line_of = |output: usize| {
                    let index = first + output * height + line;
                    &self.gradient[index * width..][..width]
                };
                let place = |x: usize| {
                    let tile = x / TILE * self.tiles.group + within;
                    ((tile * TILE + line) * TILE + x % TILE) * block
                };
                // Side by side, eight outputs are written at a time.
                for start in outputs.clone().step_by(LANES) {
                    let lane = start - outputs.start;
                    if start + LANES <= outputs.end {
                        let sources: [&[T]; LANES] =
                            std::array::from_fn(|lane| line_of(start + lane));
                        for x in 0..width {
                            let numbers: [T; LANES] = std::array::from_fn(|lane| sources[lane][x]);
                            pixels[place(x) + lane..][..LANES].copy_from_slice(&numbers);
                        }
                        continue;
                    }
                    for output in start..outputs.end {
                        for (x, &number) in line_of(output).iter().enumerate() {
                            pixels[place(x) + output - outputs.start] = number;
                        }
                    }
                }
            }
        }
    }
}
