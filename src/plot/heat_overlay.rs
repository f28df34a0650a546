//! Heat maps on top of images.

use super::Figure;
use super::tiles::{Legend, Tile, draw_tiles, numbers};
use crate::{Error, Result, Tensor};
use std::fmt::Display;

/// The colours of heat: the more, the lighter, so that the order is seen without colour, too. From deep red over orange to yellow,
/// which no grey of an image can be taken for.
const HEAT: [[f64; 3]; 3] = [
    [150.0, 10.0, 60.0],
    [240.0, 90.0, 20.0],
    [255.0, 235.0, 90.0],
];

/// Draws `maps` (N, 1, H, W), such as those of [`explain`](crate::explain), as heat over `images` (N, C, H, W) in grey, where C is 1
/// or 3 and values are in `0..=1`, in rows of `columns`.
///
/// Each map is scaled by its own largest number, which gets the full `opacity`, a number in `0..=1`; half as much heat is half as
/// opaque. Where a map is 0, you see the image alone: so a map of zeros changes nothing. Numbers below 0 do not count, nor does what
/// is not a number; to see them, use [`signed_grid`](super::signed_grid()).
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let (digits, classes) = Mnist::synthetic(10, 10, 42).train.first(4)?;
/// let maps = explain::saliency(&model, &digits, &classes)?;
/// plot::heat_overlay(&digits, &maps, 4, 0.8)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not match, the opacity is not in `0..=1`, or there are more than 400 images.
pub fn heat_overlay(
    images: &Tensor,
    maps: &Tensor,
    columns: usize,
    opacity: f64,
) -> Result<Figure> {
    draw_overlay(images, maps, Vec::new(), columns, opacity)
}

/// Draws heat as [`heat_overlay`] does, with a title above each image: anything that can be shown.
///
/// # Errors
/// As [`heat_overlay`].
pub fn heat_overlay_with_titles(
    images: &Tensor,
    maps: &Tensor,
    titles: impl IntoIterator<Item = impl Display>,
    columns: usize,
    opacity: f64,
) -> Result<Figure> {
    // Titles may never end, as `0..` does.
    let count = images.dims().first().copied().unwrap_or_default();
    let titles = titles.into_iter().take(count);
    let titles = titles.map(|title| title.to_string()).collect();
    draw_overlay(images, maps, titles, columns, opacity)
}

fn draw_overlay(
    images: &Tensor,
    maps: &Tensor,
    titles: Vec<String>,
    columns: usize,
    opacity: f64,
) -> Result<Figure> {
    let fits = match (images.dims(), maps.dims()) {
        (&[n, _, height, width], maps) => maps == [n, 1, height, width],
        _ => false,
    };
    if !fits {
        return Err(Error::Invalid(format!(
            "heat_overlay: images {:?} and maps {:?} must be (N, C, H, W) and (N, 1, H, W), of the same N, H and W",
            images.shape(),
            maps.shape()
        )));
    }
    if !(0.0..=1.0).contains(&opacity) {
        return Err(Error::Invalid(format!(
            "heat_overlay: the opacity is {opacity}, it must be from 0 (the image alone) to 1"
        )));
    }
    let mut tiles = Vec::new();
    let titles = titles.into_iter().chain(std::iter::repeat(String::new()));
    for (index, title) in (0..images.dim(0)?).zip(titles) {
        let mut tile = Tile::new("heat_overlay", &images.get(index)?, title)?;
        heat(&mut tile, &numbers(&maps.get(index)?)?, opacity);
        tiles.push(tile);
    }
    let description = format!(
        "{} images in grey with a heat map on top: the lighter and yellower, the larger, up to each map's largest number",
        tiles.len()
    );
    let sample = |share: f64| mixed([128; 3], share, 1.0);
    let words = [
        ("none", sample(0.0)),
        ("half", sample(0.5)),
        ("largest of its map", sample(1.0)),
    ];
    draw_tiles(&tiles, columns, Legend::Words(&words), description)
}

/// Puts heat on an image.
fn heat(tile: &mut Tile, map: &[f64], opacity: f64) {
    // `max` passes over NaN.
    let finite = map.iter().filter(|number| number.is_finite());
    let largest = finite.fold(0.0, |largest: f64, &number| largest.max(number));
    for (pixel, &number) in tile.pixels.iter_mut().zip(map) {
        let share = match largest > 0.0 && number.is_finite() {
            true => (number / largest).max(0.0),
            false => 0.0,
        };
        let [red, green, blue] = pixel.map(u32::from);
        let grey = ((red + green + blue) / 3) as u8;
        *pixel = mixed([grey; 3], share, opacity);
    }
}

/// A pixel under this share of the largest heat.
fn mixed(pixel: [u8; 3], share: f64, opacity: f64) -> [u8; 3] {
    let last = HEAT.len() - 1;
    let place = share * last as f64;
    let below = (place as usize).min(last - 1);
    let part = place - below as f64;
    let cover = opacity * share;
    std::array::from_fn(|channel| {
        let colour = HEAT[below][channel] * (1.0 - part) + HEAT[below + 1][channel] * part;
        (f64::from(pixel[channel]) * (1.0 - cover) + colour * cover).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    fn pixels(map: &[f64], opacity: f64) -> Vec<[u8; 3]> {
        let images = Tensor::full(0.4f32, (1, 1, 1, map.len()), &Device::Cpu).unwrap();
        let mut tile = Tile::new("test", &images.get(0).unwrap(), String::new()).unwrap();
        heat(&mut tile, map, opacity);
        tile.pixels
    }

    #[test]
    fn heat_grows_with_the_map_and_where_there_is_none_the_image_shows() {
        let [grey, hottest] = [[102; 3], HEAT[2].map(|part| part as u8)];
        let found = pixels(&[0.0, 1.0, 2.0, 4.0, -4.0, f64::NAN, f64::INFINITY], 1.0);
        assert_eq!(found[0], grey);
        assert_eq!(found[3], hottest);
        assert_eq!(found[4..], [grey; 3]);
        let light = |pixel: [u8; 3]| pixel.iter().map(|&part| u32::from(part)).sum::<u32>();
        assert!(light(found[1]) < light(found[2]) && light(found[2]) < light(found[3]));
        assert_eq!(pixels(&[0.0, 0.0], 1.0), [grey; 2], "a map of zeros");
        assert_eq!(
            pixels(&[1.0, 0.5], 0.0),
            [grey; 2],
            "heat that cannot be seen"
        );
    }

    #[test]
    fn maps_belong_to_their_images() {
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        let images = zeros(&[2, 3, 8, 8]);
        let figure = heat_overlay_with_titles(&images, &zeros(&[2, 1, 8, 8]), 1.., 2, 0.5);
        assert!(format!("{:?}", figure.unwrap()).contains("2 images"));
        for (maps, opacity, reason) in [
            (zeros(&[2, 1, 4, 4]), 0.5, "of the same N, H and W"),
            (zeros(&[2, 3, 8, 8]), 0.5, "of the same N, H and W"),
            (zeros(&[2, 1, 8, 8]), 1.5, "from 0 (the image alone) to 1"),
        ] {
            let message = heat_overlay(&images, &maps, 2, opacity)
                .unwrap_err()
                .to_string();
            assert!(message.contains(reason), "{message}");
        }
    }
}
