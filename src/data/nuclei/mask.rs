//! Which pixels of a mask are nuclei, and of which one.

use image::DynamicImage;
use std::collections::BTreeSet;

/// For each pixel of a mask, row by row, the number of its nucleus: 1, 2, 3, and so on, and 0 elsewhere.
///
/// | mask | nuclei |
/// | --- | --- |
/// | two values, such as 0 and 255, or 0 and 1 | the larger value is one nucleus |
/// | one nucleus whose edge is smoothed: in-between values at the edge only, up to white | above half of white |
/// | a number for each nucleus (a label map), 8 or 16 bits | every number but 0, in their order |
/// | a colour for each nucleus | every colour but black, in the order of red, green and blue |
///
/// # Errors
/// When a mask in colours has no black background, or more than 65535 colours; the error is the reason.
pub fn nuclei(mask: &DynamicImage) -> Result<Vec<u16>, String> {
    let width = mask.width() as usize;
    Ok(match mask {
        DynamicImage::ImageLuma8(grey) => from_numbers(grey, width, u8::MAX),
        DynamicImage::ImageLuma16(grey) => from_numbers(grey, width, u16::MAX),
        _ => {
            let colours = mask.to_rgb16();
            let colours: Vec<[u16; 3]> = colours.pixels().map(|pixel| pixel.0).collect();
            let is_grey = |&[red, green, blue]: &[u16; 3]| red == green && green == blue;
            if colours.iter().all(is_grey) {
                let numbers: Vec<u16> = colours.iter().map(|[number, ..]| *number).collect();
                from_numbers(&numbers, width, u16::MAX)
            } else if colours.contains(&[0; 3]) {
                in_order(&colours)
                    .ok_or("it has more than 65535 colours; it may be a photograph")?
            } else {
                return Err(
                    "it has colours, but no black pixel: the background of a mask must be black"
                        .to_owned(),
                );
            }
        }
    })
}

fn from_numbers<T: Copy + Ord + Default + Into<u16>>(
    numbers: &[T],
    width: usize,
    white: T,
) -> Vec<u16> {
    // There are at most 65535 numbers besides 0, so that all of them have a place.
    if is_label_map(numbers, width, white)
        && let Some(labels) = in_order(numbers)
    {
        return labels;
    }
    let largest = numbers.iter().copied().max();
    let half = largest.map_or(0, |largest| largest.into() / 2);
    let is_nucleus = |&number: &T| u16::from(number.into() > half);
    numbers.iter().map(is_nucleus).collect()
}

/// Replaces values by 1, 2, 3, and so on in their order; the default, which is 0 or black, becomes 0. `None` if there are too many.
fn in_order<T: Copy + Ord + Default>(values: &[T]) -> Option<Vec<u16>> {
    let background = T::default();
    let distinct: BTreeSet<T> = values.iter().copied().collect();
    let distinct: Vec<T> = distinct
        .into_iter()
        .filter(|&value| value != background)
        .collect();
    u16::try_from(distinct.len()).ok()?;
    // Each value is the background or in the list.
    let label = |value: &T| {
        distinct
            .binary_search(value)
            .map_or(0, |place| place as u16 + 1)
    };
    Some(values.iter().map(label).collect())
}

/// Whether a mask numbers its nuclei. In-between values are numbers if the largest one is not white, or if one of them fills a
/// square of 3 x 3 pixels: the grey of a smoothed edge is never that flat.
///
/// If this takes a smoothed edge for numbers, a nucleus grows by a pixel. The other way round, nuclei would be lost.
fn is_label_map<T: Copy + Ord>(numbers: &[T], width: usize, white: T) -> bool {
    // Copied, so that the compiler compares many numbers at once; there are thousands of masks.
    let all = || numbers.iter().copied();
    let (Some(low), Some(high)) = (all().min(), all().max()) else {
        return false;
    };
    let is_between = |number: T| low < number && number < high;
    if !all().any(is_between) {
        return false;
    }
    let is_flat = |rows: &[&[T]], x: usize| {
        let number = rows[0][x];
        let is_it = |row: &&[T]| row[x..x + 3].iter().all(|&other| other == number);
        is_between(number) && rows.iter().all(is_it)
    };
    let rows: Vec<&[T]> = numbers.chunks(width).collect();
    high != white
        || rows
            .windows(3)
            .any(|rows| (0..width.saturating_sub(2)).any(|x| is_flat(rows, x)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageBuffer, Luma, Rgb};

    /// Squares of 4 x 4 pixels side by side, one for each number.
    fn squares<T: Copy>(numbers: &[T]) -> (u32, Vec<T>) {
        let row = numbers.iter().flat_map(|&number| [number; 4]);
        let pixels = (0..4).flat_map(|_| row.clone()).collect();
        (4 * numbers.len() as u32, pixels)
    }

    /// For each square, the number of its nucleus.
    fn found(mask: impl Into<DynamicImage>) -> Vec<u16> {
        let nuclei = nuclei(&mask.into()).unwrap();
        let row = nuclei.len() / 4;
        assert!(nuclei.chunks(row).all(|other| other == &nuclei[..row]));
        let squares: Vec<&[u16]> = nuclei[..row].chunks(4).collect();
        assert!(
            squares
                .iter()
                .all(|square| square.iter().all(|one| *one == square[0]))
        );
        squares.iter().map(|square| square[0]).collect()
    }

    fn bytes(numbers: &[u8]) -> GrayImage {
        let (width, pixels) = squares(numbers);
        GrayImage::from_raw(width, 4, pixels).unwrap()
    }

    fn words(numbers: &[u16]) -> ImageBuffer<Luma<u16>, Vec<u16>> {
        let (width, pixels) = squares(numbers);
        ImageBuffer::from_raw(width, 4, pixels).unwrap()
    }

    #[test]
    fn every_number_of_a_label_map_is_a_nucleus_of_its_own() {
        assert_eq!(found(bytes(&[0, 1, 2, 0, 3, 4])), [0, 1, 2, 0, 3, 4]);
        assert_eq!(found(words(&[0, 1000, 500, 0, 1])), [0, 3, 2, 0, 1]);
        // Numbers up to white, and numbers that were stretched to be visible.
        assert_eq!(found(bytes(&[0, 1, 254, 255])), [0, 1, 2, 3]);
        assert_eq!(found(words(&[0, 1, 256, 65535])), [0, 1, 2, 3]);
        assert_eq!(found(bytes(&[0, 85, 170, 255])), [0, 1, 2, 3]);
        let grey = DynamicImage::from(bytes(&[0, 1, 2, 3]));
        assert_eq!(found(grey.to_rgb8()), [0, 1, 2, 3]);
        assert_eq!(found(grey.to_luma_alpha8()), [0, 1, 2, 3]);
    }

    #[test]
    fn every_colour_but_black_is_a_nucleus_of_its_own() {
        let (width, pixels) = squares(&[[0, 0, 0], [128, 0, 0], [0, 1, 0], [128, 128, 128]]);
        let colours = ImageBuffer::<Rgb<u8>, _>::from_raw(width, 4, pixels.concat()).unwrap();
        assert_eq!(found(colours), [0, 2, 1, 3]);
        let photograph = ImageBuffer::from_pixel(2, 2, Rgb([200u8, 100, 0]));
        let error = nuclei(&photograph.into()).unwrap_err();
        assert!(error.contains("must be black"), "{error}");
    }

    #[test]
    fn the_larger_of_two_values_is_the_nucleus() {
        for white in [1, 2, 128, 255] {
            assert_eq!(found(bytes(&[0, white, 0])), [0, 1, 0]);
            assert_eq!(found(words(&[0, white.into(), 0])), [0, 1, 0]);
        }
        assert_eq!(found(bytes(&[1, 2])), [0, 1]);
        assert_eq!(found(bytes(&[0, 0])), [0, 0]);
        assert_eq!(found(bytes(&[255])), [1]);
    }

    #[test]
    fn a_smoothed_edge_belongs_to_the_nucleus_where_it_is_above_half() {
        // A disc of radius 6, as far as each pixel is covered.
        let disc = |x: u32, y: u32| {
            let distance = (x as f32 - 9.5).hypot(y as f32 - 9.5);
            (6.5 - distance).clamp(0.0, 1.0)
        };
        let smooth = GrayImage::from_fn(20, 20, |x, y| Luma([(255.0 * disc(x, y)) as u8]));
        let sharp = ImageBuffer::from_fn(20, 20, |x, y| {
            Luma([u16::from((255.0 * disc(x, y)) as u8 > 127)])
        });
        assert!(smooth.iter().any(|&value| value != 0 && value != 255));
        assert_eq!(nuclei(&smooth.into()).unwrap(), sharp.into_raw());
    }
}
