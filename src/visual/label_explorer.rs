//! The objects of a label map, to point at.

use super::component_data::{check_sides, image_data, label_data};
use super::label_outlines::{check_same_size, draw_outlines};
use crate::display::{Bundle, Show, show_result};
use crate::morph::LabelMap;
use crate::plot::{Legend, Tile, draw_tiles};
use crate::{Result, Tensor};
use serde_json::json;
use std::collections::BTreeMap;

const NAME: &str = "label_explorer";
/// Pixels in a row or column of what is stored in a notebook.
pub(super) const LONGEST: usize = 1024;
const WHITE: [u8; 3] = [255; 3];

/// The objects of an image: see [`label_explorer`].
#[derive(Debug, Clone)]
pub struct LabelExplorer {
    image: Tensor,
    labels: LabelMap,
}

/// Shows the objects of a label map over their image, (1, H, W) or (3, H, W) with values in `0..=1`, in colours that differ between
/// neighbours. As a cell's last value it is a display to play with: point at an object, or step through all of them, to see its
/// number, its area in pixels and its outline.
///
/// ```
/// use eosin::prelude::*;
/// use eosin::morph::LabelMap;
/// let image = Tensor::zeros((3, 2, 3), DType::F32, &Device::Cpu)?;
/// let labels = LabelMap::new(2, 3, vec![1, 0, 2, 1, 0, 2])?;
/// visual::label_explorer(&image, &labels)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image is no image, its size is not that of the label map, or it has more than 1024 pixels in a row or column.
pub fn label_explorer(image: &Tensor, labels: &LabelMap) -> Result<LabelExplorer> {
    check_same_size(NAME, image, labels)?;
    check_sides(NAME, labels.height(), labels.width(), LONGEST)?;
    Ok(LabelExplorer {
        image: image.detach(),
        labels: labels.clone(),
    })
}

impl LabelExplorer {
    /// Shows the display as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }

    /// How many objects there are, and how large.
    fn description(&self) -> String {
        let mut areas = BTreeMap::<u32, usize>::new();
        for &label in self.labels.labels().iter().filter(|&&label| label != 0) {
            *areas.entry(label).or_default() += 1;
        }
        let (height, width) = (self.labels.height(), self.labels.width());
        let size = format!("in an image of {height} x {width} pixels");
        match (areas.values().min(), areas.values().max()) {
            (Some(smallest), Some(largest)) => format!(
                "{} objects {size}, with areas from {smallest} to {largest} pixels",
                areas.len()
            ),
            _ => format!("no object {size}"),
        }
    }
}

impl Show for LabelExplorer {
    fn bundle(&self) -> Result<Bundle> {
        let mut outlined = Tile::new(NAME, &self.image, "objects".to_owned())?;
        draw_outlines(&mut outlined, &self.labels, |_| Some(WHITE));
        let tiles = [Tile::new(NAME, &self.image, "image".to_owned())?, outlined];
        let figure = draw_tiles(&tiles, 2, Legend::Nothing, self.description())?.compact()?;
        let data = json!({
            "image": image_data(NAME, &self.image)?,
            "labels": label_data(&self.labels),
        });
        Ok(figure.bundle()?.with_component("label-explorer", data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn the_text_tells_the_sizes_of_objects_and_an_empty_map_has_none() {
        let image = Tensor::zeros((1, 2, 3), DType::F32, &Device::Cpu).unwrap();
        let shown = |numbers: Vec<u32>| {
            let labels = LabelMap::new(2, 3, numbers).unwrap();
            label_explorer(&image, &labels).unwrap().bundle().unwrap()
        };
        let bundle = shown(vec![7, 0, 2, 7, 7, 0]);
        assert_eq!(
            bundle.plain(),
            "2 objects in an image of 2 x 3 pixels, with areas from 1 to 3 pixels"
        );
        let data = &bundle.data()["application/vnd.eosin.component+json"];
        assert_eq!(data["component"], "label-explorer");
        assert!(shown(vec![0; 6]).plain().starts_with("no object"));
    }
}
