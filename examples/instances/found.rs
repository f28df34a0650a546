//! What networks find in images, and what it scores.

use eosin::data::Nuclei;
use eosin::metrics::instances::InstanceScores;
use eosin::morph::{LabelMap, Separation, predicted_objects};
use eosin::nn::{Module, UNet};
use eosin::ops::{sigmoid, upsample_bilinear2d};
use eosin::train::{Tiles, ensemble, predict_tiled, test_time_augmentation};
use eosin::{Result, Tensor};

/// Crops for training have this height and width, and so have tiles.
pub const CROP: usize = 256;

/// How to come from an image to objects.
pub struct Recipe {
    pub models: Vec<UNet>,
    /// Whether to take the mean over flips and quarter turns.
    pub in_eight_views: bool,
    /// How many times as large the images are seen: a network has learned from nuclei of some sizes.
    pub zooms: Vec<f64>,
    pub separation: Separation,
}

impl Recipe {
    /// Scores on those of these images that have masks, at their original size; `each` gets the id and the objects of every image.
    pub fn score(
        &self,
        nuclei: &Nuclei,
        indices: &[usize],
        mut each: impl FnMut(&str, &LabelMap) -> Result<()>,
    ) -> Result<InstanceScores> {
        let mut scores = InstanceScores::new();
        for &index in indices {
            let (image, labels) = nuclei.original(index)?;
            let objects = predicted_objects(&self.predict(&image)?, &self.separation)?;
            if nuclei.has_masks(index)? {
                scores.add(&objects, &labels)?;
            }
            each(nuclei.id(index).unwrap_or_default(), &objects)?;
        }
        Ok(scores)
    }

    /// Mask, rim and depth (3, H, W), the mean over networks, views and zooms.
    fn predict(&self, image: &Tensor) -> Result<Tensor> {
        let (_, height, width) = image.dims3()?;
        let resized = |maps: &Tensor, size| match (maps.dim(1)?, maps.dim(2)?) == size {
            true => Ok(maps.clone()),
            false => upsample_bilinear2d(&maps.unsqueeze(0)?, size, false)?.squeeze(0),
        };
        let zoomed = |side: usize, zoom: f64| (side as f64 * zoom).round().max(1.0) as usize;
        let maps = self.zooms.iter().map(|&zoom| {
            let size = (zoomed(height, zoom), zoomed(width, zoom));
            resized(
                &self.predict_tiles(&resized(image, size)?)?,
                (height, width),
            )
        });
        Tensor::stack(&maps.collect::<Result<Vec<_>>>()?, 0)?.mean(0)
    }

    /// The same of an image as large as it is seen, tile by tile.
    fn predict_tiles(&self, image: &Tensor) -> Result<Tensor> {
        let one = |model: &UNet, tiles: &Tensor| {
            let output = model.forward(tiles)?;
            let probabilities = sigmoid(&output.narrow(1, 0, 2)?)?;
            Tensor::cat(&[&probabilities, &output.narrow(1, 2, 1)?], 1)
        };
        let all = |tiles: &Tensor| {
            let models = self.models.iter();
            let functions = models.map(|model| move |tiles: &Tensor| one(model, tiles));
            ensemble(functions, tiles)
        };
        let forward = |tiles: &Tensor| match self.in_eight_views {
            true => test_time_augmentation(all, tiles),
            false => all(tiles),
        };
        predict_tiled(forward, image, Tiles::new(CROP, CROP / 4).batch_size(4))
    }
}
