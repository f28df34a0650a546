//! Which objects were found, and which errors were made.

use super::Figure;
use super::label_tile::{Ground, blended};
use super::outline::label_outline;
use super::tiles::{LARGE_TILE, Legend, Tile, draw_tiles_of};
use crate::metrics::instances::{match_instances, object_errors};
use crate::morph::LabelMap;
use crate::{Result, Tensor};
use std::collections::BTreeSet;

/// Outlines: they differ in brightness, too, so that they can be told apart with any colour vision.
pub(crate) const MATCHED: [u8; 3] = [60, 150, 255];
pub(crate) const FALSE: [u8; 3] = [255, 90, 0];
pub(crate) const MISSED: [u8; 3] = [255, 235, 70];
/// What fills objects that were merged or split.
const MERGED: [u8; 3] = [225, 110, 220];
const SPLIT: [u8; 3] = [0, 190, 140];
const OPACITY: f64 = 0.45;

/// Draws `image` (1, H, W) or (3, H, W), with values in `0..=1`, and beside it in grey, with the outlines of all objects: predicted
/// ones that match a true one with an intersection over union above `threshold`, predicted ones that match none (false), and true
/// ones that no predicted one matches (missed). The legend counts them.
///
/// Predicted objects that merge several true ones are filled, and so are true ones that were split, as
/// [`object_errors`] defines it. A false object over a missed one is neither: it was found, but outlined badly.
///
/// ```
/// use eosin::{morph::LabelMap, prelude::*};
/// let image = Tensor::rand(0f32, 1., (3, 1, 9), &Device::Cpu)?;
/// let truth = LabelMap::new(1, 9, vec![1, 1, 0, 2, 2, 0, 3, 3, 0])?;
/// let predicted = LabelMap::new(1, 9, vec![1, 1, 1, 1, 1, 0, 2, 2, 0])?;
/// let figure = plot::matching(&image, &predicted, &truth, 0.5)?;
/// assert!(format!("{figure:?}").contains("1 matched, 1 false, 2 missed, 1 merged, 0 split"));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image has another shape, the sizes differ, or the threshold is not from 0 up to but not 1.
pub fn matching(
    image: &Tensor,
    predicted: &LabelMap,
    target: &LabelMap,
    threshold: f64,
) -> Result<Figure> {
    let ground = Ground::new("matching", image, &[predicted, target])?;
    let matching = match_instances(predicted, target, threshold)?;
    let errors = object_errors(predicted, target)?;
    let (drawn_predicted, drawn_target) = (ground.labels(predicted), ground.labels(target));

    let mut tile = grey(&ground.tile);
    tile.title = format!(
        "AP {:.3} at an IoU above {threshold}",
        matching.threat_score()
    );
    fill(&mut tile, &drawn_predicted, &errors.merged, MERGED);
    fill(&mut tile, &drawn_target, &errors.split, SPLIT);
    let matched: Vec<u32> = matching.pairs.iter().map(|pair| pair.predicted).collect();
    draw_outlines(&mut tile, &drawn_predicted, &matched, MATCHED);
    draw_outlines(&mut tile, &drawn_target, &matching.unmatched_target, MISSED);
    // Last, so that an object which merges others is seen around them.
    draw_outlines(
        &mut tile,
        &drawn_predicted,
        &matching.unmatched_predicted,
        FALSE,
    );

    let words = [
        (format!("{} matched", matching.true_positives()), MATCHED),
        (format!("{} false", matching.false_positives()), FALSE),
        (format!("{} missed", matching.false_negatives()), MISSED),
        (format!("{} merged", errors.merged.len()), MERGED),
        (format!("{} split", errors.split.len()), SPLIT),
    ];
    let counts: Vec<&str> = words.iter().map(|(words, _)| words.as_str()).collect();
    let description = format!(
        "predicted and true objects at an IoU above {threshold}: {}",
        counts.join(", ")
    );
    let legend: Vec<(&str, [u8; 3])> = (words.iter())
        .map(|(words, colour)| (words.as_str(), *colour))
        .collect();
    let mut plain = ground.tile;
    plain.title = "image".to_owned();
    draw_tiles_of(
        LARGE_TILE,
        &[plain, tile],
        2,
        Legend::Words(&legend),
        description,
    )
}

/// In darker grey, on which colours stand out.
fn grey(tile: &Tile) -> Tile {
    let darker = |[red, green, blue]: &[u8; 3]| {
        let sum = u32::from(*red) + u32::from(*green) + u32::from(*blue);
        [(sum / 4) as u8; 3]
    };
    Tile {
        width: tile.width,
        height: tile.height,
        pixels: tile.pixels.iter().map(darker).collect(),
        title: String::new(),
    }
}

/// Fills the objects with these numbers.
fn fill(tile: &mut Tile, labels: &LabelMap, ids: &[u32], colour: [u8; 3]) {
    let ids: BTreeSet<u32> = ids.iter().copied().collect();
    for (pixel, id) in tile.pixels.iter_mut().zip(labels.labels()) {
        if ids.contains(id) {
            *pixel = blended(*pixel, colour, OPACITY);
        }
    }
}

/// Draws the outlines of the objects with these numbers.
fn draw_outlines(tile: &mut Tile, labels: &LabelMap, ids: &[u32], colour: [u8; 3]) {
    let ids: BTreeSet<u32> = ids.iter().copied().collect();
    let outline = label_outline(labels);
    let places = labels.labels().iter().zip(outline);
    for (pixel, (id, is_outline)) in tile.pixels.iter_mut().zip(places) {
        if is_outline && ids.contains(id) {
            *pixel = colour;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn each_kind_of_object_is_drawn_in_its_colour_and_counted() {
        let image = Tensor::ones((3, 12, 40), DType::F32, &Device::Cpu).unwrap();
        let map = |objects: &[(u32, std::ops::Range<usize>)]| {
            let label = |at: usize| {
                let inside = |(_, columns): &&(u32, std::ops::Range<usize>)| {
                    columns.contains(&(at % 40)) && (1..11).contains(&(at / 40))
                };
                objects.iter().find(inside).map_or(0, |(id, _)| *id)
            };
            LabelMap::new(12, 40, (0..480).map(label).collect()).unwrap()
        };
        let target = map(&[(1, 1..6), (2, 7..12), (3, 14..20), (4, 22..28), (5, 30..34)]);
        let predicted = map(&[
            (1, 1..12),
            (2, 14..17),
            (3, 17..20),
            (4, 22..28),
            (6, 36..39),
        ]);
        let figure = matching(&image, &predicted, &target, 0.5).unwrap();
        let words = "1 matched, 4 false, 4 missed, 1 merged, 1 split";
        assert!(format!("{figure:?}").contains(words), "{figure:?}");
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        // What the legend has of each colour is 16 x 4 CSS pixels; a row of an outline is 16 pixels high.
        for colour in [MATCHED, FALSE, MISSED, blended([191; 3], MERGED, OPACITY)] {
            let count = pixels.pixels().filter(|pixel| pixel.0 == colour).count();
            assert!(count > 2000, "{colour:?}: {count}");
        }
        assert!(matching(&image, &predicted, &target.resized(12, 39), 0.5).is_err());
        assert!(matching(&image, &predicted, &target, 1.0).is_err());
    }
}
