//! The gradient of the kernels: the steps of the convolution in reverse.

use super::filtering::CACHED;
use super::loops::{Change, KERNELS, Kernels, Loops, Spread};
use super::points::PLACES;
use super::tiles::{Parted, SLACK, Tiles, images};
use crate::ops::conv_geometry::Geometry;
use crate::ops::memory::{with_buffers, written};
use crate::ops::outer_products::{self, OuterProducts, TASK};
use crate::ops::simd::{Registers, aligned, are_finite};
use crate::ops::transpose::interleave;
use rayon::prelude::*;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tiles that are transformed at a time where there are many weights: each time, all sums are read and written once more.
const TOGETHER: usize = 512;
/// With at most so many weights in all places, `PARTS` parts of the images are summed separately, each in a core's own cache, and
/// then added: always as many parts, so that sums do not depend on the number of threads.
const FEW: usize = 1 << 18;
const PARTS: usize = 8;

/// The gradient of the weight; nothing when one of its elements is not finite.
pub fn weight_gradient<T: Registers, const KERNEL: usize, const TILE: usize>(
    input: &[T],
    gradient: &[T],
    geometry: &Geometry,
) -> Option<Vec<T>> {
    let (channels, outputs) = (geometry.channels, geometry.outputs);
    let images = images(gradient, outputs, geometry.output);
    let work = WeightGradient::<T, KERNEL, TILE> {
        loops: Loops::best(),
        adding: outer_products::Loop::best(outputs),
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
    work.restore(&parts)
}

/// How many of `all` rows to take at a time, at most `most`, so that all parts are about equal.
fn in_equal_parts(all: usize, most: usize) -> usize {
    all.div_ceil(all.div_ceil(most))
}

struct WeightGradient<'a, T, const KERNEL: usize, const TILE: usize> {
    loops: Loops<T, KERNEL, TILE>,
    adding: outer_products::Loop<T>,
    input: &'a [T],
    gradient: &'a [T],
    channels: usize,
    outputs: usize,
    tiles: Tiles<TILE>,
}

impl<T: Registers, const KERNEL: usize, const TILE: usize> WeightGradient<'_, T, KERNEL, TILE> {
    /// The kernels from the sums of all parts.
    fn restore(&self, parts: &[Vec<T>]) -> Option<Vec<T>> {
        let (channels, taps, block) = (self.channels, KERNEL * KERNEL, self.adding.block);
        let of_place = self.outputs.div_ceil(block) * channels * block;
        let all_finite = AtomicBool::new(true);
        let result = written(self.outputs * channels * taps, |result| {
            // The sums of so many outputs are neighbours in memory.
            let together = KERNELS.min(block);
            let tasks = result
                .par_chunks_mut(together * channels * taps)
                .enumerate();
            tasks.for_each(|(task, result)| {
                let output = task * together;
                let first = output / block * channels * block + output % block;
                let mut places = [T::ZERO; PLACES * KERNELS];
                let mut kernels = vec![T::ZERO; taps * KERNELS];
                for channel in 0..channels {
                    places.fill(T::ZERO);
                    for sums in parts {
                        let places = places.chunks_exact_mut(KERNELS);
                        for (place, sums) in places.zip(sums.chunks_exact(of_place)) {
                            let sums = &sums[first + channel * block..][..together];
                            place
                                .iter_mut()
                                .zip(sums)
                                .for_each(|(place, &sum)| *place += sum);
                        }
                    }
                    (self.loops.restore)(Kernels {
                        from: &places,
                        from_step: KERNELS,
                        to: &mut kernels,
                        to_step: KERNELS,
                    });
                    if !are_finite(&kernels) {
                        all_finite.store(false, Ordering::Relaxed);
                    }
                    let of_channel = result.chunks_exact_mut(taps).skip(channel);
                    for (lane, kernel) in of_channel.step_by(channels).enumerate() {
                        for (tap, place) in kernel.iter_mut().enumerate() {
                            place.write(kernels[tap * KERNELS + lane]);
                        }
                    }
                }
            });
        });
        all_finite.into_inner().then_some(result)
    }

    /// Adds, for each place of a tile, what some rows of tiles have: (places, blocks of outputs, channels, outputs of a block). The
    /// first rows are added to nothing.
    fn add(&self, rows: Range<usize>, are_first: bool, sums: &mut [MaybeUninit<T>]) {
        let (channels, block) = (self.channels, self.adding.block);
        let blocks = self.outputs.div_ceil(block);
        let count = self.tiles.count(&rows);
        let plane = count + SLACK;
        with_buffers(|[inputs, gradients]| {
            let inputs = aligned(inputs, channels * PLACES * plane);
            self.enter(&rows, plane, inputs);
            let gradients = aligned(gradients, blocks * PLACES * count * block);
            self.spread(&rows, gradients);
            let (inputs, gradients) = (&*inputs, &*gradients);
            let starts: Vec<usize> = (0..channels)
                .map(|channel| channel * PLACES * plane)
                .collect();
            let of_lines = sums.par_chunks_exact_mut(channels * block).enumerate();
            of_lines.for_each(|(index, sums)| {
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
                            sums,
                            are_first,
                        });
                    });
            });
        });
    }

    /// Transforms some rows of tiles of the input: for each channel the places of a tile, one after the other, `step` apart. Each
    /// channel belongs to one thread.
    fn enter(&self, rows: &Range<usize>, step: usize, transformed: &mut [T]) {
        let (tiles, channels) = (&self.tiles, self.channels);
        let of_channels = transformed.par_chunks_exact_mut(PLACES * step).enumerate();
        of_channels.for_each_init(
            || Parted::new(tiles),
            |parted, (channel, to)| {
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
    }

    /// Transforms some rows of tiles of the gradient: for each block of outputs and each place of a tile, the tiles, and for each
    /// tile the outputs, interleaved. Each block belongs to one thread.
    fn spread(&self, rows: &Range<usize>, spread: &mut [T]) {
        let (tiles, block) = (&self.tiles, self.adding.block);
        let step = tiles.count(rows) * block;
        let of_blocks = spread.par_chunks_exact_mut(PLACES * step).enumerate();
        of_blocks.for_each(|(index, mut spread)| {
            let outputs = index * block..((index + 1) * block).min(self.outputs);
            let row = tiles.side_by_side() * block;
            with_buffers(|[pixels]| {
                let pixels = aligned(pixels, TILE * TILE * row);
                for (images, rows) in tiles.groups(rows) {
                    for row_of_tiles in rows {
                        self.fill_pixels(&images, &outputs, row_of_tiles, pixels);
                        (self.loops.spread)(Spread {
                            pixels,
                            outputs: block,
                            to: spread,
                            step,
                        });
                        spread = &mut spread[row..];
                    }
                }
            });
        });
    }

    /// Lays out a row of tiles of some images for some outputs: for each tile its pixels, for each of them the outputs side by
    /// side, with zeros where there are none.
    fn fill_pixels(
        &self,
        images: &Range<usize>,
        outputs: &Range<usize>,
        row: usize,
        pixels: &mut [T],
    ) {
        let ((height, width), block) = (self.tiles.result, self.adding.block);
        let group = self.tiles.group;
        let lines = (height - TILE * row).min(TILE);
        let are_all = (images.len(), outputs.len(), lines) == (group, block, TILE);
        if !are_all || !width.is_multiple_of(TILE) {
            pixels.fill(T::ZERO);
        }
        let place_of =
            |line: usize, x: usize| ((x / TILE * group * TILE + line) * TILE + x % TILE) * block;
        let places = (0..lines).flat_map(|line| (0..width).map(move |x| place_of(line, x)));
        let places: Vec<usize> = places.collect();
        for (within, image) in images.clone().enumerate() {
            let line_of = |output| {
                let first = ((image * self.outputs + output) * height + TILE * row) * width;
                &self.gradient[first..][..lines * width]
            };
            let sequences: Vec<&[T]> = outputs.clone().map(line_of).collect();
            let pixels = &mut pixels[within * TILE * TILE * block..];
            interleave(&sequences, &places, pixels);
        }
    }
}
