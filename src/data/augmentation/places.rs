//! From where in an image each pixel of a new image comes.

use crate::{Error, Result, Tensor};
use candle_core::DType;

/// For each pixel of a new image, the place in the old one where its value comes from.
///
/// Going through the new pixels, and not through the old ones, leaves no holes. Whatever comes from outside the image is 0, as
/// in PyTorch's `grid_sample` with zero padding.
#[derive(Debug, Clone)]
pub struct Places {
    height: usize,
    width: usize,
    /// Row and column in the old image, row by row. Pixel (0, 0) has its centre at (0.0, 0.0).
    sources: Vec<(f64, f64)>,
}

/// What is read at a place between pixels.
#[derive(Debug, Clone, Copy)]
pub(super) enum Between {
    /// A mixture of the four pixels around, by their distances: bilinear interpolation.
    Interpolate,
    /// The value of the nearest pixel.
    Nearest,
}

impl Places {
    /// Places for a new image of `height` x `width` pixels: `source` says which row and column of the old image belong to a row
    /// and column of the new one.
    pub fn new(
        (height, width): (usize, usize),
        mut source: impl FnMut(usize, usize) -> (f64, f64),
    ) -> Self {
        let mut sources = Vec::with_capacity(height * width);
        for row in 0..height {
            sources.extend((0..width).map(|column| source(row, column)));
        }
        Places {
            height,
            width,
            sources,
        }
    }

    /// Reads a new image from `old` (C, H, W); the type of its elements remains.
    pub(super) fn read(&self, old: &Tensor, between: Between) -> Result<Tensor> {
        let (channels, height, width) = old.dims3().map_err(|_| {
            Error::Invalid(format!(
                "Augment: an image or mask must be (C, H, W), this one is {:?}",
                old.shape()
            ))
        })?;
        let values: Vec<f32> = old.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let mut new = Vec::with_capacity(channels * self.sources.len());
        for channel in 0..channels {
            let plane = Plane {
                values: &values[channel * height * width..][..height * width],
                height,
                width,
            };
            new.extend(
                self.sources
                    .iter()
                    .map(|&(row, column)| plane.at(row, column, between)),
            );
        }
        Tensor::from_vec(new, (channels, self.height, self.width), old.device())?
            .to_dtype(old.dtype())
    }
}

/// One channel of an image.
struct Plane<'a> {
    values: &'a [f32],
    height: usize,
    width: usize,
}

impl Plane<'_> {
    fn at(&self, row: f64, column: f64, between: Between) -> f32 {
        match between {
            // Ties go to the even pixel, as in PyTorch.
            Between::Nearest => self.pixel(row.round_ties_even(), column.round_ties_even()),
            Between::Interpolate => {
                let (top, left) = (row.floor(), column.floor());
                let (down, across) = ((row - top) as f32, (column - left) as f32);
                let mixed = |row| {
                    self.pixel(row, left) * (1.0 - across) + self.pixel(row, left + 1.0) * across
                };
                mixed(top) * (1.0 - down) + mixed(top + 1.0) * down
            }
        }
    }

    /// The value of a pixel, or 0 outside the image.
    fn pixel(&self, row: f64, column: f64) -> f32 {
        let is_inside = |at: f64, size: usize| at >= 0.0 && at < size as f64;
        match is_inside(row, self.height) && is_inside(column, self.width) {
            true => self.values[row as usize * self.width + column as usize],
            false => 0.0,
        }
    }
}
