//! One sample as augmentation shows it to a network.

use super::Figure;
use super::outline::outline;
use super::overlay::TRUTH;
use super::tiles::{Legend, Tile, draw_tiles};
use crate::data::{Augment, Dataset};
use crate::{Result, Tensor};

const COLUMNS: usize = 6;

/// Draws sample `index` without changes, and as it looks the first `count` times that it is read, in the first `count` epochs.
/// If it has a mask, its outline is on the image.
///
/// Values must be in `0..=1`; others are clipped. What the data set gives later does not change.
///
/// ```
/// use eosin::prelude::*;
/// let scans = Pneumonia::synthetic(10, 1, 1, 42).train;
/// let augmented = Augment::new(scans, 1).with(RandomRotation::new(10.0)).with(RandomBrightness::new(0.2));
/// plot::augmentations(&augmented, 0, 11)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no such sample, a transform does not fit it, or there are more than 400 images.
pub fn augmentations<D: Dataset>(
    augmented: &Augment<D>,
    index: usize,
    count: usize,
) -> Result<Figure> {
    let mut tiles = vec![tile(
        augmented.dataset().get(index)?,
        "original".to_owned(),
    )?];
    for (read, title) in (0..).zip(1..=count) {
        tiles.push(tile(augmented.at_read(index, read)?, title.to_string())?);
    }
    let (_, target) = augmented.dataset().get(index)?;
    let description = format!("sample {index} and {count} augmentations of it");
    match has_mask(&target) {
        true => draw_tiles(
            &tiles,
            COLUMNS,
            Legend::Words(&[("mask", TRUTH)]),
            description,
        ),
        false => draw_tiles(&tiles, COLUMNS, Legend::Nothing, description),
    }
}

/// A mask is (1, H, W); a class has no size.
fn has_mask(target: &Tensor) -> bool {
    matches!(target.dims(), [1, _, _])
}

fn tile((image, target): (Tensor, Tensor), title: String) -> Result<Tile> {
    let mut tile = Tile::new("augmentations", &image, title)?;
    if has_mask(&target) {
        let outline = outline(&target)?;
        let pixels = tile.pixels.iter_mut().zip(outline);
        pixels
            .filter(|(_, is_on_outline)| *is_on_outline)
            .for_each(|(pixel, _)| *pixel = TRUTH);
    }
    Ok(tile)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Nuclei, Pneumonia, RandomRotation, nuclei};

    #[test]
    fn one_sample_is_drawn_many_times_and_reading_goes_on_as_before() {
        let augmented = |count| {
            let options = nuclei::Options::new(32);
            Augment::new(Nuclei::synthetic(count, 1, &options), 1).with(RandomRotation::new(90.0))
        };
        let one = augmented(2);
        let figure = augmentations(&one, 1, 8).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        let outlines = pixels.pixels().filter(|pixel| pixel.0 == TRUTH).count();
        assert!(outlines > 1000, "{outlines}");
        let first = |augmented: &Augment<Nuclei>| -> Vec<f32> {
            augmented
                .get(1)
                .unwrap()
                .0
                .flatten_all()
                .unwrap()
                .to_vec1()
                .unwrap()
        };
        assert_eq!(first(&one), first(&augmented(2)));
        assert!(augmentations(&one, 2, 8).is_err());
        let scans = Augment::new(Pneumonia::synthetic(2, 1, 1, 1).train, 1);
        let figure = augmentations(&scans, 0, 3).unwrap();
        assert!(format!("{figure:?}").contains("sample 0 and 3 augmentations"));
    }
}
