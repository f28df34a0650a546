//! Convolution with kernels of 3x3 and many channels, with fewer multiplications: Winograd's minimal filtering F(2x2, 3x3)
//! (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", 4.1).
//!
//! The result is made in tiles of 2x2. Each is reached from a tile of 4x4 inputs, and is `A' [(G g G') * (B' d B)] A` for a
//! kernel g and inputs d: 16 multiplications in the place of 36. Summed over channels, they are 16 matrix products, one for each
//! place of the tile. The gradient of the input is such a convolution, too; that of the weight takes the same steps backward.
//!
//! Rounding errors are about those of the definition. What is not a number stays where it belongs, but of an infinite input
//! the tile may become NaN.

use super::conv_geometry::Geometry;
use super::conv_kernel::{Block, outputs};
#[cfg(target_arch = "x86_64")]
use super::conv_kernel::{outputs_avx2, outputs_avx512};
use super::finish::Finish;
use super::memory::written;
use super::scalar::Scalar;
use super::simd::{Level, Register, Registers, aligned, level, unrolled, vectorize};
use rayon::prelude::*;
use std::mem::{MaybeUninit, zeroed};
use std::ops::Range;

/// With fewer channels on one side, going to tiles and back costs more than it saves.
const MANY: usize = 48;
/// Places of a tile of inputs.
const PLACES: usize = 16;
/// Numbers of transformed inputs that one task works on: they stay in a processor's own cache.
const CACHED: usize = 1 << 18;
/// Tiles whose inputs are transformed at a time for the weight's gradient where there are many weights: each time all sums are
/// read and written once more.
const TOGETHER: usize = 256;
/// Where there are fewer weights than that in all places, `PARTS` of the images are summed apart, each with what it needs in
/// a cache, and then added: always as many parts, so that sums do not depend on the number of threads.
const FEW: usize = 1 << 18;
const PARTS: usize = 8;
/// Outputs of one matrix product for the weight's gradient.
const OUTPUTS: usize = 128;
/// Tiles that stand side by side in a row of a group: as many as a product takes at a time, or its multiple.
const SIDE_BY_SIDE: usize = 48;
/// The most outputs in a block.
const BLOCK: usize = 8;
/// Room behind a line, so that whole registers may be read and written at its end.
const SLACK: usize = 32;

/// Whether a convolution can be computed so, and is faster.
pub fn suits(geometry: &Geometry) -> bool {
    geometry.kernel == (3, 3)
        && geometry.stride == (1, 1)
        && geometry.dilation == (1, 1)
        && geometry.padding.0.max(geometry.padding.1) <= 2
        && geometry.channels.min(geometry.outputs) >= MANY
}

/// As [`conv_kernel::forward`](super::conv_kernel::forward).
pub fn forward<T: Registers>(
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    finish: Finish,
) -> Vec<T> {
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

/// As [`conv_kernel::backward`](super::conv_kernel::backward): a convolution with the kernels turned round.
pub fn backward<T: Registers>(
    gradient: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    geometry: &Geometry,
    finish: Finish,
) -> Vec<T> {
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

fn images<T>(numbers: &[T], channels: usize, (height, width): (usize, usize)) -> usize {
    numbers
        .len()
        .checked_div(channels * height * width)
        .unwrap_or(0)
}

/// How images are cut into tiles; pairs are (rows, columns). Small images are taken in groups, pixel beside pixel: then a row of
/// tiles is that row of all images of a group.
#[derive(Clone, Copy)]
struct Tiles {
    source: (usize, usize),
    result: (usize, usize),
    padding: (usize, usize),
    images: usize,
    group: usize,
}

impl Tiles {
    fn new(
        source: (usize, usize),
        result: (usize, usize),
        padding: (usize, usize),
        images: usize,
    ) -> Self {
        let columns = result.1.div_ceil(2).max(1);
        let most = match columns {
            ..=8 => SIDE_BY_SIDE / columns,
            _ => 1,
        };
        let groups = images.div_ceil(most).max(1);
        let group = images.div_ceil(groups).max(1);
        Tiles {
            source,
            result,
            padding,
            images,
            group,
        }
    }

    /// Rows of tiles in an image.
    fn rows(&self) -> usize {
        self.result.0.div_ceil(2)
    }

    /// Tiles in a row of one image.
    fn columns(&self) -> usize {
        self.result.1.div_ceil(2)
    }

    /// Rows of tiles in all groups.
    fn all_rows(&self) -> usize {
        self.images.div_ceil(self.group) * self.rows()
    }

    /// Rows of all groups, counted through, by group: its images, and its rows.
    fn groups(&self, rows: &Range<usize>) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let (height, rows, tiles) = (self.rows(), rows.clone(), *self);
        (rows.start / height..rows.end.div_ceil(height)).map(move |group| {
            let first = group * height;
            let start = rows.start.max(first) - first;
            let images = group * tiles.group..((group + 1) * tiles.group).min(tiles.images);
            (images, start..(rows.end - first).min(height))
        })
    }

    /// How many tiles are in these rows.
    fn count(&self, rows: &Range<usize>) -> usize {
        let of_group = |(images, rows): (Range<usize>, Range<usize>)| images.len() * rows.len();
        self.groups(rows).map(of_group).sum::<usize>() * self.columns()
    }

    /// Lays out one channel for some rows of tiles, and has each row transformed: its four lines, and the place of its first
    /// tile.
    fn lay_out<T: Scalar>(
        &self,
        (numbers, channels, channel): (&[T], usize, usize),
        rows: &Range<usize>,
        halves: &mut Halves<T>,
        mut transform: impl FnMut(Lines<T>, usize),
    ) {
        let (height, width) = self.source;
        let mut place = 0;
        for (images, rows) in self.groups(rows) {
            let planes = images.clone().map(|image| {
                &numbers[(image * channels + channel) * height * width..][..height * width]
            });
            let first = (2 * rows.start) as isize - self.padding.0 as isize;
            halves.fill(planes, self, first, 2 * rows.len() + 2);
            for row in 0..rows.len() {
                let lines = Lines {
                    lines: std::array::from_fn(|line| halves.line(2 * row + line)),
                    images: images.len(),
                    count: images.len() * self.columns(),
                };
                let count = lines.count;
                transform(lines, place);
                place += count;
            }
        }
    }
}

/// Four lines of a row of tiles, each as its even and its odd numbers.
struct Lines<'a, T> {
    lines: [[&'a [T]; 2]; 4],
    /// From a number to the one two to the right.
    images: usize,
    count: usize,
}

/// Lines of a channel, each as its even and its odd numbers: then tiles that are neighbours stand side by side.
struct Halves<T> {
    line: Vec<T>,
    halves: Vec<T>,
    length: usize,
}

impl<T: Scalar> Halves<T> {
    /// A row of tiles reaches one more pair of numbers than there are tiles.
    fn new(tiles: &Tiles) -> Self {
        Halves {
            line: vec![T::ZERO; 2 * (tiles.columns() + 1)],
            halves: Vec::new(),
            length: (tiles.columns() + 1) * tiles.group + SLACK,
        }
    }

    /// Lays out `count` lines of some images from line `first` on, with zeros around them.
    fn fill<'a>(
        &mut self,
        planes: impl ExactSizeIterator<Item = &'a [T]>,
        tiles: &Tiles,
        first: isize,
        count: usize,
    ) where
        T: 'a,
    {
        let (width, padding, images) = (tiles.source.1, tiles.padding.1, planes.len());
        let seen = width.min(self.line.len() - padding);
        let length = self.length;
        self.halves
            .resize((2 * count * length).max(self.halves.len()), T::ZERO);
        let halves = &mut self.halves[..2 * count * length];
        if images > 1 {
            halves.fill(T::ZERO);
        }
        for (image, plane) in planes.enumerate() {
            for (index, halves) in halves.chunks_exact_mut(2 * length).enumerate() {
                let source = match usize::try_from(first + index as isize) {
                    Ok(y) if (y + 1) * width <= plane.len() => &plane[y * width..][..seen],
                    _ if images > 1 => continue,
                    _ => {
                        halves.fill(T::ZERO);
                        continue;
                    }
                };
                let (even, odd) = halves.split_at_mut(length);
                if images == 1 {
                    // What is around these is never written, and stays zero.
                    self.line[padding..][..seen].copy_from_slice(source);
                    vectorize(|| part(&self.line, even, odd));
                } else {
                    for (x, &number) in (padding..).zip(source) {
                        let half = if x % 2 == 0 { &mut *even } else { &mut *odd };
                        half[x / 2 * images + image] = number;
                    }
                }
            }
        }
    }

    fn line(&self, index: usize) -> [&[T]; 2] {
        let halves = &self.halves[2 * index * self.length..][..2 * self.length];
        halves.split_at(self.length).into()
    }
}

#[inline(always)]
fn part<T: Scalar>(line: &[T], even: &mut [T], odd: &mut [T]) {
    for ((pair, even), odd) in line.as_chunks::<2>().0.iter().zip(even).zip(odd) {
        *even = pair[0];
        *odd = pair[1];
    }
}

#[inline(always)]
fn join<T: Scalar>(even: &[T], odd: &[T], line: &mut [T]) {
    for ((pair, &even), &odd) in line.as_chunks_mut::<2>().0.iter_mut().zip(even).zip(odd) {
        *pair = [even, odd];
    }
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
    fn run(&self, input: &[T], weight: impl Fn(usize, usize) -> [T; 9] + Sync) -> Vec<T> {
        let loops = Loops::best();
        let weights = self.transform_weights(&loops, weight);
        let result = self.outputs * self.tiles.result.0 * self.tiles.result.1;
        // Every place of the result is in one task.
        written(self.tiles.images * result, |result| {
            let tasks = self.tasks(&loops, result);
            tasks
                .into_par_iter()
                .for_each_init(Memory::default, |memory, task| {
                    self.compute(&loops, input, &weights, memory, task);
                });
        })
    }

    /// For each block of outputs, each place of a tile and each channel, the weights of the block's outputs side by side.
    fn transform_weights(
        &self,
        loops: &Loops<T>,
        weight: impl Fn(usize, usize) -> [T; 9] + Sync,
    ) -> Vec<T> {
        let (block, channels) = (loops.block, self.channels);
        let numbers = PLACES * channels * block;
        written(self.outputs.div_ceil(block) * numbers, |transformed| {
            let blocks = transformed.par_chunks_exact_mut(numbers).enumerate();
            blocks.for_each(|(index, transformed)| {
                let outputs = index * block..((index + 1) * block).min(self.outputs);
                let mut side_by_side = [[T::ZERO; BLOCK]; PLACES];
                for channel in 0..channels {
                    for (lane, output) in outputs.clone().enumerate() {
                        let numbers = transform_weight(weight(output, channel));
                        for (place, number) in side_by_side.iter_mut().zip(numbers) {
                            place[lane] = number;
                        }
                    }
                    let places = transformed.chunks_exact_mut(channels * block);
                    for (place, numbers) in places.zip(&side_by_side) {
                        place[channel * block..][..block].write_copy_of_slice(&numbers[..block]);
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

    fn compute(
        &self,
        loops: &Loops<T>,
        input: &[T],
        weights: &[T],
        memory: &mut Memory<T>,
        mut task: Task<T>,
    ) {
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
                self.finish.activation.run(results);
                self.write(&mut task, output, results);
            }
        }
    }

    /// Puts the results of an output where they belong: quarters of their tiles, one after the other. The last line and column
    /// of an odd size are thrown away.
    fn write(&self, task: &mut Task<T>, output: usize, results: &[T]) {
        let (tiles, (height, width)) = (&self.tiles, self.tiles.result);
        let quarter = results.len() / 4;
        let (pairs, mut line) = (tiles.columns(), vec![T::ZERO; 2 * tiles.columns()]);
        let mut places = task.places.iter_mut().skip(output).step_by(self.outputs);
        let mut before = 0;
        for (images, rows) in tiles.groups(&task.rows) {
            let row = images.len() * pairs;
            for (within, place) in places.by_ref().take(images.len()).enumerate() {
                for (y, place) in place.chunks_exact_mut(width).enumerate() {
                    let first = y % 2 * 2 * quarter + before + y / 2 * row;
                    let (even, odd) = (&results[first..], &results[first + quarter..]);
                    if images.len() == 1 {
                        vectorize(|| join(&even[..pairs], &odd[..pairs], &mut line));
                        place.write_copy_of_slice(&line[..width]);
                    } else {
                        for (x, place) in place.iter_mut().enumerate() {
                            let half = if x % 2 == 0 { even } else { odd };
                            place.write(half[x / 2 * images.len() + within]);
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

/// The gradient of the weight, as [`conv_weight_gradient`](super::conv_weight_gradient::weight_gradient).
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

/// Channels whose kernels are restored at a time.
const LANES: usize = 16;

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
        // Channel by channel, so that each is one thread's.
        let inputs = aligned(&mut memory.0, channels * PLACES * plane);
        let of_channels = inputs.par_chunks_exact_mut(PLACES * plane).enumerate();
        of_channels.for_each_init(
            || Halves::new(&self.inputs),
            |halves, (channel, to)| {
                let numbers = (self.input, channels, channel);
                self.inputs.lay_out(numbers, &rows, halves, |lines, first| {
                    (self.loops.enter)(Change {
                        lines,
                        to: &mut to[first..],
                        step: plane,
                    });
                });
            },
        );
        let gradients = aligned(&mut memory.1, outputs * PLACES * plane);
        let of_outputs = gradients.par_chunks_exact_mut(PLACES * plane).enumerate();
        of_outputs.for_each_init(
            || Halves::new(&self.gradients),
            |halves, (output, to)| {
                let numbers = (self.gradient, outputs, output);
                self.gradients
                    .lay_out(numbers, &rows, halves, |lines, first| {
                        (self.loops.spread)(Change {
                            lines,
                            to: &mut to[first..],
                            step: plane,
                        });
                    });
            },
        );
        let (inputs, gradients) = (&*inputs, &*gradients);
        let of_places = sums.par_chunks_exact_mut(outputs * channels).enumerate();
        of_places.for_each(|(place, sums)| {
            let blocks = sums
                .par_chunks_mut(OUTPUTS * channels)
                .zip(gradients.par_chunks(OUTPUTS * PLACES * plane));
            blocks.for_each(|(sums, gradients)| {
                // SAFETY: of each output and each channel `count` numbers are read from `place * plane` on, which end within
                // its `PLACES * plane` numbers; `sums` is (as many outputs, channels).
                unsafe {
                    gemm::gemm(
                        sums.len() / channels,
                        channels,
                        count,
                        sums.as_mut_ptr(),
                        1,
                        channels as isize,
                        true,
                        gradients.as_ptr().add(place * plane),
                        1,
                        (PLACES * plane) as isize,
                        inputs.as_ptr().add(place * plane),
                        (PLACES * plane) as isize,
                        1,
                        T::ONE,
                        T::ONE,
                        false,
                        false,
                        false,
                        gemm::Parallelism::None,
                    );
                }
            });
        });
    }
}

/// `G g G'` for a kernel g: 4x4 numbers.
fn transform_weight<T: Scalar>(kernel: [T; 9]) -> [T; PLACES] {
    let half = T::of(0.5);
    let four = |a: T, b: T, c: T| {
        let (ends, middle) = (half * (a + c), half * b);
        [a, ends + middle, ends - middle, c]
    };
    let columns: [[T; 4]; 3] =
        std::array::from_fn(|x| four(kernel[x], kernel[3 + x], kernel[6 + x]));
    let rows: [[T; 4]; 4] =
        std::array::from_fn(|y| four(columns[0][y], columns[1][y], columns[2][y]));
    std::array::from_fn(|place| rows[place / 4][place % 4])
}

/// `G' u G`: back from the gradient of 4x4 numbers to that of the kernel.
fn restore_weight<T: Scalar>(numbers: [T; PLACES]) -> [T; 9] {
    let half = T::of(0.5);
    let three = |a: T, b: T, c: T, d: T| {
        let sum = half * (b + c);
        [a + sum, half * (b - c), sum + d]
    };
    let columns: [[T; 3]; 4] =
        std::array::from_fn(|x| three(numbers[x], numbers[4 + x], numbers[8 + x], numbers[12 + x]));
    let rows: [[T; 3]; 3] =
        std::array::from_fn(|y| three(columns[0][y], columns[1][y], columns[2][y], columns[3][y]));
    std::array::from_fn(|tap| rows[tap / 3][tap % 3])
}

/// The inner loops, compiled for one instruction set.
struct Loops<T> {
    /// Outputs and positions that `product` computes at a time.
    block: usize,
    lanes: usize,
    product: fn(Block<T>),
    enter: fn(Change<T>),
    leave: fn(Leave<T>),
    spread: fn(Change<T>),
}

impl<T: Registers> Loops<T> {
    fn best() -> Self {
        // SAFETY: of all closures: `level` has found the instructions on this processor, or none are needed.
        match level() {
            Level::Portable => Loops {
                block: 4,
                lanes: 8,
                product: |block| unsafe { outputs::<T, [T; 4], 4, 2>(block) },
                enter: |work| unsafe { enter_tiles::<T, [T; 4]>(work) },
                leave: |work| unsafe { leave_tiles::<T, [T; 4]>(work) },
                spread: |work| unsafe { spread_tiles::<T, [T; 4]>(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => Loops {
                block: 4,
                lanes: 24,
                product: |block| unsafe { outputs_avx2(block) },
                enter: |work| unsafe { avx2::enter(work) },
                leave: |work| unsafe { avx2::leave(work) },
                spread: |work| unsafe { avx2::spread(work) },
            },
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Loops {
                block: 8,
                lanes: 48,
                product: |block| unsafe { outputs_avx512(block) },
                enter: |work| unsafe { avx512::enter(work) },
                leave: |work| unsafe { avx512::leave(work) },
                spread: |work| unsafe { avx512::spread(work) },
            },
        }
    }
}

/// The loops on tiles with the registers of an instruction set.
#[cfg(target_arch = "x86_64")]
macro_rules! compiled_for {
    ($name:ident, $registers:ident, $features:literal) => {
        mod $name {
            use super::*;

            #[target_feature(enable = $features)]
            pub fn enter<T: Registers>(work: Change<T>) {
                // SAFETY: this function is only called where the instructions are.
                unsafe { enter_tiles::<T, T::$registers>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn leave<T: Registers>(work: Leave<T>) {
                // SAFETY: as above.
                unsafe { leave_tiles::<T, T::$registers>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn spread<T: Registers>(work: Change<T>) {
                // SAFETY: as above.
                unsafe { spread_tiles::<T, T::$registers>(work) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
compiled_for!(avx2, Avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
compiled_for!(avx512, Avx512, "avx512f,fma");

/// A row of tiles to be transformed: from its lines to 16 places, which stand `step` apart.
struct Change<'a, T> {
    lines: Lines<'a, T>,
    to: &'a mut [T],
    step: usize,
}

/// `B' d B` for each tile d.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn enter_tiles<T: Scalar, R: Register<T>>(work: Change<T>) {
    let next = work.lines.images;
    for position in (0..work.lines.count).step_by(R::LANES) {
        // SAFETY: registers of zeros are numbers; each is loaded from, or stored to, a slice that is as long.
        unsafe {
            let (plus, minus) = (R::splat(T::ONE), R::splat(-T::ONE));
            let four = |a: R, b: R, c: R, d: R| {
                [
                    c.multiply_add(minus, a),
                    b.multiply_add(plus, c),
                    b.multiply_add(minus, c),
                    d.multiply_add(minus, b),
                ]
            };
            let mut lines: [[R; 4]; 4] = zeroed();
            unrolled!(line, 4, {
                let halves = work.lines.lines[line];
                let [even, odd] = halves.map(|half| half[position..][..next + R::LANES].as_ptr());
                lines[line] = four(
                    R::load(even),
                    R::load(odd),
                    R::load(even.add(next)),
                    R::load(odd.add(next)),
                );
            });
            unrolled!(column, 4, {
                let places = four(
                    lines[0][column],
                    lines[1][column],
                    lines[2][column],
                    lines[3][column],
                );
                unrolled!(row, 4, {
                    let place = (4 * row + column) * work.step + position;
                    places[row].store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// Tiles to be brought back: from 16 places, which stand `step` apart, to the four quarters of the tiles.
struct Leave<'a, T> {
    from: &'a [T],
    step: usize,
    bias: T,
    to: &'a mut [T],
    quarter: usize,
    count: usize,
}

/// `A' m A` for each tile m.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn leave_tiles<T: Scalar, R: Register<T>>(work: Leave<T>) {
    for position in (0..work.count).step_by(R::LANES) {
        // SAFETY: as in `enter_tiles`.
        unsafe {
            let (plus, minus) = (R::splat(T::ONE), R::splat(-T::ONE));
            let two = |a: R, b: R, c: R, d: R| {
                let (sum, difference) = (b.multiply_add(plus, c), c.multiply_add(minus, b));
                [sum.multiply_add(plus, a), d.multiply_add(minus, difference)]
            };
            let mut columns: [[R; 2]; 4] = zeroed();
            unrolled!(column, 4, {
                let mut places: [R; 4] = zeroed();
                unrolled!(row, 4, {
                    let place = (4 * row + column) * work.step + position;
                    places[row] = R::load(work.from[place..][..R::LANES].as_ptr());
                });
                columns[column] = two(places[0], places[1], places[2], places[3]);
            });
            let bias = R::splat(work.bias);
            unrolled!(row, 2, {
                let line = two(
                    columns[0][row],
                    columns[1][row],
                    columns[2][row],
                    columns[3][row],
                );
                unrolled!(parity, 2, {
                    let place = (2 * row + parity) * work.quarter + position;
                    let quarter = line[parity].multiply_add(plus, bias);
                    quarter.store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// `A y A'` for each tile y.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn spread_tiles<T: Scalar, R: Register<T>>(work: Change<T>) {
    for position in (0..work.lines.count).step_by(R::LANES) {
        // SAFETY: as in `enter_tiles`.
        unsafe {
            let (plus, minus, zero) = (R::splat(T::ONE), R::splat(-T::ONE), R::splat(T::ZERO));
            let four = |a: R, b: R| {
                [
                    a,
                    b.multiply_add(plus, a),
                    b.multiply_add(minus, a),
                    b.multiply_add(minus, zero),
                ]
            };
            let mut lines: [[R; 4]; 2] = zeroed();
            unrolled!(line, 2, {
                let halves = work.lines.lines[line];
                let [even, odd] = halves.map(|half| half[position..][..R::LANES].as_ptr());
                lines[line] = four(R::load(even), R::load(odd));
            });
            unrolled!(column, 4, {
                let places = four(lines[0][column], lines[1][column]);
                unrolled!(row, 4, {
                    let place = (4 * row + column) * work.step + position;
                    places[row].store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Result;
    use crate::ops::gradient_check::normal;
    use crate::ops::{Activation, ConvOptions, backward, conv2d, dropout, tanh};
    use candle_core::{DType, Tensor, Var};

    /// Result and gradients of input, weight and bias.
    fn of(
        inputs: &[Tensor; 3],
        compute: impl Fn(&[Var; 3]) -> Result<Tensor>,
    ) -> Result<Vec<Tensor>> {
        let variables = inputs
            .each_ref()
            .map(|input| Var::from_tensor(input).unwrap());
        let result = compute(&variables)?;
        let weights = normal(result.dims(), 9).to_dtype(result.dtype())?;
        let gradients = backward(&(&result * weights)?.sum_all()?)?;
        let of_variables = variables
            .iter()
            .map(|variable| gradients.get(variable).unwrap().clone());
        Ok([result].into_iter().chain(of_variables).collect())
    }

    /// With half of the channels, convolution goes by its definition.
    fn in_halves(variables: &[Var; 3], options: &ConvOptions) -> Result<Tensor> {
        let [input, weight, bias] = variables;
        let half = input.dim(1)? / 2;
        let parts = [0, half].map(|first| {
            let bias = (first == 0).then_some(bias.as_tensor());
            conv2d(
                &input.narrow(1, first, half)?,
                &weight.narrow(1, first, half)?,
                bias,
                options,
            )
        });
        let [first, second] = parts;
        Ok((first? + second?)?)
    }

    #[test]
    fn results_and_gradients_are_those_of_the_definition() {
        for (n, (h, w), outputs, padding) in [
            (1, (1, 1), 48, (1, 1)),
            (2, (7, 7), 50, (1, 1)),
            (3, (4, 5), 48, (0, 2)),
            (1, (3, 90), 61, (2, 0)),
            (5, (14, 9), 48, (1, 0)),
        ] {
            let inputs = [
                normal(&[n, 50, h, w], 1),
                normal(&[outputs, 50, 3, 3], 2),
                normal(&[outputs], 3),
            ];
            let plain = ConvOptions::new().padding(padding);
            let finished = plain.activation(Activation::Tanh).dropout(0.3, 5);
            for (dtype, tolerance) in [(DType::F64, 1e-9), (DType::F32, 1e-3)] {
                let inputs = inputs
                    .each_ref()
                    .map(|input| input.to_dtype(dtype).unwrap());
                let ours = of(&inputs, |[input, weight, bias]| {
                    conv2d(input, weight, Some(bias), &finished)
                });
                let wanted = of(&inputs, |variables| {
                    dropout(&tanh(&in_halves(variables, &plain)?)?, 0.3, 5)
                });
                for (ours, wanted) in ours.unwrap().iter().zip(wanted.unwrap()) {
                    assert_eq!(ours.dims(), wanted.dims());
                    let error = (ours - wanted)
                        .unwrap()
                        .abs()
                        .unwrap()
                        .flatten_all()
                        .unwrap();
                    let error = error.max(0).unwrap().to_dtype(DType::F64).unwrap();
                    let error: f64 = error.to_scalar().unwrap();
                    assert!(error < tolerance, "{h} x {w}, {dtype:?}: {error}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_reaches_what_it_would_reach_by_definition() {
        let weight = normal(&[48, 48, 3, 3], 1);
        for place in 0..36 {
            let mut numbers = vec![0.0; 48 * 36];
            numbers[7 * 36 + place] = f64::NAN;
            let image = Tensor::from_vec(numbers, (1, 48, 6, 6), weight.device()).unwrap();
            let result = conv2d(&image, &weight, None, &ConvOptions::new().padding(1)).unwrap();
            let result = result.narrow(1, 3, 1).unwrap().reshape((6, 6)).unwrap();
            for (y, line) in result.to_vec2::<f64>().unwrap().iter().enumerate() {
                for (x, number) in line.iter().enumerate() {
                    let is_near = y.abs_diff(place / 6) <= 1 && x.abs_diff(place % 6) <= 1;
                    assert_eq!(number.is_nan(), is_near, "{place}: {y}, {x}");
                }
            }
        }
    }
}
