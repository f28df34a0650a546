//! What networks find in images, and what it scores.

use eosin::data::Nuclei;
use eosin::metrics::instances::InstanceScores;
use eosin::morph::{LabelMap, Separation, predicted_objects};
use eosin::nn::{Module, UNet};
use eosin::ops::sigmoid;
use eosin::train::{Tiles, ensemble, predict_tiled, test_time_augmentation};
use eosin::{Result, Tensor};

/// Crops for training have this height and width, and so have tiles.
pub const CROP: usize = 256;

/// How to come from an image to objects.
pub struct Recipe {
    pub models: Vec<UNet>,
    /// Whether to take the mean over flips and quarter turns.
    pub in_eight_views: bool,
    pub separation: Separation,
}

impl Recipe {
    /// Scores on these images, at their original size; `each` gets the id and the objects of every image.
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
            scores.add(&objects, &labels)?;
            each(nuclei.id(index).unwrap_or_default(), &objects)?;
        }
        Ok(scores)
    }

    /// Mask, rim and depth (3, H, W), the mean over networks and views, computed tile by tile.
    fn predict(&self, image: &Tensor) -> Result<Tensor> {
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
