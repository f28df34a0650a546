//! The convolution: inputs to tiles, a matrix product for each place of a tile, and back.

use super::PLACES;
use super::kernels::transform_weights;
use super::loops::{BLOCK, Change, Leave, Loops};
use super::tiles::{Halves, PAIRS, SLACK, Tiles, images, join};
use crate::ops::conv_geometry::Geometry;
use crate::ops::conv_kernel::Block;
use crate::ops::finish::Finish;
use crate::ops::memory::written;
use crate::ops::simd::{Registers, aligned, are_finite, vectorize};
use rayon::prelude::*;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// Numbers of transformed inputs that one task works on: they stay in a processor's own cache.
pub const CACHED: usize = 1 << 18;

/// As [`conv_kernel::forward`](crate::ops::conv_kernel::forward); none when a result is not finite.
pub fn forward<T: Registers>(
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    finish: Finish,
) -> Option<Vec<T>> {
    let filtering = Filtering {
        tiles: Tiles::new(
            geometry.input,
            geometry.output,
            geometry.padding,
            images(input, geometry.channels, geometry.input),
        ),
        channels: geometry.channels,
        outputs: geometry.outputs,
        bias,
        finish,
    };
    filtering.run(input, |output, channel| {
        let first = (output * geometry.channels + channel) * 9;
        std::array::from_fn(|tap| weight[first + tap])
    })
}

/// As [`conv_kernel::backward`](crate::ops::conv_kernel::backward): a convolution with the kernels turned round. None when
/// a result is not finite.
pub fn backward<T: Registers>(
    gradient: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    finish: Finish,
) -> Option<Vec<T>> {
    let filtering = Filtering {
        tiles: Tiles::new(
            geometry.output,
            geometry.input,
            (2 - geometry.padding.0, 2 - geometry.padding.1),
            images(gradient, geometry.outputs, geometry.output),
        ),
        channels: geometry.outputs,
        outputs: geometry.channels,
        bias,
        finish,
    };
    filtering.run(gradient, |channel, output| {
        let first = (output * geometry.channels + channel) * 9;
        std::array::from_fn(|tap| weight[first + 8 - tap])
    })
}

/// A convolution.
struct Filtering<'a, T> {
    tiles: Tiles,
    channels: usize,
    outputs: usize,
    bias: Option<&'a [T]>,
    finish: Finish,
}

/// Some rows of tiles, and where their results belong: image after image, output after output.
struct Task<'a, T> {
    rows: Range<usize>,
    places: Vec<&'a mut [MaybeUninit<T>]>,
}

/// Memory that a thread uses again for its next task.
#[derive(Default)]
struct Memory<T> {
    inputs: Vec<T>,
    products: Vec<T>,
    results: Vec<T>,
}

impl<T: Registers> Filtering<'_, T> {
    /// `weight` gives the kernel from a channel to an output, row by row.
    fn run(&self, input: &[T], weight: impl Fn(usize, usize) -> [T; 9] + Sync) -> Option<Vec<T>> {
        let loops = Loops::best();
        let weights = match loops.block {
            4 => self.transform_weights::<4>(weight),
            _ => self.transform_weights::<BLOCK>(weight),
        };
        let result = self.outputs * self.tiles.result.0 * self.tiles.result.1;
        let all_finite = AtomicBool::new(true);
        // Every place of the result is in one task.
        let result = written(self.tiles.images * result, |result| {
            let tasks = self.tasks(&loops, result);
            tasks
                .into_par_iter()
                .for_each_init(Memory::default, |memory, task| {
                    if !self.compute(&loops, input, &weights, memory, task) {
                        all_finite.store(false, Ordering::Relaxed);
                    }
                });
        });
        all_finite.into_inner().then_some(result)
    }

    /// For each block of outputs, each place of a tile and each channel, the weights of the block's outputs side by side.
    fn transform_weights<const BLOCK: usize>(
        &self,
        weight: impl Fn(usize, usize) -> [T; 9] + Sync,
    ) -> Vec<T> {
        let channels = self.channels;
        let numbers = PLACES * channels * BLOCK;
        written(self.outputs.div_ceil(BLOCK) * numbers, |transformed| {
            let blocks = transformed.par_chunks_exact_mut(numbers).enumerate();
            blocks.for_each(|(block, transformed)| {
                let outputs = block * BLOCK..((block + 1) * BLOCK).min(self.outputs);
                let transformed = transformed.as_chunks_mut::<BLOCK>().0;
                let mut kernels = [[T::ZERO; BLOCK]; 9];
                for channel in 0..channels {
                    for (lane, output) in outputs.clone().enumerate() {
                        let kernel = weight(output, channel);
                        for (numbers, number) in kernels.iter_mut().zip(kernel) {
                            numbers[lane] = number;
                        }
                    }
                    let places = transformed[channel..].iter_mut().step_by(channels);
                    for (place, numbers) in places.zip(transform_weights(&kernels)) {
                        *place = numbers.map(MaybeUninit::new);
                    }
                }
            });
        })
    }

    fn tasks<'a>(&self, loops: &Loops<T>, result: &'a mut [MaybeUninit<T>]) -> Vec<Task<'a, T>> {
        let (height, width) = self.tiles.result;
        let all = self.tiles.all_rows();
        let tiles = CACHED / (PLACES * self.channels) / loops.lanes * loops.lanes;
        let row = self.tiles.columns() * self.tiles.group;
        let rows = (tiles.max(loops.lanes) / row).max(1);
        let mut tasks: Vec<Task<T>> = (0..all)
            .step_by(rows)
            .map(|first| Task {
                rows: first..(first + rows).min(all),
                places: Vec::new(),
            })
            .collect();
        let planes = result.chunks_exact_mut(height * width).enumerate();
        for (plane, mut rest) in planes {
            let group = plane / self.outputs / self.tiles.group;
            let first = group * self.tiles.rows();
            let mut done = 0;
            while !rest.is_empty() {
                let task = &mut tasks[(first + done) / rows];
                done = (task.rows.end - first).min(self.tiles.rows());
                let before = height - rest.len() / width;
                let lines = (2 * done).min(height) - before;
                let (place, after) = rest.split_at_mut(lines * width);
                task.places.push(place);
                rest = after;
            }
        }
        tasks
    }

    /// Gives back whether all results are finite, before the activation.
    fn compute(
        &self,
        loops: &Loops<T>,
        input: &[T],
        weights: &[T],
        memory: &mut Memory<T>,
        mut task: Task<T>,
    ) -> bool {
        let mut all_finite = true;
        let (tiles, channels, block) = (&self.tiles, self.channels, loops.block);
        let span = tiles.count(&task.rows).next_multiple_of(loops.lanes);
        let plane = span + SLACK;
        let inputs = aligned(&mut memory.inputs, PLACES * channels * plane);
        let mut halves = Halves::new(tiles);
        for channel in 0..channels {
            let to = &mut inputs[channel * plane..];
            let numbers = (input, channels, channel);
            tiles.lay_out(numbers, &task.rows, &mut halves, |lines, first| {
                (loops.enter)(Change {
                    lines,
                    to: &mut to[first..],
                    step: channels * plane,
                });
            });
        }
        let products = aligned(&mut memory.products, PLACES * block * span + SLACK);
        let results = aligned(&mut memory.results, 4 * plane);
        for (index, weights) in weights.chunks_exact(PLACES * channels * block).enumerate() {
            let of_places = weights.chunks_exact(channels * block);
            let of_places = of_places.zip(products.chunks_exact_mut(block * span));
            let of_places = of_places.zip(inputs.chunks_exact(channels * plane));
            for ((weights, results), inputs) in of_places {
                (loops.product)(Block {
                    planes: inputs,
                    plane,
                    taps: &[0],
                    weights,
                    bias: &[T::ZERO; BLOCK][..block],
                    results,
                    span,
                });
            }
            let first = index * block;
            for output in first..(first + block).min(self.outputs) {
                (loops.leave)(Leave {
                    from: &products[(output - first) * span..],
                    step: block * span,
                    bias: self.bias.map_or(T::ZERO, |bias| bias[output]),
                    to: results,
                    quarter: plane,
                    count: span,
                });
                let mut quarters = results.chunks_exact(plane);
                all_finite &= quarters.all(|quarter| are_finite(&quarter[..span]));
                self.finish.activation.run(results);
                self.write(&mut task, output, results);
            }
        }
        all_finite
    }

    /// Puts the results of an output where they belong: quarters of their tiles, one after the other. The last line and column
    /// of an odd size are thrown away.
    fn write(&self, task: &mut Task<T>, output: usize, results: &[T]) {
        let (tiles, (height, width)) = (&self.tiles, self.tiles.result);
        let quarter = results.len() / 4;
        let pairs = tiles.columns();
        let mut line = vec![T::ZERO; 2 * pairs.next_multiple_of(PAIRS)];
        let mut places = task.places.iter_mut().skip(output).step_by(self.outputs);
        let mut before = 0;
        for (images, rows) in tiles.groups(&task.rows) {
            let row = images.len() * pairs;
            for (within, place) in places.by_ref().take(images.len()).enumerate() {
                for (y, place) in place.chunks_exact_mut(width).enumerate() {
                    let first = y % 2 * 2 * quarter + before + y / 2 * row;
                    let (even, odd) = (&results[first..], &results[first + quarter..]);
                    if images.len() == 1 {
                        vectorize(|| join(even, odd, &mut line));
                        place.write_copy_of_slice(&line[..width]);
                    } else {
                        let (places, last) = place.as_chunks_mut::<2>();
                        let mut from = within;
                        for place in places {
                            place[0].write(even[from]);
                            place[1].write(odd[from]);
                            from += images.len();
                        }
                        if let [place] = last {
                            place.write(even[from]);
                        }
                    }
                }
                if let Some(mask) = self.finish.dropout {
                    let image = images.start + within;
                    let first = (image * self.outputs + output) * height + 2 * rows.start;
                    // SAFETY: all lines of the place have just been written.
                    mask.run(first * width, unsafe { place.assume_init_mut() });
                }
            }
            before += rows.len() * row;
        }
    }
}
