//! The gradient of a convolution's weight, directly: for each tap the products of the output's gradient with what the tap sees.

use super::conv_geometry::{FlatPlane, Geometry, Pass};
use super::memory::written;
use super::outer_products::{Loop, OuterProducts, TASK};
use super::scalar::Scalar;
use super::simd::{Level, Register, Registers, aligned, level, unrolled};
use rayon::prelude::*;
use std::mem;
use std::ops::Range;

/// Elements of flat planes and lines that are worked on at a time: they stay in a core's own cache.
const CACHED: usize = 1 << 17;
/// Parts that are summed separately, then added: always the same, so that the sum does not depend on the number of threads.
const PARTS: usize = 8;
/// Elements that are copied at a time for outer products.
const TOGETHER: usize = 1 << 20;

/// By sums of outer products of the outputs' gradients and what all taps see.
pub fn outer_products<T: Registers>(input: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    Work::new(input, gradient, geometry).as_outer_products()
}

/// Tap by tap: the products of the outputs' gradients with what the tap sees.
pub fn tap_by_tap<T: Registers>(input: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    let work = Work::new(input, gradient, geometry);
    match level() {
        #[cfg(not(target_arch = "aarch64"))]
        Level::Portable => work.in_parts::<2, 4>(|part| {
            // SAFETY: it needs no particular instructions.
            unsafe { products::<T, [T; 4], 2>(part) }
        }),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => work.in_parts::<4, 8>(|part| {
            // SAFETY: `level` has found AVX2 and FMA on this processor.
            unsafe { products_avx2(part) }
        }),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => work.in_parts::<8, 16>(|part| {
            // SAFETY: `level` has found AVX-512 on this processor.
            unsafe { products_avx512(part) }
        }),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => work.in_parts::<8, 4>(|part| {
            // SAFETY: every processor of this kind has NEON.
            unsafe { products::<T, T::Neon, 8>(part) }
        }),
    }
}

struct Work<'a, T> {
    input: &'a [T],
    gradient: &'a [T],
    geometry: &'a Geometry,
    pass: Pass,
}

/// Some rows of some images.
#[derive(Clone)]
struct Piece {
    images: Range<usize>,
    rows: Range<usize>,
}

/// A piece, copied into place.
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

impl<'a, T: Registers> Work<'a, T> {
    fn new(input: &'a [T], gradient: &'a [T], geometry: &'a Geometry) -> Self {
        Work {
            input,
            gradient,
            geometry,
            pass: geometry.forward(),
        }
    }

    /// Divides the work so that about `numbers` elements are copied at a time.
    fn pieces(&self, numbers: usize) -> Vec<Piece> {
        let geometry = self.geometry;
        let height = geometry.output.0;
        let images =
            self.gradient.len() / (geometry.outputs * geometry.output.0 * geometry.output.1);
        let row = (geometry.channels * geometry.stride.0 * geometry.stride.1 + geometry.outputs)
            * self.pass.plane(0..1, 1, geometry.input).row;
        let rows = (numbers / row).clamp(4, height.max(4));
        // Small images are worked on together, since each sum ends with adding up a register.
        let together = (numbers / (row * rows)).max(1);
        let of_images = (0..images).step_by(together).map(|first| {
            let images = first..(first + together).min(images);
            (0..height).step_by(rows).map(move |start| Piece {
                images: images.clone(),
                rows: start..(start + rows).min(height),
            })
        });
        of_images.flatten().collect()
    }

    fn plane(&self, piece: &Piece) -> FlatPlane {
        let results = piece.rows.start as isize..piece.rows.end as isize;
        self.pass
            .plane(results, piece.images.len(), self.geometry.input)
    }

    /// Copies one channel of the input into place.
    fn fill_plane(&self, piece: &Piece, plane: &FlatPlane, channel: usize, flat: &mut [T]) {
        let (channels, (height, width)) = (self.geometry.channels, self.geometry.input);
        let channel_of = |image: usize| {
            let index = (piece.images.start + image) * channels + channel;
            &self.input[index * height * width..][..height * width]
        };
        self.pass.fill(plane, flat, channel_of, T::ZERO);
    }

    /// Copies the gradient of one output into place; nothing for an output that only fills up a block.
    fn fill_line(&self, piece: &Piece, plane: &FlatPlane, output: usize, flat: &mut [T]) {
        flat.fill(T::ZERO);
        let (outputs, (height, width)) = (self.geometry.outputs, self.geometry.output);
        if output >= outputs {
            return;
        }
        for (within, image) in piece.images.clone().enumerate() {
            let index = image * outputs + output;
            let rows = &self.gradient[index * height * width..][..height * width];
            let rows = rows[piece.rows.start * width..piece.rows.end * width].chunks_exact(width);
            for (flat, row) in flat.chunks_mut(plane.row).zip(rows) {
                if plane.images == 1 {
                    flat[..width].copy_from_slice(row);
                    continue;
                }
                for (x, &number) in row.iter().enumerate() {
                    flat[x * plane.images + within] = number;
                }
            }
        }
    }

    /// Sums over many small pieces, `PARTS` at a time.
    fn in_parts<const BLOCK: usize, const LANES: usize>(
        &self,
        compute: impl Fn(Part<T>) + Sync,
    ) -> Vec<T> {
        let channels = self.geometry.channels;
        let taps = self.geometry.kernel.0 * self.geometry.kernel.1;
        let outputs = self.geometry.outputs.next_multiple_of(BLOCK);
        let pieces = self.pieces(CACHED);
        let parts = pieces.par_chunks(pieces.len().div_ceil(PARTS).max(1));
        let parts = parts.map(|pieces| {
            let mut sums = vec![T::ZERO; taps * outputs * channels];
            let (mut planes, mut lines) = (Vec::new(), Vec::new());
            for piece in pieces {
                let plane = self.plane(piece);
                let offsets: Vec<usize> = self.pass.taps(&plane).iter().map(|tap| tap.2).collect();
                let planes = aligned(&mut planes, channels * plane.length);
                for (channel, flat) in planes.chunks_exact_mut(plane.length).enumerate() {
                    self.fill_plane(piece, &plane, channel, flat);
                }
                let line = plane.span.next_multiple_of(LANES);
                let lines = aligned(&mut lines, outputs * line);
                for (output, flat) in lines.chunks_exact_mut(line).enumerate() {
                    self.fill_line(piece, &plane, output, flat);
                }
                compute(Part {
                    planes,
                    plane: plane.length,
                    lines,
                    line,
                    taps: &offsets,
                    sums: &mut sums,
                    outputs,
                    channels,
                });
            }
            sums
        });
        let mut parts = parts.collect::<Vec<_>>().into_iter();
        let mut sums = parts.next().unwrap_or_default();
        for part in parts {
            let chunks = sums.par_chunks_mut(CACHED).zip(part.par_chunks(CACHED));
            chunks.for_each(|(sums, part)| {
                sums.iter_mut()
                    .zip(part)
                    .for_each(|(sum, &part)| *sum += part);
            });
        }
        self.in_order(&sums, outputs)
    }

    /// Sums of outer products: outputs are interleaved, and each tap of each channel is a column.
    fn as_outer_products(&self) -> Vec<T> {
        let (channels, outputs) = (self.geometry.channels, self.geometry.outputs);
        let adding = Loop::best(outputs);
        let columns = channels * self.geometry.kernel.0 * self.geometry.kernel.1;
        let (block, width) = (adding.block, self.geometry.output.1);
        let sums = written(outputs.div_ceil(block) * columns * block, |sums| {
            let (mut planes, mut lines) = (Vec::new(), Vec::new());
            for (index, piece) in self.pieces(TOGETHER).into_iter().enumerate() {
                let plane = self.plane(&piece);
                let planes = aligned(&mut planes, channels * plane.length);
                let flat = planes.par_chunks_exact_mut(plane.length).enumerate();
                flat.for_each(|(channel, flat)| self.fill_plane(&piece, &plane, channel, flat));
                let row = width * piece.images.len() * block;
                let of_block = row * piece.rows.len();
                let lines = aligned(&mut lines, outputs.div_ceil(block) * of_block);
                let rows = lines.par_chunks_exact_mut(row).enumerate();
                rows.for_each(|(line, row)| {
                    let (block_index, y) = (line / piece.rows.len(), line % piece.rows.len());
                    let outputs = block_index * block..((block_index + 1) * block).min(outputs);
                    self.fill_row(&piece.images, outputs, piece.rows.start + y, block, row);
                });
                let taps = self.pass.taps(&plane);
                let starts = (0..channels)
                    .flat_map(|channel| taps.iter().map(move |tap| (channel, tap.2)))
                    .map(|(channel, offset)| channel * plane.length + offset);
                let starts: Vec<usize> = starts.collect();
                let (planes, lines) = (&*planes, &*lines);
                let of_blocks = sums.par_chunks_exact_mut(columns * block);
                let of_blocks = of_blocks.zip(lines.par_chunks_exact(of_block));
                of_blocks.for_each(|(sums, lines)| {
                    let tasks = sums.par_chunks_mut(TASK * block);
                    tasks
                        .zip(starts.par_chunks(TASK))
                        .for_each(|(sums, starts)| {
                            for (y, lines) in lines.chunks_exact(row).enumerate() {
                                adding.add(OuterProducts {
                                    lines,
                                    numbers: &planes[y * plane.row..],
                                    columns: starts,
                                    sums,
                                    are_first: index == 0 && y == 0,
                                });
                            }
                        });
                });
            }
        });
        written(outputs * columns, |result| {
            let of_outputs = result.par_chunks_exact_mut(columns).enumerate();
            of_outputs.for_each(|(output, result)| {
                let sums = &sums[output / block * columns * block + output % block..];
                for (column, place) in result.iter_mut().enumerate() {
                    place.write(sums[column * block]);
                }
            });
        })
    }

    /// Copies the gradient of some outputs in one row of some images into place: the outputs are interleaved pixel by pixel.
    fn fill_row(
        &self,
        images: &Range<usize>,
        outputs: Range<usize>,
        y: usize,
        block: usize,
        row: &mut [T],
    ) {
        let (height, width) = self.geometry.output;
        if outputs.len() < block {
            row.fill(T::ZERO);
        }
        for (within, image) in images.clone().enumerate() {
            for (lane, output) in outputs.clone().enumerate() {
                let first = ((image * self.geometry.outputs + output) * height + y) * width;
                for (x, &number) in self.gradient[first..][..width].iter().enumerate() {
                    row[(x * images.len() + within) * block + lane] = number;
                }
            }
        }
    }

    /// From (taps, outputs, channels) to (outputs, channels, taps), without what only fills up a block.
    fn in_order(&self, sums: &[T], outputs: usize) -> Vec<T> {
        let channels = self.geometry.channels;
        let taps = sums.len() / (outputs * channels);
        let mut result = vec![T::ZERO; self.geometry.outputs * channels * taps];
        let of_outputs = result.par_chunks_mut(channels * taps).enumerate();
        of_outputs.for_each(|(output, result)| {
            for (tap, sums) in sums.chunks_exact(outputs * channels).enumerate() {
                let places = result[tap..].iter_mut().step_by(taps);
                let sums = &sums[output * channels..];
                places.zip(sums).for_each(|(place, &sum)| *place = sum);
            }
        });
        result
    }
}

/// Taps that are summed at a time.
const TAPS: usize = 3;

/// Keeps `BLOCK` outputs times `TAPS` taps in registers while it goes through the positions.
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
                    let mut totals: [[R; TAPS]; BLOCK] = mem::zeroed();
                    let plane = &part.planes[channel * part.plane..][..part.plane];
                    let lines = &part.lines[block * BLOCK * line..][..BLOCK * line];
                    let seen = offsets.map(|offset| plane[offset..][..line].as_ptr());
                    for position in (0..line).step_by(R::LANES) {
                        let mut values: [R; TAPS] = mem::zeroed();
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
    for lanes in lanes.chunks(4) {
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
