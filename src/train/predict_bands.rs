//! A model on an image that is larger than memory.

use super::blend::Blend;
use super::tiles::Tiles;
use crate::display::interrupt::{Guard, interrupted};
use crate::nn::no_grad;
use crate::ops::reflect_pad2d;
use crate::{Error, Result, Tensor};

/// What [`predict_tiled`](super::predict_tiled) would make of an image of `size` (height, width), in bands: some finished rows after the
/// other, from the top to the bottom. Neither the image nor the result is ever in memory as a whole.
///
/// `read` gets a row, a column, a height and a width, and returns that part (C, height, width) of the image; it is asked for one tile
/// after the other, row by row. `forward` gets tiles (N, C, size, size) and returns (N, K, size, size), such as logits. `finished`
/// gets the first row of a band, and the band (K, rows, width), f32, on the CPU: write it to a file, count in it, or make it smaller.
///
/// The values are those of `predict_tiled`, bit for bit. What is in memory is a batch of tiles, and the rows of pixels that they and
/// unfinished tiles beside them cover.
///
/// No gradients are followed. Set the model to evaluation mode before, by `model.eval()`.
///
/// ```
/// use eosin::prelude::*;
/// use eosin::train::{Tiles, predict_bands};
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("slide.tif");
/// # let mut file = tiff::encoder::TiffEncoder::new(std::fs::File::create(&path).unwrap()).unwrap();
/// # file.write_image::<tiff::encoder::colortype::Gray8>(40, 70, &[51; 2800]).unwrap();
/// let model = UNet::new(42, &Device::Cpu)?;
/// model.eval();
/// let mut slide = data::TileReader::open(&path)?;
/// let mut positive = 0.0;
/// predict_bands(
///     |tiles| model.forward(tiles),
///     (slide.height(), slide.width()),
///     |top, left, height, width| slide.read(top, left, height, width),
///     Tiles::new(32, 8),
///     |top, logits| {
///         println!("{} rows from row {top}", logits.dim(1)?);
///         positive += logits.gt(0.)?.to_dtype(DType::F32)?.sum_all()?.to_scalar::<f32>()?;
///         Ok(())
///     },
/// )?;
/// println!("{positive} pixels of {}", 70 * 40);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image has no pixels, the overlap is not smaller than a tile, one of the functions fails or returns another shape, or you
/// interrupt it.
pub fn predict_bands(
    forward: impl Fn(&Tensor) -> Result<Tensor>,
    size: (usize, usize),
    read: impl FnMut(usize, usize, usize, usize) -> Result<Tensor>,
    tiles: Tiles,
    finished: impl FnMut(usize, &Tensor) -> Result<()>,
) -> Result<()> {
    bands("predict_bands", forward, size, read, tiles, finished)
}

/// [`predict_bands`] for the function `operation`, which errors name.
pub(super) fn bands(
    operation: &str,
    forward: impl Fn(&Tensor) -> Result<Tensor>,
    (height, width): (usize, usize),
    mut read: impl FnMut(usize, usize, usize, usize) -> Result<Tensor>,
    tiles: Tiles,
    mut finished: impl FnMut(usize, &Tensor) -> Result<()>,
) -> Result<()> {
    let refused = |reason: String| Error::Invalid(format!("{operation}: {reason}"));
    tiles.check(operation)?;
    if height == 0 || width == 0 {
        return Err(refused(format!(
            "an image must have pixels, this one is {height} x {width}"
        )));
    }
    // An image that is smaller than a tile goes on as in a mirror, above and below, left and right.
    let missing = |side: usize| {
        let missing = tiles.size.saturating_sub(side);
        (missing / 2, missing - missing / 2)
    };
    let (rows, columns) = (missing(height), missing(width));
    let (padded_height, padded_width) = (height + rows.0 + rows.1, width + columns.0 + columns.1);
    let (tile_height, tile_width) = (tiles.size.min(height), tiles.size.min(width));
    let lefts = tiles.starts(padded_width);
    let places: Vec<(usize, usize)> = tiles
        .starts(padded_height)
        .into_iter()
        .flat_map(|top| lefts.iter().map(move |&left| (top, left)))
        .collect();
    let mut tile = |&(top, left): &(usize, usize)| {
        let tile = read(top, left, tile_height, tile_width)?;
        match *tile.dims() {
            [_, height, width] if (height, width) == (tile_height, tile_width) => {
                reflect_pad2d(&tile, rows, columns)
            }
            ref shape => Err(refused(format!(
                "the part of the image that was read must be (C, {tile_height}, {tile_width}), it is {shape:?}"
            ))),
        }
    };
    let mut channels = None;
    let mut blend = Blend::new(padded_width, tiles);
    let _guard = Guard::new();
    for (number, batch) in places.chunks(tiles.batch_size).enumerate() {
        if interrupted() {
            return Err(refused("it was interrupted".to_owned()));
        }
        let images = Tensor::stack(&batch.iter().map(&mut tile).collect::<Result<Vec<_>>>()?, 0)?;
        let predictions = no_grad(|| forward(&images))?;
        match *predictions.dims() {
            [count, found, high, wide]
                if (count, high, wide) == (batch.len(), tiles.size, tiles.size)
                    && found > 0
                    && *channels.get_or_insert(found) == found => {}
            ref shape => {
                return Err(refused(format!(
                    "for {count} tiles of {size} x {size} pixels, the model must return (N, K, {size}, {size}) with N = {count} and \
                     always the same K, but it returned {shape:?}",
                    count = batch.len(),
                    size = tiles.size,
                )));
            }
        }
        blend.add(batch, &predictions)?;
        // All other tiles begin in this row or below.
        let end = match places.get((number + 1) * tiles.batch_size) {
            Some(&(top, _)) => top,
            None => padded_height,
        };
        let begin = blend.first_row();
        if begin < end {
            let band = blend.finish(end)?;
            // Without what was added as in a mirror.
            let top = begin.max(rows.0);
            let bottom = end.min(rows.0 + height);
            let band = band
                .narrow(1, top - begin, bottom - top)?
                .narrow(2, columns.0, width)?
                .contiguous()?;
            finished(top - rows.0, &band)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn values(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    /// Two channels, with a number of its own for each pixel.
    fn part(top: usize, left: usize, height: usize, width: usize) -> Result<Tensor> {
        let number = |channel, row, column| {
            ((channel * 31 + (top + row) * 7 + (left + column) * 13) % 101) as f32 / 101.0
        };
        let numbers = (0..2 * height * width)
            .map(|at| number(at / (height * width), at / width % height, at % width));
        Tensor::from_vec(
            numbers.collect::<Vec<f32>>(),
            (2, height, width),
            &Device::Cpu,
        )
    }

    /// How far right and down a pixel of a tile of 16 pixels is, as something that changes its prediction.
    fn slope(row: usize, column: usize) -> f32 {
        (row * 16 + column) as f32 / 97.0
    }

    /// A model whose predictions depend on where a pixel lies in its tile, so that it matters which tiles overlap, and how.
    fn sloped(tiles: &Tensor) -> Result<Tensor> {
        let numbers = values(tiles).into_iter().enumerate();
        let numbers = numbers.map(|(at, value)| value + slope(at / 16 % 16, at % 16));
        let count = tiles.dims()[0];
        Tensor::from_vec(
            numbers.collect::<Vec<f32>>(),
            (count, 2, 16, 16),
            &Device::Cpu,
        )
    }

    #[test]
    fn bands_follow_each_other_and_join_to_the_mean_over_the_whole_image() {
        for (height, width) in [(16, 16), (40, 28), (61, 90), (100, 16)] {
            for (tiles, weights) in [
                (Tiles::new(16, 4), Tiles::new(16, 4).weights()),
                (Tiles::new(16, 0).batch_size(1), Tiles::new(16, 0).weights()),
                (
                    Tiles::new(16, 13).batch_size(3),
                    Tiles::new(16, 13).weights(),
                ),
            ] {
                // The same means, with sums for all of the image.
                let image = values(&part(0, 0, height, width).unwrap());
                let mut sums = vec![0f32; 2 * height * width];
                let mut totals = vec![0f32; height * width];
                for top in tiles.starts(height) {
                    for left in tiles.starts(width) {
                        for (row, column) in (0..256).map(|at| (at / 16, at % 16)) {
                            let at = (top + row) * width + left + column;
                            let weight = weights[column] * weights[row];
                            totals[at] += weight;
                            for at in [at, height * width + at] {
                                sums[at] += (image[at] + slope(row, column)) * weight;
                            }
                        }
                    }
                }
                let means = sums.iter().enumerate();
                let means: Vec<f32> = means
                    .map(|(at, sum)| sum / totals[at % (height * width)])
                    .collect();
                let mut bands: Vec<Tensor> = Vec::new();
                let mut rows = 0;
                predict_bands(sloped, (height, width), part, tiles, |top, band| {
                    assert_eq!(top, rows);
                    rows += band.dims()[1];
                    bands.push(band.clone());
                    Ok(())
                })
                .unwrap();
                let joined = Tensor::cat(&bands, 1).unwrap();
                assert_eq!(joined.dims(), [2, height, width]);
                for (value, mean) in values(&joined).into_iter().zip(means) {
                    let difference = (value - mean).abs();
                    assert!(
                        difference < 1e-5,
                        "{height} x {width}, {tiles:?}: {difference}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_image_smaller_than_a_tile_is_read_once_and_comes_back_in_its_own_size() {
        let mut reads = Vec::new();
        let mut seen = Vec::new();
        predict_bands(
            |tiles| Ok(tiles.clone()),
            (5, 40),
            |top, left, height, width| {
                reads.push((top, left, height, width));
                part(top, left, height, width)
            },
            Tiles::new(16, 0),
            |top, band| {
                seen.push((top, values(band)));
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(reads, [(0, 0, 5, 16), (0, 12, 5, 16), (0, 24, 5, 16)]);
        let [(0, found)] = &seen[..] else {
            panic!("{seen:?}");
        };
        let wanted = values(&part(0, 0, 5, 40).unwrap());
        assert!(found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-6));
        assert_eq!(found.len(), wanted.len());
    }

    #[test]
    fn rows_are_finished_before_tiles_below_them_are_read() {
        let finished = std::cell::Cell::new(0);
        let tiles = Tiles::new(16, 4).batch_size(1);
        predict_bands(
            sloped,
            (200, 40),
            |top, left, height, width| {
                assert_eq!(
                    finished.get(),
                    top,
                    "only the rows of one tile are in memory"
                );
                part(top, left, height, width)
            },
            tiles,
            |top, band| {
                finished.set(top + band.dims()[1]);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(finished.get(), 200);
    }

    #[test]
    fn wrong_parts_and_failures_of_the_functions_are_passed_on() {
        let message = |size,
                       read: fn(usize, usize, usize, usize) -> Result<Tensor>,
                       finished: fn(usize, &Tensor) -> Result<()>| {
            predict_bands(sloped, size, read, Tiles::new(16, 4), finished)
                .unwrap_err()
                .to_string()
        };
        for (text, words) in [
            (message((0, 20), part, |_, _| Ok(())), "this one is 0 x 20"),
            (
                message((20, 20), |_, _, _, _| part(0, 0, 9, 16), |_, _| Ok(())),
                "must be (C, 16, 16), it is [2, 9, 16]",
            ),
            (
                message((20, 20), part, |_, _| {
                    Err(Error::Invalid("the disk is full".to_owned()))
                }),
                "the disk is full",
            ),
        ] {
            assert!(text.contains(words), "{text}");
        }
    }
}
