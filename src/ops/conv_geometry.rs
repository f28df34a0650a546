//! Which inputs of a convolution reach which outputs, and back.
//!
//! Along one axis, output `y` is reached by the inputs `y * stride + k * dilation - padding`, for each tap `k` of the kernel.
//! With `k * dilation = shift * stride + phase` that is `(y + shift) * stride + phase - padding`: so the inputs of one phase,
//! every `stride`-th, follow one another in steps of one, whatever the stride. A [`Pass`] describes this for both axes. The gradient
//! of the input takes one pass for each of its phases (Dumoulin and Visin 2016, "A guide to convolution arithmetic", 4 and 5).

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

/// One axis: result `i` of `range` is at `start + step * i`; each tap reaches it from
/// `tap.origin + source_step * (i + tap.shift)`, where that lies within the image.
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

    /// How much farther the sources of an axis reach than its results.
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

    /// Which of `length` sources from `first` on, counted from a tap's origin, lie in an image of this size.
    fn inside(&self, origin: isize, first: isize, length: usize, size: usize) -> Range<usize> {
        let step = self.source_step as isize;
        let place = origin + step * first;
        let begin = (-place.div_euclid(step)).clamp(0, length as isize);
        let end = (-(place - size as isize).div_euclid(step)).clamp(begin, length as isize);
        begin as usize..end as usize
    }

    /// The sources of `results`.
    fn line(&self, results: &Range<isize>, size: usize) -> Line {
        let first = results.start + self.least_shift();
        let length = (results.end - results.start) as usize + self.reach();
        let shared = self.origins().into_iter().map(|origin| {
            let inside = self.inside(origin, first, length, size);
            inside.start.min(length - inside.end)
        });
        let shared = shared.min().unwrap_or(0).min(self.reach());
        Line {
            first,
            length,
            pitch: length - shared,
        }
    }

    /// The part of the range whose results are in `places`.
    pub fn within(&self, places: &Range<usize>) -> Range<isize> {
        let step = self.step as isize;
        let first_at_least = |place: usize| -((self.start - place as isize).div_euclid(step));
        let start = first_at_least(places.start).max(self.range.start);
        start..first_at_least(places.end).min(self.range.end).max(start)
    }
}

/// Results and sources that follow one another in steps of one.
#[derive(Debug, Clone)]
pub struct Pass {
    pub rows: Axis,
    pub columns: Axis,
}

/// Sources along one axis. Where both ends hold only zeros, the next line begins before this one ends.
#[derive(Debug, Clone, Copy)]
struct Line {
    first: isize,
    length: usize,
    /// The distance from one line to the next.
    pitch: usize,
}

/// Space after a flat plane, so that whole registers can be read at its end.
const SLACK: usize = 64;

/// A *flat* plane: what a pass needs of one channel for some rows of results, row after row, with zeros where an image ends;
/// several images are interleaved pixel by pixel. Then the result at flat position `i` is the sum over channels and taps
/// of `weight * plane[i + tap's offset]`: every loop runs over contiguous numbers, whatever the width. What is computed
/// between rows is discarded.
#[derive(Debug, Clone)]
pub struct FlatPlane {
    /// Rows of results of each image.
    pub results: Range<isize>,
    pub images: usize,
    /// The distance from one row of results to the next.
    pub row: usize,
    /// The distance from the first result to the end of the last.
    pub span: usize,
    /// Length of the plane.
    pub length: usize,
    /// Size of an image with the sources.
    size: (usize, usize),
    rows: Line,
    columns: Line,
    /// Length of one phase.
    phase: usize,
}

impl Pass {
    fn phases(&self) -> Vec<(isize, isize)> {
        let columns = self.columns.origins();
        let rows = self.rows.origins();
        rows.iter()
            .flat_map(|&row| columns.iter().map(move |&column| (row, column)))
            .collect()
    }

    /// The plane for these rows of results of some images, whose sources have the size `(height, width)`.
    pub fn plane(
        &self,
        results: Range<isize>,
        images: usize,
        (height, width): (usize, usize),
    ) -> FlatPlane {
        let rows = self.rows.line(&results, height);
        let columns = self.columns.line(&self.columns.range, width);
        let row = columns.pitch * images;
        let phase = rows.length * row;
        let spare = (columns.length - columns.pitch) * images + SLACK;
        FlatPlane {
            images,
            row,
            span: (results.end - results.start - 1) as usize * row + self.columns.count() * images,
            length: (self.phases().len() * phase + spare).next_multiple_of(16),
            results,
            size: (height, width),
            rows,
            columns,
            phase,
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
                taps.push((
                    y.kernel,
                    x.kernel,
                    phase * plane.phase + down * plane.row + right * plane.images,
                ));
            }
        }
        taps
    }

    /// Fills such a plane from one channel of each image, which `channel_of` returns.
    pub fn fill<'a, T: Copy + 'a>(
        &self,
        plane: &FlatPlane,
        flat: &mut [T],
        channel_of: impl Fn(usize) -> &'a [T],
        zero: T,
    ) {
        let phases = self.phases();
        let (flat, slack) = flat.split_at_mut(phases.len() * plane.phase);
        slack.fill(zero);
        let ((height, width), images) = (plane.size, plane.images);
        let (rows, columns) = (plane.rows, plane.columns);
        for (flat, (y_origin, x_origin)) in flat.chunks_exact_mut(plane.phase.max(1)).zip(phases) {
            let ys = self.rows.inside(y_origin, rows.first, rows.length, height);
            let xs = self
                .columns
                .inside(x_origin, columns.first, columns.length, width);
            let step = self.columns.source_step;
            let x = (x_origin + step as isize * (columns.first + xs.start as isize)) as usize;
            for (y, line) in flat.chunks_exact_mut(plane.row).enumerate() {
                if !ys.contains(&y) || xs.is_empty() {
                    line.fill(zero);
                    continue;
                }
                let y = y_origin + self.rows.source_step as isize * (rows.first + y as isize);
                let source = y as usize * width + x;
                line[..xs.start * images].fill(zero);
                line[xs.end * images..].fill(zero);
                let line = &mut line[xs.start * images..xs.end * images];
                if images == 1 && step == 1 {
                    line.copy_from_slice(&channel_of(0)[source..][..xs.len()]);
                    continue;
                }
                for image in 0..images {
                    let sources = &channel_of(image)[source..];
                    for place in 0..xs.len() {
                        line[place * images + image] = sources[place * step];
                    }
                }
            }
        }
    }
}
