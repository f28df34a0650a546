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
/// Numbers that are transformed at a time for the weight's gradient, and the fewest tiles: each time all sums are read and
/// written once more.
const TOGETHER: usize = 1 << 20;
const FEWEST: usize = 256;
/// Outputs of one matrix product for the weight's gradient.
const OUTPUTS: usize = 128;
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
        tiles: Tiles::of_output(geometry),
        channels: geometry.channels,
        outputs: geometry.outputs,
        bias,
        finish,
    };
    filtering.run(input, &|output, channel| {
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
        tiles: Tiles {
            source: geometry.output,
            result: geometry.input,
            padding: (2 - geometry.padding.0, 2 - geometry.padding.1),
        },
        channels: geometry.outputs,
        outputs: geometry.channels,
        bias,
        finish,
    };
    filtering.run(gradient, &|channel, output| {
        let first = (output * geometry.channels + channel) * 9;
        std::array::from_fn(|tap| weight[first + 8 - tap])
    })
}

/// How an image is cut into tiles; pairs are (rows, columns).
#[derive(Clone, Copy)]
struct Tiles {
    source: (usize, usize),
    result: (usize, usize),
    padding: (usize, usize),
}

impl Tiles {
    fn of_output(geometry: &Geometry) -> Self {
        Tiles {
            source: geometry.input,
            result: geometry.output,
            padding: geometry.padding,
        }
    }

    /// Rows of tiles in an image.
    fn rows(&self) -> usize {
        self.result.0.div_ceil(2)
    }

    /// Tiles in a row.
    fn columns(&self) -> usize {
        self.result.1.div_ceil(2)
    }

    /// Rows of tiles of all images, counted through, by image: its number and its rows.
    fn by_image(&self, rows: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        let height = self.rows();
        (rows.start / height..rows.end.div_ceil(height)).map(move |image| {
            let first = image * height;
            let start = rows.start.max(first) - first;
            (image, start..(rows.end - first).min(height))
        })
    }
}

/// Lines of a channel, each as its even and its odd numbers: then tiles that are neighbours stand side by side.
struct Halves<T> {
    line: Vec<T>,
    halves: Vec<T>,
    length: usize,
}

impl<T: Scalar> Halves<T> {
    /// `columns` tiles reach one more pair of numbers than there are tiles.
    fn new(columns: usize) -> Self {
        Halves {
            line: vec![T::ZERO; 2 * (columns + 1)],
            halves: Vec::new(),
            length: columns + 1 + SLACK,
        }
    }

    /// Lays out `count` lines of a plane from line `first` on, `padding` to the right, with zeros around them.
    fn fill(&mut self, plane: &[T], width: usize, first: isize, count: usize, padding: usize) {
        self.halves.resize(2 * count * self.length, T::ZERO);
        let lines = self.halves.chunks_exact_mut(2 * self.length).take(count);
        for (index, halves) in lines.enumerate() {
            let y = first + index as isize;
            let source = match usize::try_from(y) {
                Ok(y) if (y + 1) * width <= plane.len() => &plane[y * width..][..width],
                _ => {
                    halves.fill(T::ZERO);
                    continue;
                }
            };
            // What is behind `padding + width` is never written, and stays zero.
            let room = self.line.len() - padding;
            let seen = width.min(room);
            self.line[padding..][..seen].copy_from_slice(&source[..seen]);
            let (even, odd) = halves.split_at_mut(self.length);
            vectorize(|| part(&self.line, even, odd));
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
fn join<T: Scalar>(even: &[T], odd: &[T], bias: T, line: &mut [T]) {
    for ((pair, &even), &odd) in line.as_chunks_mut::<2>().0.iter_mut().zip(even).zip(odd) {
        *pair = [even + bias, odd + bias];
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

impl<T: Registers> Filtering<'_, T> {
    /// `weight` gives the kernel from a channel to an output, row by row.
    fn run(&self, input: &[T], weight: &(dyn Fn(usize, usize) -> [T; 9] + Sync)) -> Vec<T> {
        let loops = Loops::best();
        let weights = self.transform_weights(&loops, weight);
        let source = self.channels * self.tiles.source.0 * self.tiles.source.1;
        let images = input.len().checked_div(source).unwrap_or(0);
        let result = self.outputs * self.tiles.result.0 * self.tiles.result.1;
        // Every place of the result is in one task.
        written(images * result, |result| {
            let tasks = self.tasks(&loops, images, result);
            tasks.into_par_iter().for_each_init(
                || (Vec::new(), Vec::new()),
                |(inputs, products), task| {
                    self.compute(&loops, input, &weights, inputs, products, task);
                },
            );
        })
    }

    /// For each block of outputs, each place of a tile and each channel, the weights of the block's outputs side by side.
    fn transform_weights(
        &self,
        loops: &Loops<T>,
        weight: &(dyn Fn(usize, usize) -> [T; 9] + Sync),
    ) -> Vec<T> {
        let (block, channels) = (loops.block, self.channels);
        let mut transformed =
            vec![T::ZERO; self.outputs.div_ceil(block) * PLACES * channels * block];
        let blocks = transformed.par_chunks_exact_mut(PLACES * channels * block);
        blocks.enumerate().for_each(|(index, transformed)| {
            let first = index * block;
            for channel in 0..channels {
                for output in first..(first + block).min(self.outputs) {
                    let numbers = transform_weight(weight(output, channel));
                    let places = transformed[channel * block + output - first..].iter_mut();
                    let places = places.step_by(channels * block);
                    places
                        .zip(numbers)
                        .for_each(|(place, number)| *place = number);
                }
            }
        });
        transformed
    }

    fn tasks<'a>(
        &self,
        loops: &Loops<T>,
        images: usize,
        result: &'a mut [MaybeUninit<T>],
    ) -> Vec<Task<'a, T>> {
        let (height, width) = self.tiles.result;
        let all = images * self.tiles.rows();
        let tiles = CACHED / (PLACES * self.channels) / loops.lanes * loops.lanes;
        let rows = (tiles.max(loops.lanes) / self.tiles.columns()).max(1);
        let mut tasks: Vec<Task<T>> = (0..all)
            .step_by(rows)
            .map(|first| Task {
                rows: first..(first + rows).min(all),
                places: Vec::new(),
            })
            .collect();
        let planes = result.chunks_exact_mut(height * width).enumerate();
        for (plane, mut rest) in planes {
            let first = plane / self.outputs * self.tiles.rows();
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
        inputs: &mut Vec<T>,
        products: &mut Vec<T>,
        mut task: Task<T>,
    ) {
        let (columns, channels, block) = (self.tiles.columns(), self.channels, loops.block);
        let span = (task.rows.len() * columns).next_multiple_of(loops.lanes);
        let plane = span + SLACK;
        let inputs = aligned(inputs, PLACES * channels * plane);
        let mut halves = Halves::new(columns);
        for channel in 0..channels {
            let to = &mut inputs[channel * plane..];
            enter(
                self.tiles,
                channels,
                channel,
                input,
                &task.rows,
                &mut halves,
                |lines, first| {
                    (loops.enter)(Enter {
                        lines,
                        to: &mut to[first..],
                        step: channels * plane,
                        count: columns,
                    });
                },
            );
        }
        let products = aligned(products, PLACES * block * span + SLACK);
        let none = vec![T::ZERO; block];
        let half = columns + SLACK;
        let mut halves = vec![T::ZERO; 4 * half];
        let mut lines = vec![T::ZERO; task.rows.len() * 4 * columns];
        for (index, weights) in weights.chunks_exact(PLACES * channels * block).enumerate() {
            let of_places = weights.chunks_exact(channels * block);
            let of_places = of_places.zip(products.chunks_exact_mut(block * span));
            for ((weights, results), inputs) in of_places.zip(inputs.chunks_exact(channels * plane))
            {
                (loops.product)(Block {
                    planes: inputs,
                    plane,
                    taps: &[0],
                    weights,
                    bias: &none,
                    results,
                    span,
                });
            }
            let first = index * block;
            for output in first..(first + block).min(self.outputs) {
                let bias = self.bias.map_or(T::ZERO, |bias| bias[output]);
                for (row, lines) in lines.chunks_exact_mut(4 * columns).enumerate() {
                    (loops.leave)(Leave {
                        from: &products[(output - first) * span + row * columns..],
                        step: block * span,
                        to: &mut halves,
                        half,
                        count: columns,
                    });
                    for (halves, line) in halves
                        .chunks_exact(2 * half)
                        .zip(lines.chunks_exact_mut(2 * columns))
                    {
                        let (even, odd) = halves.split_at(half);
                        vectorize(|| join(even, odd, bias, line));
                    }
                }
                self.finish.activation.run(&mut lines);
                self.write(&mut task, output, &lines);
            }
        }
    }

    /// Puts the lines of an output where they belong; the last line and column of an odd size are thrown away.
    fn write(&self, task: &mut Task<T>, output: usize, lines: &[T]) {
        let (height, width) = self.tiles.result;
        let mut lines = lines.chunks_exact(2 * self.tiles.columns());
        let places = task.places.iter_mut().skip(output).step_by(self.outputs);
        for ((image, rows), place) in self.tiles.by_image(task.rows.clone()).zip(places) {
            let first = ((image * self.outputs + output) * height + 2 * rows.start) * width;
            let mut of_image = lines.by_ref().take(2 * rows.len());
            for (place, line) in place.chunks_exact_mut(width).zip(&mut of_image) {
                place.write_copy_of_slice(&line[..width]);
            }
            // Lines below the image.
            of_image.for_each(drop);
            if let Some(mask) = self.finish.dropout {
                // SAFETY: all lines of the place have just been written.
                mask.run(first, unsafe { place.assume_init_mut() });
            }
        }
    }
}

/// Lays out one channel for some rows of tiles, and has each row transformed: its four lines, and how many tiles are before it.
fn enter<T: Scalar>(
    tiles: Tiles,
    channels: usize,
    channel: usize,
    numbers: &[T],
    rows: &Range<usize>,
    halves: &mut Halves<T>,
    mut transform: impl FnMut([[&[T]; 2]; 4], usize),
) {
    let (height, width) = tiles.source;
    let mut before = 0;
    for (image, rows) in tiles.by_image(rows.clone()) {
        let plane = &numbers[(image * channels + channel) * height * width..][..height * width];
        let first = 2 * rows.start as isize - tiles.padding.0 as isize;
        halves.fill(plane, width, first, 2 * rows.len() + 2, tiles.padding.1);
        for row in 0..rows.len() {
            transform(
                std::array::from_fn(|line| halves.line(2 * row + line)),
                before,
            );
            before += tiles.columns();
        }
    }
}

/// The gradient of the weight, as [`conv_weight_gradient`](super::conv_weight_gradient::weight_gradient).
pub fn weight_gradient<T: Registers>(input: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    let loops = Loops::<T>::best();
    let (channels, outputs) = (geometry.channels, geometry.outputs);
    let tiles = Tiles::of_output(geometry);
    // The gradient's own lines, which begin where the tiles do.
    let results = Tiles {
        source: geometry.output,
        padding: (0, 0),
        ..tiles
    };
    let columns = tiles.columns();
    let images = gradient.len() / (outputs * geometry.output.0 * geometry.output.1).max(1);
    let all = images * tiles.rows();
    let together = (TOGETHER / (PLACES * (channels + outputs))).max(FEWEST);
    let rows = (together / columns).max(1);
    let mut sums = vec![T::ZERO; PLACES * outputs * channels];
    let (mut inputs, mut gradients) = (Vec::new(), Vec::new());
    for first in (0..all).step_by(rows) {
        let rows = first..(first + rows).min(all);
        let count = rows.len() * columns;
        let plane = count + SLACK;
        // Channel by channel, so that each is one thread's.
        let inputs = aligned(&mut inputs, channels * PLACES * plane);
        let of_channels = inputs.par_chunks_exact_mut(PLACES * plane).enumerate();
        of_channels.for_each_init(
            || Halves::new(columns),
            |halves, (channel, to)| {
                enter(
                    tiles,
                    channels,
                    channel,
                    input,
                    &rows,
                    halves,
                    |lines, first| {
                        (loops.enter)(Enter {
                            lines,
                            to: &mut to[first..],
                            step: plane,
                            count: columns,
                        });
                    },
                );
            },
        );
        let gradients = aligned(&mut gradients, outputs * PLACES * plane);
        let of_outputs = gradients.par_chunks_exact_mut(PLACES * plane).enumerate();
        of_outputs.for_each_init(
            || Halves::new(columns),
            |halves, (output, to)| {
                enter(
                    results,
                    outputs,
                    output,
                    gradient,
                    &rows,
                    halves,
                    |lines, first| {
                        (loops.spread)(Spread {
                            lines: [lines[0], lines[1]],
                            to: &mut to[first..],
                            step: plane,
                            count: columns,
                        });
                    },
                );
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
    let mut result = vec![T::ZERO; outputs * channels * 9];
    let of_outputs = result.par_chunks_exact_mut(channels * 9).enumerate();
    of_outputs.for_each(|(output, result)| {
        for (channel, result) in result.as_chunks_mut::<9>().0.iter_mut().enumerate() {
            let place = output * channels + channel;
            *result = restore_weight(std::array::from_fn(|index| {
                sums[index * outputs * channels + place]
            }));
        }
    });
    result
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
    enter: fn(Enter<T>),
    leave: fn(Leave<T>),
    spread: fn(Spread<T>),
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
            pub fn enter<T: Registers>(work: Enter<T>) {
                // SAFETY: this function is only called where the instructions are.
                unsafe { enter_tiles::<T, T::$registers>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn leave<T: Registers>(work: Leave<T>) {
                // SAFETY: as above.
                unsafe { leave_tiles::<T, T::$registers>(work) }
            }

            #[target_feature(enable = $features)]
            pub fn spread<T: Registers>(work: Spread<T>) {
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

/// A row of tiles to be transformed: four lines of inputs to 16 places, which stand `step` apart.
struct Enter<'a, T> {
    lines: [[&'a [T]; 2]; 4],
    to: &'a mut [T],
    step: usize,
    count: usize,
}

/// `B' d B` for each tile d.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn enter_tiles<T: Scalar, R: Register<T>>(work: Enter<T>) {
    for position in (0..work.count).step_by(R::LANES) {
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
                let [even, odd] =
                    work.lines[line].map(|half| half[position..][..R::LANES + 1].as_ptr());
                lines[line] = four(
                    R::load(even),
                    R::load(odd),
                    R::load(even.add(1)),
                    R::load(odd.add(1)),
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

/// A row of tiles to be brought back: from 16 places, which stand `step` apart, to two lines, each as its even and its odd
/// numbers, `half` numbers long.
struct Leave<'a, T> {
    from: &'a [T],
    step: usize,
    to: &'a mut [T],
    half: usize,
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
            unrolled!(row, 2, {
                let line = two(
                    columns[0][row],
                    columns[1][row],
                    columns[2][row],
                    columns[3][row],
                );
                unrolled!(parity, 2, {
                    let place = (2 * row + parity) * work.half + position;
                    line[parity].store(work.to[place..][..R::LANES].as_mut_ptr());
                });
            });
        }
    }
}

/// A row of gradients of tiles: two lines to 16 places, which stand `step` apart.
struct Spread<'a, T> {
    lines: [[&'a [T]; 2]; 2],
    to: &'a mut [T],
    step: usize,
    count: usize,
}

/// `A y A'` for each tile y.
///
/// # Safety
/// The processor must have the instructions of `R`.
#[inline(always)]
unsafe fn spread_tiles<T: Scalar, R: Register<T>>(work: Spread<T>) {
    for position in (0..work.count).step_by(R::LANES) {
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
                let [even, odd] =
                    work.lines[line].map(|half| half[position..][..R::LANES].as_ptr());
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
