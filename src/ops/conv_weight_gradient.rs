//! The gradient of a convolution's weight: for each tap the products of the output's gradient with what the tap saw.

use super::conv_geometry::Geometry;
use super::scalar::Scalar;
use super::simd::{Level, Register, Registers, aligned, level, unrolled};
use rayon::prelude::*;
use std::mem::zeroed;

/// Numbers of flat planes and lines that are worked on at a time: they stay in a processor's own cache.
const CACHED: usize = 1 << 17;
/// Parts that are summed apart, then added: always the same, so that the sum does not depend on the number of threads.
const PARTS: usize = 8;
/// With as many channels on both sides, it is a large matrix product.
const MANY: usize = 48;

/// The gradient of the weight (O, C, KH, KW) from `input` (N, C, H, W) and `gradient` (N, O, OH, OW).
pub fn weight_gradient<T: Registers>(input: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    if geometry.channels >= MANY && geometry.outputs >= MANY {
        return in_parts::<T, 1, 16>(input, gradient, geometry, matrix_products);
    }
    match level() {
        Level::Portable => in_parts::<T, 2, 4>(input, gradient, geometry, |part| {
            // SAFETY: it needs no particular instructions.
            unsafe { products::<T, [T; 4], 2>(part) }
        }),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => in_parts::<T, 4, 8>(input, gradient, geometry, |part| {
            // SAFETY: `level` has found AVX2 and FMA on this processor.
            unsafe { products_avx2(part) }
        }),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => in_parts::<T, 8, 16>(input, gradient, geometry, |part| {
            // SAFETY: `level` has found AVX-512 on this processor.
            unsafe { products_avx512(part) }
        }),
    }
}

/// Some rows of some images.
struct Part<'a, T> {
    /// Flat planes of the input's channels.
    planes: &'a [T],
    plane: usize,
    /// The output's gradient in the same flat order, with zeros between rows and images.
    lines: &'a [T],
    line: usize,
    taps: &'a [usize],
    /// One sum for each tap, output and channel.
    sums: &'a mut [T],
    outputs: usize,
    channels: usize,
}

fn in_parts<T: Scalar, const BLOCK: usize, const LANES: usize>(
    input: &[T],
    gradient: &[T],
    geometry: &Geometry,
    compute: impl Fn(Part<T>) + Sync,
) -> Vec<T> {
    let pass = geometry.forward();
    let (height, width) = geometry.output;
    let (input_plane, output_plane) = (geometry.input.0 * geometry.input.1, height * width);
    let images = gradient.len() / (geometry.outputs * output_plane);
    let row = (geometry.channels * geometry.stride.0 * geometry.stride.1 + geometry.outputs)
        * pass.plane(0..1, 1, geometry.input).row;
    let rows = (CACHED / row).clamp(4, height.max(4));
    // Small images are worked on together: each sum ends with adding up a register.
    let together = (CACHED / (row * rows)).max(1);
    let pieces: Vec<(usize, usize)> = (0..images)
        .step_by(together)
        .flat_map(|image| (0..height).step_by(rows).map(move |start| (image, start)))
        .collect();
    let taps = geometry.kernel.0 * geometry.kernel.1;
    let outputs = geometry.outputs.next_multiple_of(BLOCK);
    let parts: Vec<Vec<T>> = pieces
        .par_chunks(pieces.len().div_ceil(PARTS).max(1))
        .map(|pieces| {
            let mut sums = vec![T::ZERO; taps * outputs * geometry.channels];
            let (mut planes, mut lines) = (Vec::new(), Vec::new());
            for &(first, start) in pieces {
                let images = first..(first + together).min(images);
                let results = start as isize..(start + rows).min(height) as isize;
                let plane = pass.plane(results, images.len(), geometry.input);
                let offsets: Vec<usize> = pass.taps(&plane).iter().map(|tap| tap.2).collect();
                let planes = aligned(&mut planes, geometry.channels * plane.length);
                for (channel, flat) in planes.chunks_exact_mut(plane.length).enumerate() {
                    let channel_of = |image: usize| {
                        let index = (first + image) * geometry.channels + channel;
                        &input[index * input_plane..][..input_plane]
                    };
                    pass.fill(&plane, flat, channel_of, T::ZERO);
                }
                let line = plane.span.next_multiple_of(LANES);
                let lines = aligned(&mut lines, outputs * line);
                lines.fill(T::ZERO);
                let lines_of_outputs = lines.chunks_exact_mut(line).take(geometry.outputs);
                for (output, flat) in lines_of_outputs.enumerate() {
                    for (image, flat) in images.clone().zip(flat.chunks_mut(plane.image)) {
                        let index = image * geometry.outputs + output;
                        let rows = &gradient[index * output_plane..][start * width..];
                        let rows = rows.chunks_exact(width).take(plane.results.len());
                        for (flat, row) in flat.chunks_mut(plane.row).zip(rows) {
                            flat[..width].copy_from_slice(row);
                        }
                    }
                }
                compute(Part {
                    planes,
                    plane: plane.length,
                    lines,
                    line,
                    taps: &offsets,
                    sums: &mut sums,
                    outputs,
                    channels: geometry.channels,
                });
            }
            sums
        })
        .collect();
    let mut parts = parts.into_iter();
    let mut sums = parts.next().unwrap_or_default();
    for part in parts {
        sums.par_chunks_mut(CACHED)
            .zip(part.par_chunks(CACHED))
            .for_each(|(sums, part)| {
                sums.iter_mut()
                    .zip(part)
                    .for_each(|(sum, &part)| *sum += part)
            });
    }
    let mut result = vec![T::ZERO; geometry.outputs * geometry.channels * taps];
    result
        .par_chunks_mut(geometry.channels * taps)
        .enumerate()
        .for_each(|(output, result)| {
            for (tap, sums) in sums.chunks_exact(outputs * geometry.channels).enumerate() {
                let sums = &sums[output * geometry.channels..];
                let places = result[tap..].iter_mut().step_by(taps);
                places.zip(sums).for_each(|(place, &sum)| *place = sum);
            }
        });
    result
}

/// Taps that are summed at a time.
const TAPS: usize = 3;

/// `BLOCK` outputs times `TAPS` taps are kept in registers while the positions pass.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn products<T: Scalar, R: Register<T>, const BLOCK: usize>(part: Part<T>) {
    let line = part.line;
    // What the registers hold in the end: at most 16 lanes for each of 8 outputs and each tap.
    let mut lanes = [T::ZERO; 8 * TAPS * 16];
    for (group_index, group) in part.taps.chunks(TAPS).enumerate() {
        let mut offsets = [group[0]; TAPS];
        offsets[..group.len()].copy_from_slice(group);
        for block in 0..part.outputs / BLOCK {
            for channel in 0..part.channels {
                // SAFETY: registers of zeros are numbers; `line` is a multiple of `LANES`; of that length are the slices, and
                // all lines of the block.
                unsafe {
                    let mut totals: [[R; TAPS]; BLOCK] = zeroed();
                    let plane = &part.planes[channel * part.plane..][..part.plane];
                    let lines = &part.lines[block * BLOCK * line..][..BLOCK * line];
                    let seen = offsets.map(|offset| plane[offset..][..line].as_ptr());
                    for position in (0..line).step_by(R::LANES) {
                        let mut values: [R; TAPS] = zeroed();
                        unrolled!(tap, TAPS, {
                            values[tap] = R::load(seen[tap].add(position));
                        });
                        unrolled!(output, BLOCK, {
                            let gradient = R::load(lines.as_ptr().add(output * line + position));
                            unrolled!(tap, TAPS, {
                                totals[output][tap] =
                                    values[tap].multiply_add(gradient, totals[output][tap]);
                            });
                        });
                    }
                    unrolled!(output, BLOCK, {
                        unrolled!(tap, TAPS, {
                            let place = (output * TAPS + tap) * R::LANES;
                            totals[output][tap].store(lanes[place..][..R::LANES].as_mut_ptr());
                        });
                    });
                }
                for (output, lanes) in lanes.chunks(TAPS * R::LANES).take(BLOCK).enumerate() {
                    for (tap, lanes) in lanes.chunks(R::LANES).take(group.len()).enumerate() {
                        let row =
                            (group_index * TAPS + tap) * part.outputs + block * BLOCK + output;
                        part.sums[row * part.channels + channel] += sum_of(lanes);
                    }
                }
            }
        }
    }
}

/// The sum of a register's lanes, in pairs.
#[inline(always)]
fn sum_of<T: Scalar>(lanes: &[T]) -> T {
    let mut fours = [T::ZERO; 4];
    for lanes in lanes.as_chunks::<4>().0 {
        for (four, &lane) in fours.iter_mut().zip(lanes) {
            *four += lane;
        }
    }
    (fours[0] + fours[1]) + (fours[2] + fours[3])
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn products_avx2<T: Registers>(part: Part<T>) {
    // SAFETY: this function is only called where the instructions are.
    unsafe { products::<T, T::Avx2, 4>(part) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
fn products_avx512<T: Registers>(part: Part<T>) {
    // SAFETY: as above.
    unsafe { products::<T, T::Avx512, 8>(part) }
}

/// For each tap a matrix product, (outputs, positions) with (positions, channels): in flat order both are there already.
fn matrix_products<T: Scalar>(part: Part<T>) {
    let sums = part.sums.chunks_exact_mut(part.outputs * part.channels);
    for (sums, &offset) in sums.zip(part.taps) {
        // SAFETY: `sums` is (outputs, channels), `lines` is (outputs, line). Of each plane, the numbers from `offset` on are
        // `line` at least: a plane has the slack behind its last result that rounding a line up takes.
        unsafe {
            gemm::gemm(
                part.outputs,
                part.channels,
                part.line,
                sums.as_mut_ptr(),
                1,
                part.channels as isize,
                true,
                part.lines.as_ptr(),
                1,
                part.line as isize,
                part.planes.as_ptr().add(offset),
                part.plane as isize,
                1,
                T::ONE,
                T::ONE,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
    }
}
