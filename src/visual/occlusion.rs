//! A patch to cover an image with, to play with.

use super::component_data::{check_sides, image_data};
use crate::data::image_shape;
use crate::display::{Bundle, Show, show_result};
use crate::ops::conv_output_size;
use crate::plot::{Legend, SignedScale, Tile, draw_tiles, numbers};
use crate::{Error, Result, Tensor};
use candle_core::Device;
use serde_json::json;

const NAME: &str = "occlusion";
/// Pixels in a row or column of the image, and places of the patch.
const LONGEST: usize = 512;
const MOST_PLACES: usize = 48;

/// A patch that covers an image: see [`occlusion`].
#[derive(Debug, Clone)]
pub struct Occlusion {
    image: Tensor,
    uncovered: f64,
    /// Row by row.
    covered: Vec<f64>,
    rows: usize,
    columns: usize,
    patch: usize,
    stride: usize,
    class: String,
    fill: f64,
}

/// Shows what becomes of a network's answer when a square of `patch` x `patch` pixels is covered, in an image (1, H, W) or (3, H, W)
/// with values in `0..=1`. As a cell's last value it is a display to play with: move the patch over the image, and see the
/// probability beside that of the uncovered image, and a map of how far it falls at each place.
///
/// The probabilities are those of [`explain::occlusion_probabilities`](crate::explain::occlusion_probabilities) for one image:
/// `uncovered` is one number, and `covered` has one for each row and column of places, (rows, columns) or (1, 1, rows, columns).
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let (digits, classes) = Mnist::synthetic(10, 10, 42).train.first(1)?;
/// let (patch, stride, fill) = (8, 4, 0.0);
/// let (uncovered, covered) = explain::occlusion_probabilities(&model, &digits, patch, stride, fill, &classes)?;
/// visual::occlusion(&digits.get(0)?, &uncovered, &covered, patch, stride)?.class("this digit").fill(fill);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image is no image or has more than 512 pixels in a row or column; when the patch with this stride has other places than
/// the probabilities, or more than 48 in a row or column; or when a probability is not in `0..=1`.
pub fn occlusion(
    image: &Tensor,
    uncovered: &Tensor,
    covered: &Tensor,
    patch: usize,
    stride: usize,
) -> Result<Occlusion> {
    let (_, height, width) = image_shape(NAME, image)?;
    check_sides(NAME, height, width, LONGEST)?;
    let refuse = |reason: String| Err(Error::Invalid(format!("{NAME}: {reason}")));
    let places = |size| conv_output_size(size, patch, stride, 0, 1);
    let (Ok(rows), Ok(columns)) = (places(height), places(width)) else {
        return refuse(format!(
            "a patch of {patch} and a stride of {stride} do not fit an image of {height} x {width} pixels: the patch is at least 1 and \
             at most the image's shorter side, and the stride at least 1"
        ));
    };
    if ![
        &[rows, columns][..],
        &[1, rows, columns],
        &[1, 1, rows, columns],
    ]
    .contains(&covered.dims())
    {
        return refuse(format!(
            "a patch of {patch} that moves by {stride} over {height} x {width} pixels has {rows} x {columns} places, but the \
             probabilities are {:?}; give the patch and the stride that you computed them with, and those of one image",
            covered.shape()
        ));
    }
    if rows.max(columns) > MOST_PLACES {
        return refuse(format!(
            "{rows} x {columns} places are too many to look at; use a larger stride, so that there are at most {MOST_PLACES} in a row \
             or column"
        ));
    }
    let (before, covered) = (numbers(uncovered)?, numbers(covered)?);
    let &[uncovered] = before.as_slice() else {
        return refuse(format!(
            "the uncovered image has one probability, but there are {}; take that of one image with `uncovered.i(0)?`",
            before.len()
        ));
    };
    let all = || covered.iter().chain([&uncovered]);
    if let Some(number) = all().find(|number| !(0.0..=1.0).contains(*number)) {
        return refuse(format!(
            "a probability is {number}, but all must be from 0 to 1; `explain::occlusion_probabilities` computes them"
        ));
    }
    Ok(Occlusion {
        image: image.detach(),
        uncovered,
        covered,
        rows,
        columns,
        patch,
        stride,
        class: "the class".to_owned(),
        fill: 0.5,
    })
}

impl Occlusion {
    /// What the probability is of.
    pub fn class(mut self, name: &str) -> Self {
        self.class = name.to_owned();
        self
    }

    /// The grey in which the patch is drawn, from 0 (black) to 1; 0.5 unless you say otherwise.
    pub fn fill(mut self, grey: f64) -> Self {
        self.fill = grey.clamp(0.0, 1.0);
        self
    }

    /// Shows the display as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }

    /// The place at which the probability falls most: there the patch begins.
    fn strongest(&self) -> usize {
        let places = self.covered.iter().enumerate();
        let lowest = places.min_by(|(_, one), (_, other)| one.total_cmp(other));
        lowest.map_or(0, |(place, _)| place)
    }

    /// The first pixel that the patch covers at a place.
    fn corner(&self, place: usize) -> (usize, usize) {
        let (row, column) = (place / self.columns, place % self.columns);
        (row * self.stride, column * self.stride)
    }
}

impl Show for Occlusion {
    fn bundle(&self) -> Result<Bundle> {
        let place = self.strongest();
        let (top, left) = self.corner(place);
        let mut covered = Tile::new(NAME, &self.image, "covered".to_owned())?;
        let grey = (255.0 * self.fill).round() as u8;
        for row in covered
            .pixels
            .chunks_mut(covered.width)
            .skip(top)
            .take(self.patch)
        {
            row[left..left + self.patch].fill([grey; 3]);
        }
        let drops: Vec<f64> = self
            .covered
            .iter()
            .map(|covered| self.uncovered - covered)
            .collect();
        let scale = SignedScale::of(drops.iter().copied());
        let map = Tensor::from_vec(drops, (self.rows, self.columns), &Device::Cpu)?;
        let tiles = [
            Tile::new(NAME, &self.image, "image".to_owned())?,
            covered,
            Tile::signed(&map, scale, "how far it falls".to_owned())?,
        ];
        let text = format!(
            "The probability of {} is {:.3}. Covered with a patch of {} x {} pixels, it is lowest, {:.3}, with the patch from row {} \
             and column {}, and highest {:.3}, among {} places",
            self.class,
            self.uncovered,
            self.patch,
            self.patch,
            self.covered[place],
            top + 1,
            left + 1,
            self.covered.iter().copied().fold(0.0, f64::max),
            self.covered.len(),
        );
        let figure = draw_tiles(&tiles, 3, Legend::Signed(scale), text)?.compact()?;
        let data = json!({
            "image": image_data(NAME, &self.image)?,
            "rows": self.rows,
            "columns": self.columns,
            "patch": self.patch,
            "stride": self.stride,
            "class": self.class,
            "uncovered": self.uncovered,
            "covered": self.covered,
            "fill": self.fill,
            "place": place,
        });
        Ok(figure.bundle()?.with_component("occlusion", data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::DType;

    #[test]
    fn the_patch_begins_where_the_probability_falls_most() {
        let image = Tensor::zeros((1, 4, 6), DType::F32, &Device::Cpu).unwrap();
        let uncovered = Tensor::new(&[0.75f32], &Device::Cpu).unwrap();
        let covered = Tensor::new(&[[0.5f32, 0.25, 0.875], [0.75, 0.75, 0.75]], &Device::Cpu);
        let covered = covered.unwrap();
        let display = occlusion(&image, &uncovered, &covered, 2, 2).unwrap();
        let bundle = display.class("a digit").bundle().unwrap();
        let text = bundle.plain();
        assert!(text.contains("of a digit is 0.750"), "{text}");
        assert!(
            text.contains("lowest, 0.250, with the patch from row 1 and column 3"),
            "{text}"
        );
        let data = &bundle.data()["application/vnd.eosin.component+json"];
        assert_eq!(data["place"], 1);
        let refused = |patch, stride, covered: &Tensor, words: &str| {
            let display = occlusion(&image, &uncovered, covered, patch, stride);
            let message = display.unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        };
        refused(2, 1, &covered, "has 3 x 5 places");
        refused(5, 1, &covered, "do not fit an image of 4 x 6");
        refused(2, 2, &(&covered * 2.0).unwrap(), "must be from 0 to 1");
    }
}
