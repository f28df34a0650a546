//! The inner loops of convolution with stride 1.
//!
//! A plane (one channel of one image) is laid out *flat*: zero padding around it, rows one after the other. Then the
//! output at flat position `i` is the sum over channels and taps of `weight * plane[i + tap's offset]`: every loop runs
//! over contiguous numbers, whatever the width. What is computed for the padding at the end of each row is thrown away.

use super::scalar::Scalar;
use rayon::prelude::*;

/// Where the taps of a kernel fall, relative to an output's flat position.
pub struct Taps {
    pub offsets: Vec<usize>,
}

/// The geometry of one convolution with stride 1.
#[derive(Debug, Clone, Copy)]
pub struct Geometry {
    pub channels: usize,
    pub outputs: usize,
    pub height: usize,
    pub width: usize,
    pub kernel: (usize, usize),
    pub padding: (usize, usize),
}

/// Room behind a plane, so that a whole register may be read at its end.
const SLACK: usize = 64;

impl Geometry {
    pub fn output_height(&self) -> usize {
        self.height + 2 * self.padding.0 + 1 - self.kernel.0
    }

    pub fn output_width(&self) -> usize {
        self.width + 2 * self.padding.1 + 1 - self.kernel.1
    }

    /// Length of a row of a flat plane.
    pub fn row(&self) -> usize {
        self.width + 2 * self.padding.1
    }

    /// Length of a flat plane.
    fn plane(&self) -> usize {
        (self.height + 2 * self.padding.0) * self.row() + SLACK
    }

    /// Flat positions from the first output to the last.
    fn span(&self) -> usize {
        (self.output_height() - 1) * self.row() + self.output_width()
    }

    fn taps(&self) -> Taps {
        let row = self.row();
        let offsets = (0..self.kernel.0)
            .flat_map(|y| (0..self.kernel.1).map(move |x| y * row + x))
            .collect();
        Taps { offsets }
    }
}

/// Lays `images` images of `channels` planes out flat.
fn flatten<T: Scalar>(input: &[T], geometry: &Geometry) -> Vec<T> {
    let Geometry {
        height,
        width,
        padding,
        ..
    } = *geometry;
    let (row, plane) = (geometry.row(), geometry.plane());
    let mut flat = vec![T::ZERO; input.len() / (height * width) * plane];
    flat.par_chunks_mut(plane)
        .zip(input.par_chunks(height * width))
        .for_each(|(flat, input)| {
            for (y, line) in input.chunks(width).enumerate() {
                let start = (y + padding.0) * row + padding.1;
                flat[start..start + width].copy_from_slice(line);
            }
        });
    flat
}

/// Instruction sets that the loops are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

fn level() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            return Level::Avx512;
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Level::Avx2;
        }
    }
    Level::Portable
}

/// `input` (N, C, H, W) with `weight` (O, C, KH, KW) and one `bias` an output channel: (N, O, OH, OW).
pub fn forward<T: Scalar>(input: &[T], weight: &[T], bias: &[T], geometry: &Geometry) -> Vec<T> {
    match level() {
        Level::Portable => {
            forward_in_blocks::<T, 4, 8>(input, weight, bias, geometry, outputs_portable::<T, 4, 8>)
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => forward_in_blocks::<T, 4, 24>(input, weight, bias, geometry, |work| {
            // SAFETY: `level` has found AVX2 and FMA on this processor.
            unsafe { outputs_avx2::<T, 4, 24>(work) }
        }),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => forward_in_blocks::<T, 8, 48>(input, weight, bias, geometry, |work| {
            // SAFETY: `level` has found AVX-512 on this processor.
            unsafe { outputs_avx512::<T, 8, 48>(work) }
        }),
    }
}

/// What one task of the forward pass computes: a block of output channels of one image.
struct Outputs<'a, T> {
    /// The flat planes of one image.
    planes: &'a [T],
    plane: usize,
    taps: &'a [usize],
    /// For each channel and tap, the weights of the block's channels side by side.
    weights: &'a [T],
    bias: &'a [T],
    /// Flat results, one row of `span` for each channel of the block.
    results: &'a mut [T],
    span: usize,
}

fn forward_in_blocks<T: Scalar, const BLOCK: usize, const LANES: usize>(
    input: &[T],
    weight: &[T],
    bias: &[T],
    geometry: &Geometry,
    compute: impl Fn(Outputs<T>) + Sync,
) -> Vec<T> {
    let flat = flatten(input, geometry);
    let taps = geometry.taps();
    let depth = geometry.channels * taps.offsets.len();
    let blocks = geometry.outputs.div_ceil(BLOCK);
    let mut packed = vec![T::ZERO; blocks * depth * BLOCK];
    for (output, weights) in weight.chunks(depth).enumerate() {
        let start = output / BLOCK * depth * BLOCK + output % BLOCK;
        for (index, &value) in weights.iter().enumerate() {
            packed[start + index * BLOCK] = value;
        }
    }
    let mut padded_bias = bias.to_vec();
    padded_bias.resize(blocks * BLOCK, T::ZERO);

    let (plane, row, span) = (geometry.plane(), geometry.row(), geometry.span());
    let (height, width) = (geometry.output_height(), geometry.output_width());
    let image_planes = geometry.channels * plane;
    let images = flat.len() / image_planes;
    let image_size = geometry.outputs * height * width;
    let mut result = vec![T::ZERO; images * image_size];
    let tasks: Vec<(usize, usize, &mut [T])> = result
        .chunks_mut(image_size)
        .enumerate()
        .flat_map(|(image, outputs)| {
            outputs
                .chunks_mut(BLOCK * height * width)
                .enumerate()
                .map(move |(block, part)| (image, block, part))
        })
        .collect();
    // Room for whole registers at the end of each channel's results.
    let reserved = span.next_multiple_of(LANES);
    tasks.into_par_iter().for_each_init(
        || vec![T::ZERO; BLOCK * reserved],
        |results, (image, block, part)| {
            compute(Outputs {
                planes: &flat[image * image_planes..(image + 1) * image_planes],
                plane,
                taps: &taps.offsets,
                weights: &packed[block * depth * BLOCK..(block + 1) * depth * BLOCK],
                bias: &padded_bias[block * BLOCK..(block + 1) * BLOCK],
                results,
                span: reserved,
            });
            for (output, target) in part.chunks_mut(height * width).enumerate() {
                let from = &results[output * reserved..];
                for (y, line) in target.chunks_mut(width).enumerate() {
                    line.copy_from_slice(&from[y * row..y * row + width]);
                }
            }
        },
    );
    result
}

/// The loop itself: `BLOCK` output channels times `LANES` positions are kept in registers while channels and taps pass.
#[inline(always)]
fn outputs<T: Scalar, const BLOCK: usize, const LANES: usize>(
    work: Outputs<T>,
    add: impl Fn(T, T, T) -> T + Copy,
) {
    let Outputs {
        planes,
        plane,
        taps,
        weights,
        bias,
        results,
        span,
    } = work;
    let mut position = 0;
    while position < span {
        let mut sums = [[T::ZERO; LANES]; BLOCK];
        for (sum, &bias) in sums.iter_mut().zip(bias) {
            *sum = [bias; LANES];
        }
        let mut weights = weights.chunks_exact(BLOCK);
        for channel in planes.chunks_exact(plane) {
            for &tap in taps {
                let Some(weights) = weights.next() else {
                    continue;
                };
                let values = window::<T, LANES>(channel, position + tap);
                for (sums, &weight) in sums.iter_mut().zip(weights) {
                    for lane in 0..LANES {
                        sums[lane] = add(values[lane], weight, sums[lane]);
                    }
                }
            }
        }
        for (sum, result) in sums.iter().zip(results.chunks_exact_mut(span)) {
            result[position..position + LANES].copy_from_slice(sum);
        }
        position += LANES;
    }
}

/// `LANES` numbers from `start` on. The last output needs the last number of a padded plane, and positions are rounded up
/// to whole registers: so at most `LANES - 1` numbers of the slack are read, and there always is a window.
#[inline(always)]
fn window<T: Scalar, const LANES: usize>(numbers: &[T], start: usize) -> [T; LANES] {
    let window = numbers.get(start..).and_then(|rest| rest.first_chunk());
    window.copied().unwrap_or([T::ZERO; LANES])
}

fn outputs_portable<T: Scalar, const BLOCK: usize, const LANES: usize>(work: Outputs<T>) {
    outputs::<T, BLOCK, LANES>(work, |value, weight, sum| value * weight + sum);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn outputs_avx2<T: Scalar, const BLOCK: usize, const LANES: usize>(work: Outputs<T>) {
    outputs::<T, BLOCK, LANES>(work, |value, weight, sum| value.fused(weight, sum));
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,fma")]
fn outputs_avx512<T: Scalar, const BLOCK: usize, const LANES: usize>(work: Outputs<T>) {
    outputs::<T, BLOCK, LANES>(work, |value, weight, sum| value.fused(weight, sum));
}

/// The gradient of the weight (O, C, KH, KW) from `input` (N, C, H, W) and `gradient` (N, O, OH, OW).
pub fn weight_gradient<T: Scalar>(input: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    match level() {
        Level::Portable => {
            weights_in_blocks::<T, 2, 8>(input, gradient, geometry, products_portable::<T, 2, 8>)
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => weights_in_blocks::<T, 2, 8>(input, gradient, geometry, |work| {
            // SAFETY: `level` has found AVX2 and FMA on this processor.
            unsafe { products_avx2::<T, 2, 8>(work) }
        }),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => weights_in_blocks::<T, 4, 16>(input, gradient, geometry, |work| {
            // SAFETY: `level` has found AVX-512 on this processor.
            unsafe { products_avx512::<T, 4, 16>(work) }
        }),
    }
}

/// Taps that are summed at a time.
const TAPS: usize = 5;

/// One task of the weight gradient: a block of output channels with one input channel, over all images.
struct Products<'a, T> {
    /// Flat gradients of all output channels, image by image.
    gradients: &'a [T],
    /// The first output channel of the block, and how many there are in an image.
    output: usize,
    outputs: usize,
    span: usize,
    /// Flat planes of all input channels, image by image.
    planes: &'a [T],
    channel: usize,
    channels: usize,
    plane: usize,
    taps: &'a [usize],
    /// Sums, one for each tap, for each output of the block.
    sums: &'a mut [T],
}

fn weights_in_blocks<T: Scalar, const BLOCK: usize, const LANES: usize>(
    input: &[T],
    gradient: &[T],
    geometry: &Geometry,
    compute: impl Fn(Products<T>) + Sync,
) -> Vec<T> {
    let flat = flatten(input, geometry);
    let (row, span) = (geometry.row(), geometry.span().next_multiple_of(LANES));
    let (height, width) = (geometry.output_height(), geometry.output_width());
    // Gradients in the same flat order; the padding of rows stays zero and adds nothing.
    let outputs = geometry.outputs.next_multiple_of(BLOCK);
    let images = gradient.len() / (geometry.outputs * height * width);
    let mut gradients = vec![T::ZERO; images * outputs * span];
    gradients
        .par_chunks_mut(outputs * span)
        .zip(gradient.par_chunks(geometry.outputs * height * width))
        .for_each(|(flat, gradient)| {
            for (flat, gradient) in flat.chunks_mut(span).zip(gradient.chunks(height * width)) {
                for (y, line) in gradient.chunks(width).enumerate() {
                    flat[y * row..y * row + width].copy_from_slice(line);
                }
            }
        });
    let taps = geometry.taps();
    let count = taps.offsets.len();
    let pairs: Vec<(usize, usize)> = (0..outputs / BLOCK)
        .flat_map(|block| (0..geometry.channels).map(move |channel| (block, channel)))
        .collect();
    let sums: Vec<Vec<T>> = pairs
        .par_iter()
        .map(|&(block, channel)| {
            let mut sums = vec![T::ZERO; BLOCK * count];
            compute(Products {
                gradients: &gradients,
                output: block * BLOCK,
                outputs,
                span,
                planes: &flat,
                channel,
                channels: geometry.channels,
                plane: geometry.plane(),
                taps: &taps.offsets,
                sums: &mut sums,
            });
            sums
        })
        .collect();
    let mut result = vec![T::ZERO; geometry.outputs * geometry.channels * count];
    for (&(block, channel), sums) in pairs.iter().zip(&sums) {
        for (index, sums) in sums.chunks(count).enumerate() {
            let output = block * BLOCK + index;
            if output < geometry.outputs {
                let start = (output * geometry.channels + channel) * count;
                result[start..start + count].copy_from_slice(sums);
            }
        }
    }
    result
}

#[inline(always)]
fn products<T: Scalar, const BLOCK: usize, const LANES: usize>(
    work: Products<T>,
    add: impl Fn(T, T, T) -> T + Copy,
) {
    let Products {
        gradients,
        output,
        outputs,
        span,
        planes,
        channel,
        channels,
        plane,
        taps,
        sums,
    } = work;
    let images = gradients.len() / (outputs * span);
    for (first, group) in taps
        .chunks(TAPS)
        .enumerate()
        .map(|(index, group)| (index * TAPS, group))
    {
        let mut tap_offsets = [group[0]; TAPS];
        tap_offsets[..group.len()].copy_from_slice(group);
        let mut totals = [[[T::ZERO; LANES]; TAPS]; BLOCK];
        for image in 0..images {
            let start = (image * channels + channel) * plane;
            let values = &planes[start..start + plane];
            let start = (image * outputs + output) * span;
            let lines = &gradients[start..start + BLOCK * span];
            let mut position = 0;
            while position < span {
                let mut windows = [[T::ZERO; LANES]; TAPS];
                for (registers, offset) in windows.iter_mut().zip(tap_offsets) {
                    *registers = window(values, position + offset);
                }
                for (block, totals) in totals.iter_mut().enumerate() {
                    let line = window::<T, LANES>(lines, block * span + position);
                    for (total, values) in totals.iter_mut().zip(&windows) {
                        for lane in 0..LANES {
                            total[lane] = add(values[lane], line[lane], total[lane]);
                        }
                    }
                }
                position += LANES;
            }
        }
        for block in 0..BLOCK {
            for tap in 0..group.len() {
                let mut total = T::ZERO;
                for lane in totals[block][tap] {
                    total += lane;
                }
                sums[block * taps.len() + first + tap] = total;
            }
        }
    }
}

fn products_portable<T: Scalar, const BLOCK: usize, const LANES: usize>(work: Products<T>) {
    products::<T, BLOCK, LANES>(work, |value, gradient, sum| value * gradient + sum);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn products_avx2<T: Scalar, const BLOCK: usize, const LANES: usize>(work: Products<T>) {
    products::<T, BLOCK, LANES>(work, |value, gradient, sum| value.fused(gradient, sum));
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,fma")]
fn products_avx512<T: Scalar, const BLOCK: usize, const LANES: usize>(work: Products<T>) {
    products::<T, BLOCK, LANES>(work, |value, gradient, sum| value.fused(gradient, sum));
}
