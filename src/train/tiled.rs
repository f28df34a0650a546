//! A model on an image that is larger than those that it learned from, piece by piece.

use super::predict_bands::bands;
use super::tiles::Tiles;
use crate::{Error, Result, Tensor};

/// What `forward` makes of `image` (C, H, W), computed tile by tile: (K, H, W), f32, on the CPU. `forward` gets tiles
/// (N, C, size, size) and returns (N, K, size, size), such as logits.
///
/// Near the edge of a tile a model sees only half of what is around a pixel, so that tiles overlap, and where they do, the result is a
/// mean that trusts a tile less the closer its edge is, as for nnU-Net (Isensee et al. 2021). An image that is smaller than a tile goes
/// on as in a mirror; the result is cut back.
///
/// No gradients are followed. Set the model to evaluation mode before, by `model.eval()`. For images that are larger than memory, there
/// is [`predict_bands`](super::predict_bands()).
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
    let (height, width) = match *image.dims() {
        [_, height, width] if height > 0 && width > 0 => (height, width),
        ref shape => {
            return Err(Error::Invalid(format!(
                "predict_tiled: an image must be (C, H, W) and have pixels, this one is {shape:?}"
            )));
        }
    };
    let cut = |top, left, height, width| image.narrow(1, top, height)?.narrow(2, left, width);
    let mut rows = Vec::new();
    let collect = |_, band: &Tensor| {
        rows.push(band.clone());
        Ok(())
    };
    bands(
        "predict_tiled",
        forward,
        (height, width),
        cut,
        tiles,
        collect,
    )?;
    Tensor::cat(&rows, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Conv2d, Layers, Module};
    use candle_core::Device;

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
                assert!(
                    largest_difference(&tiled, &whole) < 1e-6,
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
