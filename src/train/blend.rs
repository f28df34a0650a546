//! One prediction from those of tiles that overlap.

use super::tiles::Tiles;
use crate::{Result, Tensor};
use candle_core::{DType, Device};

/// Weighted means of predictions so far, and sums of the weights, in those rows of the image that are not finished: a window that
/// moves down.
pub(super) struct Blend {
    width: usize,
    size: usize,
    weights: Vec<f32>,
    /// The row of the image with which the window begins.
    first_row: usize,
    /// Row by row, each channel by channel, as many as the model has.
    means: Vec<f32>,
    /// Row by row.
    totals: Vec<f32>,
}

impl Blend {
    /// For an image of `width` columns.
    pub fn new(width: usize, tiles: Tiles) -> Self {
        Blend {
            width,
            size: tiles.size,
            weights: tiles.weights(),
            first_row: 0,
            means: Vec::new(),
            totals: Vec::new(),
        }
    }

    /// The first row that is not finished.
    pub fn first_row(&self) -> usize {
        self.first_row
    }

    /// Adds the predictions (N, K, size, size) for tiles at N places, rows and columns of the image. No place may be above the first
    /// row, and K must always be the same.
    pub fn add(&mut self, places: &[(usize, usize)], predictions: &Tensor) -> Result<()> {
        let (width, size) = (self.width, self.size);
        let (_, channels, _, _) = predictions.dims4()?;
        let bottom = places.iter().map(|&(top, _)| top + size).max();
        let rows = bottom.map_or(0, |bottom| bottom - self.first_row);
        if rows * width > self.totals.len() {
            self.means.resize(rows * channels * width, 0.0);
            self.totals.resize(rows * width, 0.0);
        }
        let values: Vec<f32> = predictions
            .to_device(&Device::Cpu)?
            .to_dtype(DType::F32)?
            .flatten_all()?
            .to_vec1()?;
        let mut lines = values.chunks_exact(size);
        for &(top, left) in places {
            let top = top - self.first_row;
            let shares = self.shares(top, left);
            for channel in 0..channels {
                for (row, shares) in shares.chunks_exact(size).enumerate() {
                    let start = ((top + row) * channels + channel) * width + left;
                    let means = self.means[start..start + size].iter_mut();
                    let values = lines.next().unwrap_or_default();
                    for ((mean, value), share) in means.zip(values).zip(shares) {
                        // A value that is the mean leaves it exactly as it is.
                        *mean += (value - *mean) * share;
                    }
                }
            }
        }
        Ok(())
    }

    /// For each pixel of a tile, its share in the weights of all tiles so far, this one included.
    fn shares(&mut self, top: usize, left: usize) -> Vec<f32> {
        let mut shares = Vec::with_capacity(self.size * self.size);
        for (row, weight_of_row) in self.weights.iter().enumerate() {
            let start = (top + row) * self.width + left;
            let totals = self.totals[start..start + self.size].iter_mut();
            for (total, weight) in totals.zip(&self.weights) {
                let weight = weight * weight_of_row;
                *total += weight;
                shares.push(weight / *total);
            }
        }
        shares
    }

    /// The means (K, rows, width) of the rows above `end`, all of which have been added to. They leave the window.
    pub fn finish(&mut self, end: usize) -> Result<Tensor> {
        let rows = end - self.first_row;
        let channels = self.means.len() / self.totals.len();
        self.totals.drain(..rows * self.width);
        let means: Vec<f32> = self.means.drain(..rows * channels * self.width).collect();
        self.first_row = end;
        Tensor::from_vec(means, (rows, channels, self.width), &Device::Cpu)?.transpose(0, 1)
    }
}
