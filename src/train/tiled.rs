//! A model on an image that is larger than those that it learned from, piece by piece.

use crate::display::interrupt::{Guard, interrupted};
use crate::nn::no_grad;
use crate::ops::reflect_pad2d;
use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};

/// How to cut an image into tiles.
///
/// ```
/// use eosin::train::Tiles;
/// let tiles = Tiles::new(256, 64).batch_size(4);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Tiles {
    size: usize,
    overlap: usize,
    batch_size: usize,
}

impl Tiles {
    /// Squares of `size` x `size` pixels, such as the model learned from, of which neighbours have at least `overlap` pixels in
    /// common.
    pub fn new(size: usize, overlap: usize) -> Self {
        Tiles {
            size,
            overlap,
            batch_size: 8,
        }
    }

    /// How many tiles the model gets at once (at least 1), by default 8. Fewer need less memory.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size.max(1);
        self
    }

    fn check(&self) -> Result<()> {
        match self.overlap < self.size {
            true => Ok(()),
            false => Err(Error::Invalid(format!(
                "predict_tiled: tiles of {} pixels overlap by {}; the overlap must be smaller than the tile, such as a quarter of it",
                self.size, self.overlap
            ))),
        }
    }

    /// Where tiles begin along a side of `length` pixels, which is at least a tile long: at both ends, and evenly between them.
    fn starts(&self, length: usize) -> Vec<usize> {
        let way = length - self.size;
        let steps = way.div_ceil(self.size - self.overlap);
        (0..=steps).map(|step| step * way / steps.max(1)).collect()
    }

    /// How much each pixel along a side of a tile counts: less within the overlap, the closer to the edge, but never nothing.
    fn weights(&self) -> Vec<f32> {
        let ramp = (self.overlap + 1) as f32;
        let weight = |at: usize| ((at.min(self.size - 1 - at) + 1) as f32 / ramp).min(1.0);
        (0..self.size).map(weight).collect()
    }
}

/// What `forward` makes of `image` (C, H, W), computed tile by tile: (K, H, W), f32, on the CPU. `forward` gets tiles
/// (N, C, size, size) and returns (N, K, size, size), such as logits.
///
/// Near the edge of a tile a model sees only half of what is around a pixel, so that tiles overlap, and where they do, the result is a
/// mean that trusts a tile less the closer its edge is, as for nnU-Net (Isensee et al. 2021). An image that is smaller than a tile goes
/// on as in a mirror; the result is cut back.
///
/// No gradients are followed. Set the model to evaluation mode before, by `model.eval()`.
///
/// ```
/// use eosin::prelude::*;
/// use eosin::train::{Tiles, predict_tiled};
/// let model = UNet::new(42, &Device::Cpu)?;
/// model.eval();
/// let image = Tensor::rand(0f32, 1., (3, 70, 40), &Device::Cpu)?;
/// let logits = predict_tiled(|tiles| model.forward(tiles), &image, Tiles::new(64, 16))?;
/// assert_eq!(logits.dims(), [1, 70, 40]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image is not (C, H, W) or has no pixels, the overlap is not smaller than a tile, `forward` fails or returns another
/// shape, or you interrupt it.
pub fn predict_tiled(
    forward: impl Fn(&Tensor) -> Result<Tensor>,
    image: &Tensor,
    tiles: Tiles,
) -> Result<Tensor> {
    tiles.check()?;
    let (height, width) = match *image.dims() {
        [_, height, width] if height > 0 && width > 0 => (height, width),
        ref shape => {
            return Err(Error::Invalid(format!(
                "predict_tiled: an image must be (C, H, W) and have pixels, this one is {shape:?}"
            )));
        }
    };
    let missing = |side: usize| {
        let missing = tiles.size.saturating_sub(side);
        (missing / 2, missing - missing / 2)
    };
    let (rows, columns) = (missing(height), missing(width));
    let padded = reflect_pad2d(image, rows, columns)?;
    let (padded_height, padded_width) = (height + rows.0 + rows.1, width + columns.0 + columns.1);
    let tops = tiles.starts(padded_height);
    let lefts = tiles.starts(padded_width);
    let places: Vec<(usize, usize)> = tops
        .iter()
        .flat_map(|&top| lefts.iter().map(move |&left| (top, left)))
        .collect();
    let mut blend = Blend::new(padded_height, padded_width, tiles);
    let _guard = Guard::new();
    for places in places.chunks(tiles.batch_size) {
        if interrupted() {
            return Err(Error::Invalid(
                "predict_tiled: it was interrupted".to_owned(),
            ));
        }
        let cut = places.iter().map(|&(top, left)| {
            padded
                .narrow(1, top, tiles.size)?
                .narrow(2, left, tiles.size)
        });
        let batch = Tensor::stack(&cut.collect::<Result<Vec<_>>>()?, 0)?;
        blend.add(places, &no_grad(|| forward(&batch))?)?;
    }
    blend
        .result()?
        .narrow(1, rows.0, height)?
        .narrow(2, columns.0, width)?
        .contiguous()
}

/// The weighted means of the predictions so far, and the sums of their weights.
struct Blend {
    height: usize,
    width: usize,
    tiles: Tiles,
    weights: Vec<f32>,
    /// Channel by channel, as many as the model has.
    means: Vec<f32>,
    totals: Vec<f32>,
}

impl Blend {
    fn new(height: usize, width: usize, tiles: Tiles) -> Self {
        Blend {
            height,
            width,
            tiles,
            weights: tiles.weights(),
            means: Vec::new(),
            totals: vec![0.0; height * width],
        }
    }

    /// Adds the predictions (N, K, size, size) for tiles at N places.
    fn add(&mut self, places: &[(usize, usize)], predictions: &Tensor) -> Result<()> {
        let size = self.tiles.size;
        let plane = self.height * self.width;
        let channels = match *predictions.dims() {
            [count, channels, rows, columns]
                if (count, rows, columns) == (places.len(), size, size)
                    && (self.means.is_empty() || self.means.len() == channels * plane) =>
            {
                channels
            }
            ref shape => {
                return Err(Error::Invalid(format!(
                    "predict_tiled: for {} tiles of {size} x {size} pixels, the model must return (N, K, {size}, {size}) with N = {}, \
                     but it returned {shape:?}",
                    places.len(),
                    places.len()
                )));
            }
        };
        self.means.resize(channels * plane, 0.0);
        let values: Vec<f32> = predictions
            .to_device(&Device::Cpu)?
            .to_dtype(DType::F32)?
            .flatten_all()?
            .to_vec1()?;
        let mut rows = values.chunks_exact(size);
        for &(top, left) in places {
            let shares = self.shares(top, left);
            for channel in 0..channels {
                for (row, shares) in shares.chunks_exact(size).enumerate() {
                    let start = channel * plane + (top + row) * self.width + left;
                    let means = self.means[start..start + size].iter_mut();
                    let values = rows.next().unwrap_or_default();
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
        let size = self.tiles.size;
        let mut shares = Vec::with_capacity(size * size);
        for (row, weight_of_row) in self.weights.iter().enumerate() {
            let start = (top + row) * self.width + left;
            let totals = self.totals[start..start + size].iter_mut();
            for (total, weight) in totals.zip(&self.weights) {
                let weight = weight * weight_of_row;
                *total += weight;
                shares.push(weight / *total);
            }
        }
        shares
    }

    /// (K, H, W).
    fn result(self) -> Result<Tensor> {
        let channels = self.means.len() / self.totals.len();
        Tensor::from_vec(
            self.means,
            (channels, self.height, self.width),
            &Device::Cpu,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Conv2d, Layers, Module};

    fn image(height: usize, width: usize) -> Tensor {
        Tensor::rand(-1f32, 1., (3, height, width), &Device::Cpu).unwrap()
    }

    fn largest_difference(one: &Tensor, other: &Tensor) -> f32 {
        assert_eq!(one.dims(), other.dims());
        let difference = one.sub(other).unwrap().abs().unwrap();
        difference.max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn a_model_of_single_pixels_does_not_notice_the_tiles() {
        let pointwise = |images: &Tensor| {
            let squares = images.sqr()?.sum_keepdim(1)?;
            Tensor::cat(&[squares, images.narrow(1, 0, 1)?], 1)
        };
        let sizes = [(16, 16), (5, 3), (1, 40), (33, 50), (64, 17)];
        for (height, width) in sizes {
            let image = image(height, width);
            let whole = pointwise(&image.unsqueeze(0).unwrap())
                .unwrap()
                .squeeze(0)
                .unwrap();
            for tiles in [
                Tiles::new(16, 0),
                Tiles::new(16, 5),
                Tiles::new(16, 15).batch_size(3),
            ] {
                let tiled = predict_tiled(pointwise, &image, tiles).unwrap();
                assert_eq!(
                    largest_difference(&tiled, &whole),
                    0.0,
                    "{height} x {width}, {tiles:?}"
                );
            }
        }
        let constant = |images: &Tensor| images.narrow(1, 0, 1)?.affine(0.0, 0.7);
        let tiled = predict_tiled(constant, &image(40, 21), Tiles::new(16, 4)).unwrap();
        let wanted = Tensor::full(0.7f32, (1, 40, 21), &Device::Cpu).unwrap();
        assert!(largest_difference(&tiled, &wanted) < 1e-6);
    }

    #[test]
    fn a_convolution_differs_only_beside_the_edges_of_tiles() {
        let layer = Conv2d::new(3, 2, 3)
            .padding(1)
            .init(1, &Device::Cpu)
            .unwrap();
        layer.eval();
        let (image, tiles) = (image(40, 28), Tiles::new(16, 4));
        let whole = layer
            .forward(&image.unsqueeze(0).unwrap())
            .unwrap()
            .squeeze(0)
            .unwrap();
        let tiled = predict_tiled(|batch| layer.forward(batch), &image, tiles).unwrap();
        let difference = whole.sub(&tiled).unwrap().abs().unwrap().sum(0).unwrap();
        let difference = difference.to_vec2::<f32>().unwrap();
        let beside_an_edge = |at: usize, side: usize| {
            let mut starts = tiles.starts(side).into_iter();
            starts
                .any(|start| (start > 0 && at == start) || (start + 16 < side && at == start + 15))
        };
        let mut others = 0;
        for (row, values) in difference.iter().enumerate() {
            for (column, &value) in values.iter().enumerate() {
                match beside_an_edge(row, 40) || beside_an_edge(column, 28) {
                    true => others += usize::from(value > 1e-4),
                    false => assert!(value < 1e-5, "{row}, {column}: {value}"),
                }
            }
        }
        assert!(
            others > 0,
            "beside an edge, the model does not see everything"
        );
    }

    #[test]
    fn tiles_cover_the_image_evenly_and_overlap_at_least_as_much_as_asked() {
        assert_eq!(Tiles::new(256, 64).starts(256), [0]);
        assert_eq!(Tiles::new(256, 64).starts(257), [0, 1]);
        assert_eq!(Tiles::new(256, 64).starts(640), [0, 192, 384]);
        for length in 16..200 {
            let starts = Tiles::new(16, 5).starts(length);
            assert_eq!((starts[0], starts[starts.len() - 1]), (0, length - 16));
            assert!(
                starts
                    .windows(2)
                    .all(|pair| pair[0] < pair[1] && pair[1] - pair[0] <= 11)
            );
        }
    }

    #[test]
    fn wrong_tiles_images_and_outputs_are_refused() {
        let message = |forward: fn(&Tensor) -> Result<Tensor>, image: &Tensor, tiles| {
            predict_tiled(forward, image, tiles)
                .unwrap_err()
                .to_string()
        };
        let same: fn(&Tensor) -> Result<Tensor> = |batch| Ok(batch.clone());
        let good = Tiles::new(16, 4);
        for (text, words) in [
            (
                message(same, &image(20, 20), Tiles::new(16, 16)),
                "must be smaller",
            ),
            (
                message(same, &image(20, 20).get(0).unwrap(), good),
                "(C, H, W)",
            ),
            (message(same, &image(0, 20), good), "have pixels"),
            (
                message(|batch| batch.narrow(2, 0, 8), &image(20, 20), good),
                "(N, K, 16, 16)",
            ),
            (
                message(|batch| batch.mean_all(), &image(20, 20), good),
                "returned []",
            ),
        ] {
            assert!(text.contains(words), "{text}");
        }
    }
}
