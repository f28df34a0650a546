//! Direct convolution: from input to output, and by the same loops from the output's gradient to the input's.

use super::conv_geometry::{FlatPlane, Geometry, Pass};
use super::epilogue::Epilogue;
use super::memory::{with_buffers, written};
use super::scalar::Scalar;
use super::simd::{Level, Register, Registers, aligned, level, unrolled};
use rayon::prelude::*;
use std::mem::{MaybeUninit, zeroed};
use std::ops::Range;

/// Elements of flat planes that one task works on: they stay in a core's own cache.
const CACHED: usize = 1 << 17;
/// Tasks for each thread, so that no thread waits long for the last one.
const TASKS: usize = 4;

/// See [`conv_algorithm::forward`](super::conv_algorithm::forward).
pub fn forward<T: Registers>(
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    epilogue: Epilogue,
) -> Vec<T> {
    let (height, width) = geometry.kernel;
    correlate(Correlation {
        epilogue,
        sources: input,
        source_channels: geometry.channels,
        source_size: geometry.input,
        channels: geometry.outputs,
        size: geometry.output,
        bias,
        passes: &[geometry.forward()],
        weight: &|output, channel| {
            &weight[(output * geometry.channels + channel) * height * width..][..height * width]
        },
        kernel_width: width,
    })
}

/// See [`conv_algorithm::backward`](super::conv_algorithm::backward).
pub fn backward<T: Registers>(
    gradient: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    epilogue: Epilogue,
) -> Vec<T> {
    let (height, width) = geometry.kernel;
    correlate(Correlation {
        epilogue,
        sources: gradient,
        source_channels: geometry.outputs,
        source_size: geometry.output,
        channels: geometry.channels,
        size: geometry.input,
        bias,
        passes: &geometry.backward(),
        weight: &|channel, output| {
            &weight[(output * geometry.channels + channel) * height * width..][..height * width]
        },
        kernel_width: width,
    })
}

struct Correlation<'a, T> {
    epilogue: Epilogue,
    /// (N, source channels, size).
    sources: &'a [T],
    source_channels: usize,
    source_size: (usize, usize),
    channels: usize,
    size: (usize, usize),
    bias: Option<&'a [T]>,
    passes: &'a [Pass],
    /// The kernel to a channel from a source channel, row by row.
    weight: &'a (dyn Fn(usize, usize) -> &'a [T] + Sync),
    kernel_width: usize,
}

fn correlate<T: Registers>(work: Correlation<T>) -> Vec<T> {
    match level() {
        #[cfg(not(target_arch = "aarch64"))]
        Level::Portable => in_blocks::<T, 4, 4>(&work, |block| {
            // SAFETY: it needs no particular instructions.
            unsafe { outputs::<T, [T; 4], 4, 2>(block) }
        }),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => in_blocks::<T, 4, 8>(&work, |block| {
            // SAFETY: `level` has found AVX2 and FMA on this processor.
            unsafe { outputs_avx2(block) }
        }),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => in_blocks::<T, 8, 16>(&work, |block| {
            // SAFETY: `level` has found AVX-512 on this processor.
            unsafe { outputs_avx512(block) }
        }),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => in_blocks::<T, 8, 4>(&work, |block| {
            // SAFETY: every processor of this kind has NEON. Three registers of f32, or six of f64, are 12 numbers.
            unsafe { wide::<T, T::Neon, 8, 12>(block) }
        }),
    }
}

/// Some rows of the result in all channels, of one image or of several small ones: image by image, channel by channel, row by row.
struct Tile<'a, T> {
    images: Range<usize>,
    rows: Range<usize>,
    lines: Vec<&'a mut [MaybeUninit<T>]>,
}

/// A pass with its weights in the order of their use: for each block of channels, each source channel and each tap, those of the
/// block's channels, interleaved.
struct Packed<'a, T> {
    pass: &'a Pass,
    weights: Vec<T>,
}

fn pack<'a, T: Scalar, const BLOCK: usize>(work: &Correlation<T>, pass: &'a Pass) -> Packed<'a, T> {
    let taps = pass.taps(&pass.plane(0..1, 1, work.source_size));
    let depth = work.source_channels * taps.len();
    let mut weights = vec![T::ZERO; work.channels.div_ceil(BLOCK) * depth * BLOCK];
    let blocks = weights.par_chunks_exact_mut((depth * BLOCK).max(1));
    blocks.enumerate().for_each(|(block, weights)| {
        let channels = block * BLOCK..((block + 1) * BLOCK).min(work.channels);
        let of_sources = weights.chunks_exact_mut((taps.len() * BLOCK).max(1));
        for (source, weights) in of_sources.enumerate() {
            for (lane, channel) in channels.clone().enumerate() {
                let kernel = (work.weight)(channel, source);
                for (tap, &(y, x, _)) in taps.iter().enumerate() {
                    weights[tap * BLOCK + lane] = kernel[y * work.kernel_width + x];
                }
            }
        }
    });
    Packed { pass, weights }
}

fn in_blocks<T: Scalar, const BLOCK: usize, const LANES: usize>(
    work: &Correlation<T>,
    compute: impl Fn(Block<T>) + Sync,
) -> Vec<T> {
    let packed: Vec<Packed<T>> = work
        .passes
        .iter()
        .map(|pass| pack::<T, BLOCK>(work, pass))
        .collect();
    let mut bias = work.bias.map_or_else(Vec::new, <[T]>::to_vec);
    bias.resize(work.channels.div_ceil(BLOCK) * BLOCK, T::ZERO);

    let source_plane = work.source_size.0 * work.source_size.1;
    let planes = work.source_channels * source_plane;
    let images = work.sources.len().checked_div(planes).unwrap_or(0);
    let length = images * work.channels * work.size.0 * work.size.1;
    // Every element of the result is in one tile, and one pass writes it.
    written(length, |result| {
        let tiles = tiles(work, images, result).into_par_iter();
        tiles.for_each(|mut tile| {
            with_buffers(|[planes, results]| {
                for Packed { pass, weights } in &packed {
                    let rows = pass.rows.within(&tile.rows);
                    if rows.is_empty() || pass.columns.count() == 0 {
                        continue;
                    }
                    let plane = pass.plane(rows, tile.images.len(), work.source_size);
                    let planes = aligned(planes, work.source_channels * plane.length);
                    let taps: Vec<usize> = pass.taps(&plane).iter().map(|tap| tap.2).collect();
                    if !taps.is_empty() {
                        let first = tile.images.start * work.source_channels;
                        for (channel, flat) in planes.chunks_exact_mut(plane.length).enumerate() {
                            let source_of = |image: usize| {
                                let index = first + image * work.source_channels + channel;
                                &work.sources[index * source_plane..][..source_plane]
                            };
                            pass.fill(&plane, flat, source_of, T::ZERO);
                        }
                    }
                    let depth = work.source_channels * taps.len();
                    let span = plane.span.next_multiple_of(LANES);
                    let results = aligned(results, BLOCK * span);
                    for block in 0..work.channels.div_ceil(BLOCK) {
                        compute(Block {
                            planes,
                            plane: plane.length,
                            taps: &taps,
                            weights: &weights[block * depth * BLOCK..][..depth * BLOCK],
                            bias: &bias[block * BLOCK..][..BLOCK],
                            results,
                            span,
                        });
                        work.epilogue.activation.run(results);
                        let channels = block * BLOCK..((block + 1) * BLOCK).min(work.channels);
                        for (channel, results) in channels.zip(results.chunks_exact(span)) {
                            tile.write(work, pass, &plane, channel, results);
                        }
                    }
                }
            })
        });
    })
}

impl<T: Scalar> Tile<'_, T> {
    /// Puts the results of a channel where they belong.
    fn write(
        &mut self,
        work: &Correlation<T>,
        pass: &Pass,
        plane: &FlatPlane,
        channel: usize,
        results: &[T],
    ) {
        let (rows, columns) = (&pass.rows, &pass.columns);
        let first = (columns.start + columns.step as isize * columns.range.start) as usize;
        let channels = self.lines.chunks_exact_mut(self.rows.len());
        let channels = channels.skip(channel).step_by(work.channels);
        for (within, (image, lines)) in self.images.clone().zip(channels).enumerate() {
            for (index, row) in plane.results.clone().enumerate() {
                let y = (rows.start + rows.step as isize * row) as usize;
                let results = &results[index * plane.row + within..];
                let line = &mut lines[y - self.rows.start][first..];
                let count = columns.count();
                if plane.images == 1 && columns.step == 1 {
                    line[..count].write_copy_of_slice(&results[..count]);
                } else {
                    for x in 0..count {
                        line[x * columns.step].write(results[x * plane.images]);
                    }
                }
                if let Some(mask) = work.epilogue.dropout {
                    debug_assert!(columns.step == 1, "every second place is not dropped");
                    let row = (image * work.channels + channel) * work.size.0 + y;
                    // SAFETY: these places have just been written.
                    mask.run(row * work.size.1 + first, unsafe {
                        line[..count].assume_init_mut()
                    });
                }
            }
        }
    }
}

/// Divides the result into tasks, by image and by rows; a task takes several small images, so that they fill registers.
fn tiles<'a, T: Scalar>(
    work: &Correlation<T>,
    images: usize,
    result: &'a mut [MaybeUninit<T>],
) -> Vec<Tile<'a, T>> {
    let (height, width) = work.size;
    let tasks = TASKS * rayon::current_num_threads();
    // Elements that a row of the result is computed from.
    let sources = work.source_size.0 * (work.source_size.1 + SPARE_COLUMNS);
    let row = work.source_channels * sources.div_ceil(height);
    let rows = height
        .div_ceil(tasks.div_ceil(images.max(1)))
        .min((CACHED / row).max(1))
        .max(MIN_ROWS);
    let together = match rows >= height {
        true => in_equal_groups(images, 2 * CACHED / (row * height)),
        false => 1,
    };
    let image = (work.channels * height * width).max(1);
    let mut tiles = Vec::new();
    for (group, planes) in result.chunks_mut(together * image).enumerate() {
        let images = group * together..group * together + planes.len() / image;
        let first = tiles.len();
        for start in (0..height).step_by(rows) {
            tiles.push(Tile {
                images: images.clone(),
                rows: start..(start + rows).min(height),
                lines: Vec::with_capacity(images.len() * work.channels * rows),
            });
        }
        for (index, line) in planes.chunks_exact_mut(width).enumerate() {
            tiles[first + index % height / rows].lines.push(line);
        }
    }
    tiles
}

/// How many images make a group, at most `most`, so that all threads have groups of about the same size.
fn in_equal_groups(images: usize, most: usize) -> usize {
    let groups = images.div_ceil(most.max(1)).max(1);
    let groups = groups.next_multiple_of(rayon::current_num_threads());
    images.div_ceil(groups).max(1)
}

/// About as many columns as padding adds.
const SPARE_COLUMNS: usize = 2;
/// With fewer rows, copying what surrounds them costs too much.
const MIN_ROWS: usize = 4;

/// A block of channels in one tile.
pub struct Block<'a, T> {
    /// Flat planes of `plane` elements.
    pub planes: &'a [T],
    pub plane: usize,
    pub taps: &'a [usize],
    pub weights: &'a [T],
    pub bias: &'a [T],
    /// Flat results, `span` for each channel of the block.
    pub results: &'a mut [T],
    pub span: usize,
}

/// The loop itself, on as many positions at a time as `WIDE` registers hold, and on fewer at the end.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
pub unsafe fn outputs<T: Scalar, R: Register<T>, const BLOCK: usize, const WIDE: usize>(
    mut block: Block<T>,
) {
    let mut position = 0;
    while position < block.span {
        // SAFETY: as the caller promises.
        let registers = unsafe {
            match (block.span - position) / R::LANES {
                1 => strip::<T, R, BLOCK, 1>(&mut block, position),
                // Two and two are faster than three and one.
                2 | 4 => strip::<T, R, BLOCK, 2>(&mut block, position),
                registers if registers >= WIDE => strip::<T, R, BLOCK, WIDE>(&mut block, position),
                _ => strip::<T, R, BLOCK, 2>(&mut block, position),
            }
        };
        position += registers * R::LANES;
    }
}

/// Keeps `BLOCK` channels times `WIDE` registers of positions while it goes through source channels and taps. Returns `WIDE`.
///
/// # Safety
/// As for [`outputs`].
#[inline(always)]
unsafe fn strip<T: Scalar, R: Register<T>, const BLOCK: usize, const WIDE: usize>(
    block: &mut Block<T>,
    position: usize,
) -> usize {
    let lanes = WIDE * R::LANES;
    // SAFETY: registers of zeros are numbers; each is loaded from, or stored to, a slice that is as long.
    unsafe {
        let mut sums: [[R; WIDE]; BLOCK] = zeroed();
        unrolled!(channel, BLOCK, {
            let bias = R::splat(block.bias[channel]);
            unrolled!(part, WIDE, {
                sums[channel][part] = bias;
            });
        });
        let mut weights = block.weights.as_chunks::<BLOCK>().0.iter();
        for plane in block.planes.chunks_exact(block.plane) {
            for (&tap, weights) in block.taps.iter().zip(&mut weights) {
                let seen = plane[position + tap..][..lanes].as_ptr();
                let mut values: [R; WIDE] = zeroed();
                unrolled!(part, WIDE, {
                    values[part] = R::load(seen.add(part * R::LANES));
                });
                unrolled!(channel, BLOCK, {
                    let weight = R::splat(weights[channel]);
                    unrolled!(part, WIDE, {
                        sums[channel][part] =
                            values[part].multiply_add(weight, sums[channel][part]);
                    });
                });
            }
        }
        unrolled!(channel, BLOCK, {
            let place = channel * block.span + position;
            let result = block.results[place..][..lanes].as_mut_ptr();
            unrolled!(part, WIDE, {
                sums[channel][part].store(result.add(part * R::LANES));
            });
        });
    }
    WIDE
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
pub fn outputs_avx2<T: Registers>(block: Block<T>) {
    // SAFETY: this function is only called where the instructions are. Three registers of f32 are 24 numbers.
    unsafe { wide::<T, T::Avx2, 4, 24>(block) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
pub fn outputs_avx512<T: Registers>(block: Block<T>) {
    // SAFETY: as above; three registers of f32 are 48 numbers.
    unsafe { wide::<T, T::Avx512, 8, 48>(block) }
}

/// [`outputs`] with three registers of f32 or six of f64.
#[inline(always)]
pub unsafe fn wide<T: Scalar, R: Register<T>, const BLOCK: usize, const NUMBERS: usize>(
    block: Block<T>,
) {
    // SAFETY: as the caller promises.
    unsafe {
        match NUMBERS / R::LANES {
            3 => outputs::<T, R, BLOCK, 3>(block),
            _ => outputs::<T, R, BLOCK, 6>(block),
        }
    }
}
