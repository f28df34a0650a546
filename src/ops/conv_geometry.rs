//! Where the numbers of a convolution meet: which inputs reach which outputs, and back.
//!
//! Along one axis output `y` is reached by the inputs `y * stride + k * dilation - padding`, for each tap `k` of the kernel.
//! With `k * dilation = shift * stride + phase` that is `(y + shift) * stride + phase - padding`: so the inputs of one phase,
//! every `stride`-th, are met in steps of one, whatever the stride. A [`Pass`] says so for both axes. The gradient of the
//! input takes a pass for each phase of its own (Dumoulin and Visin 2016, "A guide to convolution arithmetic", 4 and 5).

use std::ops::Range;

/// The sizes of a convolution; pairs are (rows, columns).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    pub channels: usize,
    pub outputs: usize,
    pub input: (usize, usize),
    pub output: (usize, usize),
    pub kernel: (usize, usize),
    pub stride: (usize, usize),
    pub padding: (usize, usize),
    pub dilation: (usize, usize),
}

impl Geometry {
    /// The one pass from input to output.
    pub fn forward(&self) -> Pass {
        let axis = |kernel: usize, stride: usize, padding: usize, dilation: usize, size: usize| {
            let taps = (0..kernel).map(|tap| Tap {
                kernel: tap,
                origin: (tap * dilation % stride) as isize - padding as isize,
                shift: (tap * dilation / stride) as isize,
            });
            Axis {
                start: 0,
                step: 1,
                range: 0..size as isize,
                source_step: stride,
                taps: taps.collect(),
            }
        };
        Pass {
            rows: axis(
                self.kernel.0,
                self.stride.0,
                self.padding.0,
                self.dilation.0,
                self.output.0,
            ),
            columns: axis(
                self.kernel.1,
                self.stride.1,
                self.padding.1,
                self.dilation.1,
                self.output.1,
            ),
        }
    }

    /// The passes from the output's gradient to the input's, or from the input to the output of a transposed convolution.
    pub fn backward(&self) -> Vec<Pass> {
        let axes = |kernel: usize, stride: usize, padding: usize, dilation: usize, size: usize| {
            (0..stride).map(move |phase| {
                let start = phase as isize - padding as isize;
                let step = stride as isize;
                let taps = (0..kernel)
                    .filter(|tap| tap * dilation % stride == phase)
                    .map(|tap| Tap {
                        kernel: tap,
                        origin: 0,
                        shift: -((tap * dilation / stride) as isize),
                    });
                Axis {
                    start,
                    step: stride,
                    range: (-start).div_euclid(step) + isize::from((-start).rem_euclid(step) != 0)
                        ..(size as isize - 1 - start).div_euclid(step) + 1,
                    source_step: 1,
                    taps: taps.collect(),
                }
            })
        };
        let rows = axes(
            self.kernel.0,
            self.stride.0,
            self.padding.0,
            self.dilation.0,
            self.input.0,
        );
        rows.flat_map(|rows| {
            let columns = axes(
                self.kernel.1,
                self.stride.1,
                self.padding.1,
                self.dilation.1,
                self.input.1,
            );
            columns.map(move |columns| Pass {
                rows: rows.clone(),
                columns,
            })
        })
        .collect()
    }
}

/// One tap of the kernel along one axis.
#[derive(Debug, Clone, Copy)]
pub struct Tap {
    pub kernel: usize,
    origin: isize,
    shift: isize,
}

/// One axis: result `i` of `range` stands at `start + step * i`; for each tap it is reached from
/// `tap.origin + source_step * (i + tap.shift)`, where there is something.
#[derive(Debug, Clone)]
pub struct Axis {
    pub start: isize,
    pub step: usize,
    pub range: Range<isize>,
    source_step: usize,
    taps: Vec<Tap>,
}

impl Axis {
    fn least_shift(&self) -> isize {
        self.taps.iter().map(|tap| tap.shift).min().unwrap_or(0)
    }

    /// How much farther than its results the sources of an axis reach.
    fn reach(&self) -> usize {
        let most = self.taps.iter().map(|tap| tap.shift).max().unwrap_or(0);
        (most - self.least_shift()) as usize
    }

    fn origins(&self) -> Vec<isize> {
        let mut origins: Vec<isize> = self.taps.iter().map(|tap| tap.origin).collect();
        origins.sort_unstable();
        origins.dedup();
        origins
    }

    /// How many results there are.
    pub fn count(&self) -> usize {
        (self.range.end - self.range.start).max(0) as usize
    }

    /// The part of the range whose results stand in `places`.
    pub fn within(&self, places: &Range<usize>) -> Range<isize> {
        let step = self.step as isize;
        let first_at_least = |place: usize| -((self.start - place as isize).div_euclid(step));
        let start = first_at_least(places.start).max(self.range.start);
        start..first_at_least(places.end).min(self.range.end).max(start)
    }
}

/// Results and sources that meet in steps of one.
#[derive(Debug, Clone)]
pub struct Pass {
    pub rows: Axis,
    pub columns: Axis,
}

/// Room behind a flat plane, so that whole registers may be read at its end.
const SLACK: usize = 64;

/// A *flat* plane: what a pass needs of one channel for some rows of results, row after row, with zeros where the image
/// ends. Then the result at flat position `i` is the sum over channels and taps of `weight * plane[i + tap's offset]`: every
/// loop runs over contiguous numbers, whatever the width. What is computed at the end of each row, where it reaches into the
/// next, is thrown away.
#[derive(Debug, Clone)]
pub struct FlatPlane {
    /// Rows of results.
    pub results: Range<isize>,
    /// Length of a row.
    pub row: usize,
    /// Length of the plane.
    pub length: usize,
    /// Rows of one phase.
    rows: usize,
}

impl Pass {
    fn phases(&self) -> Vec<(isize, isize)> {
        let columns = self.columns.origins();
        let rows = self.rows.origins();
        rows.iter()
            .flat_map(|&row| columns.iter().map(move |&column| (row, column)))
            .collect()
    }

    /// The plane for these rows of results.
    pub fn plane(&self, results: Range<isize>) -> FlatPlane {
        let row = self.columns.count() + self.columns.reach();
        let rows = (results.end - results.start) as usize + self.rows.reach();
        let length = (self.phases().len() * rows * row + SLACK).next_multiple_of(16);
        FlatPlane {
            results,
            row,
            length,
            rows,
        }
    }

    /// Taps with their offsets in such a plane, row by row of the kernel: (row, column, offset).
    pub fn taps(&self, plane: &FlatPlane) -> Vec<(usize, usize, usize)> {
        let (row_origins, column_origins) = (self.rows.origins(), self.columns.origins());
        let index = |origins: &[isize], origin| origins.binary_search(&origin).unwrap_or(0);
        let mut taps = Vec::new();
        for y in &self.rows.taps {
            for x in &self.columns.taps {
                let phase = index(&row_origins, y.origin) * column_origins.len()
                    + index(&column_origins, x.origin);
                let down = (y.shift - self.rows.least_shift()) as usize;
                let right = (x.shift - self.columns.least_shift()) as usize;
                let offset = (phase * plane.rows + down) * plane.row + right;
                taps.push((y.kernel, x.kernel, offset));
            }
        }
        taps
    }

    /// Fills such a plane from a channel of (height, width).
    pub fn fill<T: Copy>(
        &self,
        plane: &FlatPlane,
        flat: &mut [T],
        channel: &[T],
        (height, width): (usize, usize),
        zero: T,
    ) {
        let phases = self.phases();
        let (flat, slack) = flat.split_at_mut(phases.len() * plane.rows * plane.row);
        slack.fill(zero);
        let (step_down, step_right) = (self.rows.source_step, self.columns.source_step);
        let top = plane.results.start + self.rows.least_shift();
        let left = self.columns.range.start + self.columns.least_shift();
        for (block, (y_origin, x_origin)) in flat
            .chunks_exact_mut((plane.rows * plane.row).max(1))
            .zip(phases)
        {
            for (y, line) in block.chunks_exact_mut(plane.row).enumerate() {
                let source_y = y_origin + step_down as isize * (top + y as isize);
                if source_y < 0 || source_y >= height as isize {
                    line.fill(zero);
                    continue;
                }
                let source = &channel[source_y as usize * width..][..width];
                let first_x = x_origin + step_right as isize * left;
                let step = step_right as isize;
                // The first column at or right of the image's left edge, and the first right of its right edge.
                let begin = (-first_x.div_euclid(step)).clamp(0, line.len() as isize) as usize;
                let end = (-(first_x - width as isize).div_euclid(step))
                    .clamp(begin as isize, line.len() as isize) as usize;
                line[..begin].fill(zero);
                line[end..].fill(zero);
                if begin < end {
                    let from = (first_x + step * begin as isize) as usize;
                    if step_right == 1 {
                        line[begin..end].copy_from_slice(&source[from..from + end - begin]);
                    } else {
                        let sources = source[from..].iter().step_by(step_right);
                        line[begin..end]
                            .iter_mut()
                            .zip(sources)
                            .for_each(|(to, &from)| *to = from);
                    }
                }
            }
        }
    }
}
