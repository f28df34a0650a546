//! The convolution: inputs to tiles, a matrix product for each place of a tile, and back.

use super::loops::{BLOCK, Change, KERNELS, Kernels, Leave, Loops};
use super::points::PLACES;
use super::tiles::{PIECES, Parted, SLACK, Tiles, images, join};
use crate::ops::conv_geometry::Geometry;
use crate::ops::conv_kernel::Block;
use crate::ops::epilogue::Epilogue;
use crate::ops::memory::{with_buffers, written};
use crate::ops::simd::{Registers, aligned, are_finite, vectorize};
use crate::ops::transpose::separate;
use rayon::prelude::*;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// Numbers of transformed inputs that one task works on: they stay in a core's own cache.
pub const CACHED: usize = 1 << 18;
/// A task has at least so many tiles: a product takes as many at a time.
const LEAST: usize = 64;
/// Tasks for each thread, so that no thread waits long for the last one.
const TASKS: usize = 2;
/// Numbers between places, so that the same tile of all places does not compete for the same lines of a cache.
const APART: usize = 16;

/// The convolution of images with these kernels; nothing when a result is not finite.
pub fn forward<T: Registers, const KERNEL: usize, const TILE: usize>(
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    epilogue: Epilogue,
) -> Option<Vec<T>> {
    let filtering = Filtering::<T, KERNEL, TILE> {
        tiles: Tiles::new(
            geometry.input,
            geometry.output,
            geometry.padding,
            images(input, geometry.channels, geometry.input),
        ),
        channels: geometry.channels,
        outputs: geometry.outputs,
        bias,
        epilogue,
    };
    filtering.run(input, |output, channel, tap| {
        weight[(output * geometry.channels + channel) * KERNEL * KERNEL + tap]
    })
}

/// The gradient of the input: a convolution with the kernels rotated by 180 degrees.
pub fn backward<T: Registers, const KERNEL: usize, const TILE: usize>(
    gradient: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    epilogue: Epilogue,
) -> Option<Vec<T>> {
    let padding = geometry.padding;
    let filtering = Filtering::<T, KERNEL, TILE> {
        tiles: Tiles::new(
            geometry.output,
            geometry.input,
            (KERNEL - 1 - padding.0, KERNEL - 1 - padding.1),
            images(gradient, geometry.outputs, geometry.output),
        ),
        channels: geometry.outputs,
        outputs: geometry.channels,
        bias,
        epilogue,
    };
    let taps = KERNEL * KERNEL;
    filtering.run(gradient, |channel, output, tap| {
        weight[(output * geometry.channels + channel) * taps + taps - 1 - tap]
    })
}

/// A convolution.
struct Filtering<'a, T, const KERNEL: usize, const TILE: usize> {
    tiles: Tiles<TILE>,
    channels: usize,
    outputs: usize,
    bias: Option<&'a [T]>,
    epilogue: Epilogue,
}

/// Some rows of tiles for some outputs, and where their results belong: image after image, output after output.
struct Task<'a, T> {
    rows: Range<usize>,
    outputs: Range<usize>,
    lines: Vec<&'a mut [MaybeUninit<T>]>,
}

impl<T: Registers, const KERNEL: usize, const TILE: usize> Filtering<'_, T, KERNEL, TILE> {
    /// `weight(output, channel, tap)` is a number of a kernel.
    fn run(&self, input: &[T], weight: impl Fn(usize, usize, usize) -> T + Sync) -> Option<Vec<T>> {
        let loops = Loops::best();
        let weights = self.transform_weights(&loops, weight);
        let result = self.outputs * self.tiles.result.0 * self.tiles.result.1;
        let all_finite = AtomicBool::new(true);
        // Each place of the result is in exactly one task.
        let result = written(self.tiles.images * result, |result| {
            let tasks = self.tasks(&loops, result);
            tasks.into_par_iter().for_each(|task| {
                let work = |buffers: &mut _| self.compute(&loops, input, &weights, buffers, task);
                if !with_buffers(work) {
                    all_finite.store(false, Ordering::Relaxed);
                }
            });
        });
        all_finite.into_inner().then_some(result)
    }

    /// For each block of outputs, each place of a tile and each channel, the weights of the block's outputs, interleaved.
    fn transform_weights(
        &self,
        loops: &Loops<T, KERNEL, TILE>,
        weight: impl Fn(usize, usize, usize) -> T + Sync,
    ) -> Vec<T> {
        let (block, taps) = (loops.block, KERNEL * KERNEL);
        let place = self.channels * block;
        let length = self.outputs.div_ceil(block) * PLACES * place;
        written(length, |transformed| {
            let blocks = transformed.par_chunks_exact_mut(PLACES * place).enumerate();
            blocks.for_each(|(index, transformed)| {
                let mut kernels = vec![T::ZERO; taps * KERNELS];
                let mut places = [T::ZERO; PLACES * KERNELS];
                for first in (0..place).step_by(KERNELS) {
                    let count = KERNELS.min(place - first);
                    for lane in 0..count {
                        let channel = (first + lane) / block;
                        let output = index * block + (first + lane) % block;
                        if output < self.outputs {
                            for tap in 0..taps {
                                kernels[tap * KERNELS + lane] = weight(output, channel, tap);
                            }
                        }
                    }
                    (loops.transform)(Kernels {
                        from: &kernels,
                        from_step: KERNELS,
                        to: &mut places,
                        to_step: KERNELS,
                    });
                    let transformed = transformed.chunks_exact_mut(place);
                    for (to, from) in transformed.zip(places.as_chunks::<KERNELS>().0) {
                        match to[first..].first_chunk_mut() {
                            Some(to) => *to = from.map(MaybeUninit::new),
                            None => _ = to[first..].write_copy_of_slice(&from[..count]),
                        }
                    }
                }
            });
        })
    }

    /// Divides the result into tasks, by rows of tiles, and where these are few, by outputs.
    fn tasks<'a>(
        &self,
        loops: &Loops<T, KERNEL, TILE>,
        result: &'a mut [MaybeUninit<T>],
    ) -> Vec<Task<'a, T>> {
        let (height, width) = self.tiles.result;
        let all = self.tiles.all_rows();
        let tiles = (CACHED / (PLACES * self.channels)).max(LEAST);
        let rows = (tiles / self.tiles.side_by_side()).max(1);
        let wanted = TASKS * rayon::current_num_threads();
        let parts = wanted.div_ceil(all.div_ceil(rows).max(1));
        let outputs = self.outputs.div_ceil(parts).next_multiple_of(loops.block);
        let parts = self.outputs.div_ceil(outputs);
        let mut tasks = Vec::new();
        for first in (0..all).step_by(rows) {
            tasks.extend((0..parts).map(|part| Task {
                rows: first..(first + rows).min(all),
                outputs: part * outputs..((part + 1) * outputs).min(self.outputs),
                lines: Vec::new(),
            }));
        }
        let planes = result.chunks_exact_mut(height * width).enumerate();
        for (plane, mut rest) in planes {
            let (image, output) = (plane / self.outputs, plane % self.outputs);
            let first = image / self.tiles.group * self.tiles.rows();
            let mut done = 0;
            while !rest.is_empty() {
                let task = &mut tasks[(first + done) / rows * parts + output / outputs];
                done = (task.rows.end - first).min(self.tiles.rows());
                let before = height - rest.len() / width;
                let count = (TILE * done).min(height) - before;
                let (lines, after) = rest.split_at_mut(count * width);
                task.lines.push(lines);
                rest = after;
            }
        }
        tasks
    }

    /// Returns whether all results are finite, before the activation.
    fn compute(
        &self,
        loops: &Loops<T, KERNEL, TILE>,
        input: &[T],
        weights: &[T],
        [inputs, products, results]: &mut [Vec<T>; 3],
        mut task: Task<T>,
    ) -> bool {
        let mut all_finite = true;
        let (tiles, channels, block) = (&self.tiles, self.channels, loops.block);
        let span = tiles.count(&task.rows).next_multiple_of(loops.lanes);
        let plane = span + SLACK;
        let step = channels * plane + APART;
        let inputs = aligned(inputs, PLACES * step);
        let mut parted = Parted::new(tiles);
        for channel in 0..channels {
            let to = &mut inputs[channel * plane..];
            let numbers = (input, channels, channel);
            tiles.lay_out(numbers, &task.rows, &mut parted, |lines, first| {
                (loops.enter)(Change {
                    lines,
                    to: &mut to[first..],
                    step,
                });
            });
        }
        let blocks = task.outputs.start / block..task.outputs.end.div_ceil(block);
        let together = (CACHED / (PLACES * block * span)).clamp(1, blocks.len());
        let product = together * block * span + APART;
        let products = aligned(products, PLACES * product);
        let results = aligned(results, TILE * TILE * plane);
        let places = self.places(&task.rows, plane);
        for first in blocks.clone().step_by(together) {
            let of_blocks = first..(first + together).min(blocks.end);
            let of_places = inputs
                .chunks_exact(step)
                .zip(products.chunks_exact_mut(product));
            for (place, (inputs, products)) in of_places.enumerate() {
                let of_blocks = of_blocks
                    .clone()
                    .zip(products.chunks_exact_mut(block * span));
                for (index, results) in of_blocks {
                    let weights = &weights[(index * PLACES + place) * channels * block..];
                    (loops.product)(Block {
                        planes: &inputs[..channels * plane],
                        plane,
                        taps: &[0],
                        weights: &weights[..channels * block],
                        bias: &[T::ZERO; BLOCK][..block],
                        results,
                        span,
                    });
                }
            }
            let outputs = first * block..(of_blocks.end * block).min(task.outputs.end);
            for output in outputs {
                (loops.leave)(Leave {
                    from: &products[(output - first * block) * span..],
                    step: product,
                    bias: self.bias.map_or(T::ZERO, |bias| bias[output]),
                    to: results,
                    plane,
                    count: span,
                });
                let mut pixels = results.chunks_exact(plane);
                all_finite &= pixels.all(|pixels| are_finite(&pixels[..span]));
                self.epilogue.activation.run(results);
                self.write(&mut task, output, results, plane, &places);
            }
        }
        all_finite
    }

    /// Where the results of each group's rows are in the planes of the pixels of tiles: for one image, where its lines begin; for
    /// many, where each number is.
    fn places(&self, rows: &Range<usize>, plane: usize) -> Vec<Vec<usize>> {
        let (tiles, (height, width)) = (&self.tiles, self.tiles.result);
        let columns = if tiles.group == 1 { 1 } else { width };
        let mut before = 0;
        let of_group = |(_, rows): (_, Range<usize>)| {
            let lines = (TILE * rows.end).min(height) - TILE * rows.start;
            let places = (0..lines).flat_map(|y| {
                let first = y % TILE * TILE * plane + before + y / TILE * tiles.side_by_side();
                (0..columns).map(move |x| first + x % TILE * plane + x / TILE * tiles.group)
            });
            let places = places.collect();
            before += rows.len() * tiles.side_by_side();
            places
        };
        tiles.groups(rows).map(of_group).collect()
    }

    /// Puts the results of an output where they belong. What reaches beyond an image is discarded.
    fn write(
        &self,
        task: &mut Task<T>,
        output: usize,
        results: &[T],
        plane: usize,
        places: &[Vec<usize>],
    ) {
        let (tiles, (height, width)) = (&self.tiles, self.tiles.result);
        let lines = task.lines.iter_mut().skip(output - task.outputs.start);
        let mut lines = lines.step_by(task.outputs.len());
        for ((images, rows), places) in tiles.groups(&task.rows).zip(places) {
            let lines = lines.by_ref().take(images.len());
            let mut lines: Vec<_> = lines.map(|lines| &mut **lines).collect();
            if tiles.group == 1 {
                let mut line = vec![T::ZERO; TILE * tiles.columns().next_multiple_of(PIECES)];
                for (&place, to) in places.iter().zip(lines[0].chunks_exact_mut(width)) {
                    vectorize(|| join::<T, TILE>(&results[place..], plane, &mut line));
                    to.write_copy_of_slice(&line[..width]);
                }
            } else {
                separate(results, places, &mut lines);
            }
            if let Some(mask) = self.epilogue.dropout {
                for (image, lines) in images.zip(lines) {
                    let first = (image * self.outputs + output) * height + TILE * rows.start;
                    // SAFETY: all lines have just been written.
                    mask.run(first * width, unsafe { lines.assume_init_mut() });
                }
            }
        }
    }
}
