//! The gradient of the kernels: the steps of the convolution, backward.

use super::PLACES;
use super::filtering::CACHED;
use super::kernels::restore_weights;
use super::loops::{Change, Loops};
use super::tiles::{Halves, SLACK, Tiles, images};
use crate::ops::conv_geometry::Geometry;
use crate::ops::matmul::add_product;
use crate::ops::memory::{written, zeroed};
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
/// Outputs of one matrix product for the weight's gradient.
const OUTPUTS: usize = 128;
/// Channels whose kernels are restored at a time.
const LANES: usize = 16;

/// The gradient of the weight, as [`conv_weight_gradient`](crate::ops::conv_weight_gradient::weight_gradient).
pub fn weight_gradient<T: Registers>(input: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    let (channels, outputs) = (geometry.channels, geometry.outputs);
    let images = images(gradient, outputs, geometry.output);
    let work = WeightGradient {
        loops: Loops::best(),
        input,
        gradient,
        channels,
        outputs,
        inputs: Tiles::new(geometry.input, geometry.output, geometry.padding, images),
        gradients: Tiles::new(geometry.output, geometry.output, (0, 0), images),
    };
    let all = work.inputs.all_rows();
    let has_few = PLACES * channels * outputs <= FEW;
    let (part, tiles) = match has_few {
        true => (
            all.div_ceil(PARTS).max(1),
            CACHED / (PLACES * (channels + outputs)),
        ),
        false => (all.max(1), TOGETHER),
    };
    let row = work.inputs.columns() * work.inputs.group;
    let rows = (tiles / row).max(1);
    let parts: Vec<usize> = (0..all).step_by(part).collect();
    let parts: Vec<Vec<T>> = parts
        .into_par_iter()
        .map(|start| {
            let end = (start + part).min(all);
            written(PLACES * outputs * channels, |sums| {
                for first in (start..end).step_by(rows) {
                    work.add(first..(first + rows).min(end), first == start, sums);
                }
            })
        })
        .collect();
    written(outputs * channels * 9, |result| {
        let of_outputs = result.par_chunks_exact_mut(channels * 9).enumerate();
        of_outputs.for_each(|(output, result)| {
            let kernels = result.as_chunks_mut::<9>().0;
            for (index, kernels) in kernels.chunks_mut(LANES).enumerate() {
                let mut places = [[T::ZERO; LANES]; PLACES];
                for sums in &parts {
                    let of_places = sums.chunks_exact(outputs * channels);
                    for (sums, place) in of_places.zip(&mut places) {
                        let sums = &sums[output * channels + index * LANES..][..kernels.len()];
                        place
                            .iter_mut()
                            .zip(sums)
                            .for_each(|(place, &sum)| *place += sum);
                    }
                }
                let numbers = restore_weights(&places);
                for (lane, kernel) in kernels.iter_mut().enumerate() {
                    *kernel = std::array::from_fn(|tap| MaybeUninit::new(numbers[tap][lane]));
                }
            }
        });
    })
}

struct WeightGradient<'a, T> {
    loops: Loops<T>,
    input: &'a [T],
    gradient: &'a [T],
    channels: usize,
    outputs: usize,
    inputs: Tiles,
    /// The same tiles, in which the gradient's own lines begin.
    gradients: Tiles,
}

impl<T: Registers> WeightGradient<'_, T> {
    /// Adds, for each place of a tile, what some rows of tiles have: (places, outputs, channels). The first rows are added to
    /// nothing.
    fn add(&self, rows: Range<usize>, is_first: bool, sums: &mut [MaybeUninit<T>]) {
        let (channels, outputs) = (self.channels, self.outputs);
        let count = self.inputs.count(&rows);
        let plane = count + SLACK;
        let numbers = (self.input, channels);
        let inputs = change_all(&self.inputs, numbers, &rows, self.loops.enter);
        let numbers = (self.gradient, outputs);
        let gradients = change_all(&self.gradients, numbers, &rows, self.loops.spread);
        let of_places = sums.par_chunks_exact_mut(outputs * channels).enumerate();
        of_places.for_each(|(place, sums)| {
            let blocks = sums
                .par_chunks_mut(OUTPUTS * channels)
                .zip(gradients.par_chunks(OUTPUTS * PLACES * plane));
            blocks.for_each(|(sums, gradients)| {
                let sums = match is_first {
                    true => zeroed(sums),
                    // SAFETY: the first rows have written all sums.
                    false => unsafe { sums.assume_init_mut() },
                };
                let first = place * plane;
                let right = (channels, &inputs[first..], PLACES * plane);
                add_product(sums, count, (&gradients[first..], PLACES * plane), right);
            });
        });
    }
}

/// Transforms some rows of tiles in all channels: for each channel the places of a tile, one after the other, with `SLACK`
/// behind each. Each channel is one thread's.
fn change_all<T: Registers>(
    tiles: &Tiles,
    (numbers, channels): (&[T], usize),
    rows: &Range<usize>,
    change: fn(Change<T>),
) -> Vec<T> {
    let step = tiles.count(rows) + SLACK;
    written(channels * PLACES * step, |transformed| {
        let of_channels = transformed.par_chunks_exact_mut(PLACES * step).enumerate();
        of_channels.for_each_init(
            || Halves::new(tiles),
            |halves, (channel, transformed)| {
                let to = zeroed(transformed);
                let channel = (numbers, channels, channel);
                tiles.lay_out(channel, rows, halves, |lines, first| {
                    change(Change {
                        lines,
                        to: &mut to[first..],
                        step,
                    });
                });
            },
        );
    })
}
