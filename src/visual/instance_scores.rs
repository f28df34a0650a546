//! Predicted and true objects under a threshold of IoU, to drag.

use super::component_data::{check_sides, image_data, label_data};
use super::label_explorer::LONGEST;
use super::label_outlines::{check_same_size, draw_outlines};
use crate::display::{Bundle, Show, show_result};
use crate::metrics::instances::match_instances;
use crate::morph::LabelMap;
use crate::plot::{FALSE, Legend, MATCHED, MISSED, Tile, draw_tiles};
use crate::{Result, Tensor};
use serde_json::json;

const NAME: &str = "instance_scores";

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
}

impl Show for InstanceScores {
    fn bundle(&self) -> Result<Bundle> {
        let matching = match_instances(&self.predicted, &self.target, 0.5)?;
        let mut tile = Tile::new(NAME, &self.image, String::new())?;
        draw_outlines(&mut tile, &self.target, |label| {
            (matching.unmatched_target.contains(&label)).then_some(MISSED)
        });
        draw_outlines(&mut tile, &self.predicted, |label| {
            let is_false = matching.unmatched_predicted.contains(&label);
            Some(if is_false { FALSE } else { MATCHED })
        });
        let description = format!(
            "At an IoU above 0.5: {} objects found (TP), {} false (FP), {} missed (FN), score TP / (TP + FP + FN) {:.3}",
            matching.true_positives(),
            matching.false_positives(),
            matching.false_negatives(),
            matching.threat_score()
        );
        let original = Tile::new(NAME, &self.image, String::new())?;
        let legend = [("found", MATCHED), ("false", FALSE), ("missed", MISSED)];
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
