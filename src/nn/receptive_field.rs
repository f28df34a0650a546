//! What part of the image one value sees (Araujo et al. 2019, "Computing receptive fields of convolutional neural networks",
//! Distill).

use super::layer_kind::{LayerKind, Window};
use crate::ops::Pair;
use candle_core::Shape;
use std::fmt;

/// The part of a model's input that one value of a layer's output was computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceptiveField {
    /// So many rows and columns of pixels; near the edge of an image, part of them lie outside.
    Pixels(Pair),
    /// All of the input.
    Everything,
}

/// `16` for 16 x 16 pixels, else `3 x 5`, or `all`.
impl fmt::Display for ReceptiveField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReceptiveField::Pixels(Pair(rows, columns)) if rows == columns => {
                write!(formatter, "{rows}")
            }
            ReceptiveField::Pixels(Pair(rows, columns)) => write!(formatter, "{rows} x {columns}"),
            ReceptiveField::Everything => write!(formatter, "all"),
        }
    }
}

/// What the values of a feature map see, in pixels of the model's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum View {
    /// Rows and columns.
    Windows([Along; 2]),
    Everything,
    /// The size was changed by what is no layer, or the input is no image.
    Unknown,
}

/// A view along one axis: `size` pixels, `jump` pixels from those of one value to those of the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Along {
    size: f64,
    jump: f64,
}

impl View {
    /// That of the model's input itself: each pixel sees itself.
    pub fn of_input(input: &Shape) -> Self {
        let pixel = Along {
            size: 1.0,
            jump: 1.0,
        };
        match input.rank() {
            4 => View::Windows([pixel; 2]),
            _ => View::Unknown,
        }
    }

    /// That of two feature maps put together: the larger one.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (View::Unknown, _) | (_, View::Unknown) => View::Unknown,
            (View::Everything, _) | (_, View::Everything) => View::Everything,
            (View::Windows(ours), View::Windows(theirs)) => {
                View::Windows(std::array::from_fn(|axis| Along {
                    size: ours[axis].size.max(theirs[axis].size),
                    jump: ours[axis].jump.max(theirs[axis].jump),
                }))
            }
        }
    }

    /// That of the output of a layer whose input has this view.
    pub fn after(self, kind: LayerKind, input: &Shape, output: &Shape) -> Self {
        let sides = |shape: &Shape| match *shape.dims() {
            [_, _, height, width] => [height, width],
            _ => [1, 1],
        };
        let (before, after) = (sides(input), sides(output));
        match (self, kind) {
            (_, LayerKind::Linear) if input.rank() <= 2 => View::Everything,
            (_, LayerKind::Linear) => View::Unknown,
            (_, LayerKind::AdaptivePooling) if after == [1, 1] => View::Everything,
            (View::Windows(axes), _) => View::Windows(std::array::from_fn(|axis| {
                axes[axis].after(kind, axis, before[axis], after[axis])
            })),
            (view, _) => view,
        }
    }

    pub fn receptive_field(self) -> Option<ReceptiveField> {
        match self {
            View::Windows([rows, columns]) => Some(ReceptiveField::Pixels(Pair(
                rows.size.ceil() as usize,
                columns.size.ceil() as usize,
            ))),
            View::Everything => Some(ReceptiveField::Everything),
            View::Unknown => None,
        }
    }
}

impl Along {
    /// A window of `taps` values, the next of them `step` values further.
    fn seen_through(self, taps: f64, step: f64) -> Self {
        Along {
            size: self.size + (taps - 1.0) * self.jump,
            jump: self.jump * step,
        }
    }

    fn after(self, kind: LayerKind, axis: usize, before: usize, after: usize) -> Self {
        let along = |Pair(rows, columns): Pair| [rows, columns][axis] as f64;
        let reach = |window: &Window| along(window.dilation) * (along(window.kernel) - 1.0) + 1.0;
        match kind {
            LayerKind::Convolution(window) | LayerKind::Pooling(window) => {
                self.seen_through(reach(&window), along(window.stride))
            }
            // An output pixel is reached by every `stride`-th tap.
            LayerKind::TransposedConvolution(window) => {
                let stride = along(window.stride);
                self.seen_through((reach(&window) / stride).ceil(), 1.0 / stride)
            }
            // Windows that do not divide the image are larger by one at times.
            LayerKind::AdaptivePooling => {
                let more = usize::from(!before.is_multiple_of(after));
                let taps = before.div_ceil(after) + more;
                self.seen_through(taps as f64, before as f64 / after as f64)
            }
            LayerKind::Linear
            | LayerKind::Normalization
            | LayerKind::Elementwise
            | LayerKind::Join => self,
        }
    }
}
