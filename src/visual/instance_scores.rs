//! Predicted and true objects under a threshold of IoU, to drag.

use super::component_data::{check_sides, image_data, label_data};
use super::label_explorer::LONGEST;
use super::label_outlines::{check_same_size, draw_outlines};
use crate::display::{Bundle, Show, show_result};
use crate::morph::LabelMap;
use crate::plot::{Legend, Tile, draw_tiles};
use crate::{Result, Tensor};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const NAME: &str = "instance_scores";

/// Objects that are found, that are false and that are missed: the component's colours, too.
const FOUND: [u8; 3] = [86, 180, 233];
const FALSE: [u8; 3] = [255, 127, 14];
const MISSED: [u8; 3] = [240, 228, 66];

/// Predicted and true objects of an image: see [`instance_scores`].
#[derive(Debug, Clone)]
pub struct InstanceScores {
    image: Tensor,
    predicted: LabelMap,
    target: LabelMap,
}

/// Shows which predicted objects count as found when their IoU with a true one must be above a threshold. As a cell's last value it
/// is a display to play with: drag the threshold, and the outlines of found (TP), false (FP) and missed (FN) objects over the image,
/// (1, H, W) or (3, H, W) with values in `0..=1`, change their colours, as does the score TP / (TP + FP + FN). Its mean over
/// thresholds of 0.5, 0.55, and so on to 0.95 is that of the 2018 Data Science Bowl (Caicedo et al. 2019).
///
/// ```
/// use eosin::prelude::*;
/// use eosin::morph::LabelMap;
/// let image = Tensor::zeros((3, 2, 3), DType::F32, &Device::Cpu)?;
/// let predicted = LabelMap::new(2, 3, vec![1, 1, 0, 1, 1, 0])?;
/// let target = LabelMap::new(2, 3, vec![1, 1, 0, 1, 0, 2])?;
/// visual::instance_scores(&image, &predicted, &target)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image is no image, the sizes are not all the same, or there are more than 1024 pixels in a row or column.
pub fn instance_scores(
    image: &Tensor,
    predicted: &LabelMap,
    target: &LabelMap,
) -> Result<InstanceScores> {
    check_same_size(NAME, image, predicted)?;
    check_same_size(NAME, image, target)?;
    check_sides(NAME, target.height(), target.width(), LONGEST)?;
    Ok(InstanceScores {
        image: image.detach(),
        predicted: predicted.clone(),
        target: target.clone(),
    })
}

impl InstanceScores {
    /// Shows the display as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }

    /// Predicted and true objects whose IoU is above one half: no object is in two of these pairs.
    fn matches(&self) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let areas = |labels: &LabelMap| {
            let mut areas = BTreeMap::<u32, usize>::new();
            for &label in labels.labels() {
                *areas.entry(label).or_default() += 1;
            }
            areas
        };
        let (of_predicted, of_target) = (areas(&self.predicted), areas(&self.target));
        let mut common = BTreeMap::<(u32, u32), usize>::new();
        let pixels = self.predicted.labels().iter().zip(self.target.labels());
        for (&predicted, &target) in pixels.filter(|&(&one, &other)| one != 0 && other != 0) {
            *common.entry((predicted, target)).or_default() += 1;
        }
        let is_match = |&((predicted, target), intersection): &((u32, u32), usize)| {
            2 * intersection > of_predicted[&predicted] + of_target[&target] - intersection
        };
        common
            .into_iter()
            .filter(is_match)
            .map(|(pair, _)| pair)
            .unzip()
    }
}

impl Show for InstanceScores {
    fn bundle(&self) -> Result<Bundle> {
        let (found, hit) = self.matches();
        let mut tile = Tile::new(NAME, &self.image, String::new())?;
        draw_outlines(&mut tile, &self.target, |label| {
            (!hit.contains(&label)).then_some(MISSED)
        });
        draw_outlines(&mut tile, &self.predicted, |label| {
            Some(if found.contains(&label) { FOUND } else { FALSE })
        });
        let true_positives = found.len();
        let false_positives = self.predicted.count() - true_positives;
        let false_negatives = self.target.count() - true_positives;
        // With nothing to find and nothing found, all is right.
        let score = match true_positives + false_positives + false_negatives {
            0 => 1.0,
            all => true_positives as f64 / all as f64,
        };
        let description = format!(
            "At an IoU above 0.5: {true_positives} objects found (TP), {false_positives} false (FP), {false_negatives} missed (FN), \
             score TP / (TP + FP + FN) {score:.3}"
        );
        let original = Tile::new(NAME, &self.image, String::new())?;
        let legend = [("found", FOUND), ("false", FALSE), ("missed", MISSED)];
        let figure = draw_tiles(&[original, tile], 2, Legend::Words(&legend), description)?;
        let data = json!({
            "image": image_data(NAME, &self.image)?,
            "predicted": label_data(&self.predicted),
            "target": label_data(&self.target),
        });
        let picture = figure.compact()?.bundle()?;
        Ok(picture.with_component("instance-scores", data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn the_text_counts_objects_whose_iou_is_above_one_half() {
        let image = Tensor::zeros((1, 1, 9), DType::F32, &Device::Cpu).unwrap();
        let row = |labels: [u32; 9]| LabelMap::new(1, 9, labels.to_vec()).unwrap();
        let text = |predicted, target| {
            let display = instance_scores(&image, &row(predicted), &row(target)).unwrap();
            display.bundle().unwrap().plain().to_owned()
        };
        // Objects 7 and 1 share three of five pixels, 8 and 2 one of two; nothing belongs to 9 and to 3.
        let shown = text([7, 7, 7, 7, 0, 8, 0, 9, 0], [0, 1, 1, 1, 1, 2, 2, 0, 3]);
        assert!(
            shown.contains("1 objects found (TP), 2 false (FP), 2 missed (FN)"),
            "{shown}"
        );
        assert!(shown.ends_with("0.200"), "{shown}");
        assert!(text([0; 9], [0; 9]).ends_with("1.000"));
    }
}
