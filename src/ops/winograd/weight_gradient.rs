//! The gradient of the kernels: the steps of the convolution, backward.

use super::PLACES;
use super::filtering::CACHED;
use super::kernels::restore_weight;
use super::loops::{Change, Loops};
use super::tiles::{Halves, SLACK, Tiles, images};
use crate::ops::conv_geometry::Geometry;
use crate::ops::matmul::add_product;
use crate::ops::simd::{Registers, aligned};
use rayon::prelude::*;
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
            let mut sums = vec![T::ZERO; PLACES * outputs * channels];
            let mut memory = (Vec::new(), Vec::new());
            for first in (start..end).step_by(rows) {
                work.add(first..(first + rows).min(end), &mut memory, &mut sums);
            }
            sums
        })
        .collect();
    let mut result = vec![T::ZERO; outputs * channels * 9];
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
            for (lane, kernel) in kernels.iter_mut().enumerate() {
                *kernel = restore_weight(places.map(|place| place[lane]));
            }
        }
    });
    result
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
    /// Adds, for each place of a tile, what some rows of tiles have: (places, outputs, channels).
    fn add(&self, rows: Range<usize>, memory: &mut (Vec<T>, Vec<T>), sums: &mut [T]) {
        let (channels, outputs) = (self.channels, self.outputs);
        let count = self.inputs.count(&rows);
        let plane = count + SLACK;
        let inputs = aligned(&mut memory.0, channels * PLACES * plane);
        let numbers = (self.input, channels);
        change_all(&self.inputs, numbers, &rows, self.loops.enter, inputs);
        let gradients = aligned(&mut memory.1, outputs * PLACES * plane);
        let numbers = (self.gradient, outputs);
        change_all(
            &self.gradients,
            numbers,
            &rows,
            self.loops.spread,
            gradients,
        );
        let (inputs, gradients) = (&*inputs, &*gradients);
        let of_places = sums.par_chunks_exact_mut(outputs * channels).enumerate();
        of_places.for_each(|(place, sums)| {
            let blocks = sums
                .par_chunks_mut(OUTPUTS * channels)
                .zip(gradients.par_chunks(OUTPUTS * PLACES * plane));
            blocks.for_each(|(sums, gradients)| {
                let first = place * plane;
                let right = (channels, &inputs[first..], PLACES * plane);
                add_product(sums, count, (&gradients[first..], PLACES * plane), right);
            });
        });
    }
}

/// Transforms some rows of tiles in all channels: for each channel the places of a tile, one after the other. Each channel is
/// one thread's.
fn change_all<T: Registers>(
    tiles: &Tiles,
    (numbers, channels): (&[T], usize),
    rows: &Range<usize>,
    change: fn(Change<T>),
    to: &mut [T],
) {
    let of_channels = to.par_chunks_exact_mut(to.len() / channels).enumerate();
    of_channels.for_each_init(
        || Halves::new(tiles),
        |halves, (channel, to)| {
            let step = to.len() / PLACES;
            tiles.lay_out(
                (numbers, channels, channel),
                rows,
                halves,
                |lines, first| {
                    change(Change {
                        lines,
                        to: &mut to[first..],
                        step,
                    });
                },
            );
        },
    );
}
