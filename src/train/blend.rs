//! One prediction from those of tiles that overlap.

use super::tiles::Tiles;
use crate::{Result, Tensor};
use candle_core::{DType, Device};

/// Sums of weighted predictions, and of the weights, in those rows of the image that are not finished: a window that moves down.
pub(super) struct Blend {
    width: usize,
    size: usize,
    weights: Vec<f32>,
    /// The row of the image with which the window begins.
    first_row: usize,
    /// Row by row, each channel by channel, as many as the model has.
    sums: Vec<f32>,
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
            sums: Vec::new(),
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
            self.sums.resize(rows * channels * width, 0.0);
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
            for channel in 0..channels {
                for (row, values) in lines.by_ref().take(size).enumerate() {
                    let start = ((top + row) * channels + channel) * width + left;
                    let sums = &mut self.sums[start..start + size];
                    for ((sum, value), weight) in sums.iter_mut().zip(values).zip(&self.weights) {
                        *sum += value * (weight * self.weights[row]);
                    }
                }
            }
            for row in 0..size {
                let start = (top + row) * width + left;
                let totals = &mut self.totals[start..start + size];
                for (total, weight) in totals.iter_mut().zip(&self.weights) {
                    *total += weight * self.weights[row];
                }
            }
        }
        Ok(())
    }

    /// The means (K, rows, width) of the rows above `end`, all of which have been added to. They leave the window.
    pub fn finish(&mut self, end: usize) -> Result<Tensor> {
        let rows = end - self.first_row;
        let channels = self.sums.len() / self.totals.len();
        let totals: Vec<f32> = self.totals.drain(..rows * self.width).collect();
        let mut means: Vec<f32> = self.sums.drain(..rows * channels * self.width).collect();
        let lines = means.chunks_exact_mut(self.width);
        for (number, line) in lines.enumerate() {
            let totals = &totals[number / channels * self.width..];
            for (mean, total) in line.iter_mut().zip(totals) {
                *mean /= total;
            }
        }
        self.first_row = end;
        Tensor::from_vec(means, (rows, channels, self.width), &Device::Cpu)?.transpose(0, 1)
    }
}
