//! Water that rises in a landscape and separates objects, to play with.

use super::component_data::{bytes, check_sides, floats, label_data};
use crate::display::{Bundle, Show, show_result};
use crate::morph::{LabelMap, separate};
use crate::plot::{Legend, Tile, draw_tiles, labels_tile};
use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};
use serde_json::json;

const NAME: &str = "rising_water";
/// Pixels in a row or column: the page floods all of them anew while you drag.
const LONGEST: usize = 160;

/// A landscape to flood: see [`rising_water`].
#[derive(Debug, Clone)]
pub struct RisingWater {
    height: usize,
    width: usize,
    distance: Vec<f32>,
    mask: Vec<u8>,
    minimum_distance: usize,
    truth: Option<LabelMap>,
}

/// Shows how a watershed separates objects that touch. `distance` (H, W) is how far each pixel is from the background, in pixels, and
/// `mask` (H, W) is not 0 in objects; both may have a channel, (1, H, W). As a cell's last value it is a display to play with: the
/// negative distance is a landscape, in which water rises from markers, the deepest places. Drag the water level, and the minimum
/// distance of markers: basins appear and disappear, and with them objects. Markers and basins are those of [`separate`].
///
/// ```
/// use eosin::prelude::*;
/// let distance = Tensor::new(&[[0f32, 1., 2., 1., 2., 1., 0.]], &Device::Cpu)?;
/// let mask = distance.gt(0f32)?;
/// visual::rising_water(&distance, &mask)?.minimum_distance(2);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the two are not (H, W) or (1, H, W) of one size, there are more than 160 pixels in a row or column, or a distance is negative,
/// NaN or infinite.
pub fn rising_water(distance: &Tensor, mask: &Tensor) -> Result<RisingWater> {
    let size = |tensor: &Tensor| match *tensor.dims() {
        [height, width] | [1, height, width] if height > 0 && width > 0 => Some((height, width)),
        _ => None,
    };
    let (height, width) = match (size(distance), size(mask)) {
        (Some(size), Some(other)) if size == other => size,
        _ => {
            return Err(Error::Invalid(format!(
                "{NAME}: the distance {:?} and the mask {:?} must both be (H, W) or (1, H, W), of one size",
                distance.shape(),
                mask.shape()
            )));
        }
    };
    check_sides(NAME, height, width, LONGEST)?;
    let distance: Vec<f32> = distance.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
    if let Some(number) = distance
        .iter()
        .find(|number| !number.is_finite() || **number < 0.0)
    {
        return Err(Error::Invalid(format!(
            "{NAME}: a distance is {number}, but all must be finite and at least 0"
        )));
    }
    let mask: Vec<f64> = mask.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
    Ok(RisingWater {
        height,
        width,
        distance,
        mask: mask.iter().map(|&number| u8::from(number != 0.0)).collect(),
        minimum_distance: 5,
        truth: None,
    })
}

impl RisingWater {
    /// The minimum distance of markers at first, in pixels, at least 1; 5 unless you say otherwise. Within so many rows and columns of
    /// a marker, nothing is deeper.
    pub fn minimum_distance(mut self, pixels: usize) -> Self {
        self.minimum_distance = pixels.max(1);
        self
    }

    /// Shows the true objects, too.
    ///
    /// # Errors
    /// When the label map has another size.
    pub fn truth(mut self, labels: &LabelMap) -> Result<Self> {
        if (labels.height(), labels.width()) != (self.height, self.width) {
            return Err(Error::Invalid(format!(
                "{NAME}: the distance has {} x {} pixels, but the true label map {} x {}",
                self.height,
                self.width,
                labels.height(),
                labels.width()
            )));
        }
        self.truth = Some(labels.clone());
        Ok(self)
    }

    /// Shows the display as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for RisingWater {
    fn bundle(&self) -> Result<Bundle> {
        let deepest = self.distance.iter().copied().fold(0.0, f32::max);
        let share = |distance: f32| {
            if deepest > 0.0 {
                distance / deepest
            } else {
                0.0
            }
        };
        let shares: Vec<f32> = self
            .distance
            .iter()
            .map(|&distance| share(distance))
            .collect();
        let landscape = Tensor::from_vec(shares, (1, self.height, self.width), &Device::Cpu)?;
        let mask = Tensor::from_slice(&self.mask, (self.height, self.width), &Device::Cpu)?;
        let basins = separate(&mask, self.minimum_distance)?;
        let tiles = [
            Tile::new(NAME, &landscape, "distance".to_owned())?,
            labels_tile(&basins, format!("basins: {}", basins.count())),
        ];
        let inside = self.mask.iter().filter(|&&inside| inside == 1).count();
        let mut text = format!(
            "A landscape of {} x {} pixels, {inside} of them in objects, at most {deepest:.1} pixels from the background; basins: {}",
            self.height,
            self.width,
            basins.count()
        );
        let mut data = json!({
            "height": self.height,
            "width": self.width,
            "distance": floats(&self.distance),
            "mask": bytes(&self.mask),
            "minimumDistance": self.minimum_distance,
        });
        if let Some(truth) = &self.truth {
            text += &format!("; there are {} true objects", truth.count());
            data["truth"] = label_data(truth);
        }
        let figure = draw_tiles(&tiles, 2, Legend::Nothing, text)?.compact()?;
        Ok(figure.bundle()?.with_component("rising-water", data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_describes_the_landscape_and_what_is_none_is_refused() {
        let distance = Tensor::new(&[[0f32, 1., 2., 1., 0.]], &Device::Cpu).unwrap();
        let mask = distance.gt(0f32).unwrap();
        let truth = LabelMap::new(1, 5, vec![0, 1, 1, 2, 0]).unwrap();
        let display = rising_water(&distance, &mask).unwrap();
        assert!(display.clone().truth(&truth.resized(2, 5)).is_err());
        let bundle = display.truth(&truth).unwrap().bundle().unwrap();
        assert_eq!(
            bundle.plain(),
            "A landscape of 1 x 5 pixels, 3 of them in objects, at most 2.0 pixels from the background; basins: 1; there are 2 true objects"
        );
        let data = &bundle.data()["application/vnd.eosin.component+json"];
        assert_eq!(data["mask"], "AAEBAQA=");
        let message = |distance: &Tensor| rising_water(distance, &mask).unwrap_err().to_string();
        assert!(message(&distance.t().unwrap()).contains("of one size"));
        assert!(message(&(&distance - 1.0).unwrap()).contains("is -1"));
        assert!(message(&(&distance / 0.0).unwrap()).contains("is NaN"));
    }
}
