//! Run-length encoding: a mask as text.
//!
//! The 2018 Data Science Bowl, as other challenges of Kaggle, numbers the pixels *down the columns* and from 1: the second pixel of
//! the first column is 2, and the first pixel of the second column of an image of 256 x 256 is 257. A mask is the list of its runs,
//! `start length start length ...`, in order. A run goes on at the top of the next column.

use crate::morph::LabelMap;
use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};
use std::collections::BTreeMap;
use std::ops::Range;

/// Encodes a mask (H, W) or (1, H, W): the pixels above one half.
///
/// ```
/// use eosin::{Tensor, candle_core::Device, data::rle};
/// let mask = Tensor::new(&[[0u8, 1, 0], [0, 1, 1], [0, 0, 1]], &Device::Cpu)?;
/// assert_eq!(rle::encode(&mask)?, "4 2 8 2");
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shape is another, or a number is NaN.
pub fn encode(mask: &Tensor) -> Result<String> {
    let (height, width) = match *mask.dims() {
        [height, width] | [1, height, width] => (height, width),
        ref shape => {
            return Err(Error::Invalid(format!(
                "rle::encode: a mask must be (H, W) or (1, H, W), this tensor is {shape:?}"
            )));
        }
    };
    let numbers: Vec<f64> = mask.flatten_all()?.to_dtype(DType::F64)?.to_vec1()?;
    if numbers.iter().any(|number| number.is_nan()) {
        return Err(Error::Invalid(
            "rle::encode: the mask holds NaN (not a number), which is neither object nor background"
                .to_owned(),
        ));
    }
    let labels = numbers.iter().map(|&number| u32::from(number > 0.5));
    encode_object(&LabelMap::new(height, width, labels.collect())?, 1)
}

/// Encodes the object with the number `id`; the text is empty if there is none.
///
/// ```
/// use eosin::{data::rle, morph::LabelMap};
/// let labels = LabelMap::new(2, 3, vec![7, 0, 5, 7, 7, 5])?;
/// assert_eq!(rle::encode_object(&labels, 7)?, "1 2 4 1");
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When `id` is 0, the background.
pub fn encode_object(labels: &LabelMap, id: u32) -> Result<String> {
    if id == 0 {
        return Err(Error::Invalid(
            "rle::encode_object: 0 is the background; objects are numbered from 1, see `LabelMap::ids`"
                .to_owned(),
        ));
    }
    let runs = runs(labels).remove(&id);
    Ok(text(&runs.unwrap_or_default()))
}

/// Encodes all objects: their numbers, in order, and their runs.
///
/// ```
/// use eosin::{data::rle, morph::LabelMap};
/// let labels = LabelMap::new(2, 3, vec![7, 0, 5, 7, 7, 5])?;
/// assert_eq!(rle::encode_objects(&labels), [(5, "5 2".to_owned()), (7, "1 2 4 1".to_owned())]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub fn encode_objects(labels: &LabelMap) -> Vec<(u32, String)> {
    let runs = runs(labels).into_iter();
    runs.map(|(id, runs)| (id, text(&runs))).collect()
}

/// Decodes a mask (1, H, W) of `height` x `width` pixels: 1 in a run and 0 elsewhere, f32. Without any run, the mask is empty.
///
/// ```
/// use eosin::data::rle;
/// let mask = rle::decode("4 2 8 2", 3, 3)?;
/// assert_eq!(mask.get(0)?.to_vec2::<f32>()?, [[0., 1., 0.], [0., 1., 1.], [0., 0., 1.]]);
/// assert!(rle::decode("4 2 8", 3, 3).unwrap_err().to_string().contains("has no length"));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When a word is not a number, a start or a length is 0, the last start has no length, a run ends beyond the image, or the runs
/// overlap or are not in order. The error names the run, counted from 1.
pub fn decode(text: &str, height: usize, width: usize) -> Result<Tensor> {
    let mut mask = vec![0f32; height * width];
    for pixel in pixels(text, height, width)? {
        mask[pixel] = 1.0;
    }
    Tensor::from_vec(mask, (1, height, width), &Device::Cpu)
}

/// Decodes a label map of `height` x `width` pixels: the object of the first text is 1, that of the second 2, and so on.
///
/// ```
/// use eosin::data::rle;
/// assert_eq!(rle::decode_objects(&["5 2", "1 2 4 1"], 2, 3)?.labels(), [2, 0, 1, 2, 2, 1]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As for [`decode`], and when objects overlap; the error names the object, counted from 1.
pub fn decode_objects(texts: &[impl AsRef<str>], height: usize, width: usize) -> Result<LabelMap> {
    let mut labels = vec![0; height * width];
    for (number, text) in (1..).zip(texts) {
        let pixels = pixels(text.as_ref(), height, width);
        let pixels = pixels.map_err(|error| Error::Data(format!("object {number}: {error}")))?;
        for pixel in pixels {
            if labels[pixel] != 0 {
                return Err(Error::Data(format!(
                    "objects {} and {number} overlap in row {}, column {} (counted from 0): a pixel belongs to one object only",
                    labels[pixel],
                    pixel / width,
                    pixel % width
                )));
            }
            labels[pixel] = number;
        }
    }
    LabelMap::new(height, width, labels)
}

/// Runs of all objects, down the columns and from 0.
fn runs(labels: &LabelMap) -> BTreeMap<u32, Vec<Range<usize>>> {
    let (height, width) = (labels.height(), labels.width());
    let down_the_columns = (0..width).flat_map(|x| (0..height).map(move |y| (y, x)));
    let mut runs: BTreeMap<u32, Vec<Range<usize>>> = BTreeMap::new();
    let mut finish = |id: u32, run: Range<usize>| {
        if id != 0 {
            runs.entry(id).or_default().push(run);
        }
    };
    let (mut current, mut start) = (0, 0);
    for (place, (y, x)) in down_the_columns.enumerate() {
        let id = labels.at(y, x);
        if id != current {
            finish(current, start..place);
            (current, start) = (id, place);
        }
    }
    finish(current, start..height * width);
    runs
}

fn text(runs: &[Range<usize>]) -> String {
    let words = runs
        .iter()
        .map(|run| format!("{} {}", run.start + 1, run.len()));
    words.collect::<Vec<_>>().join(" ")
}

/// The pixels of all runs, numbered row by row from 0.
pub(super) fn pixels(
    text: &str,
    height: usize,
    width: usize,
) -> Result<impl Iterator<Item = usize> + use<>> {
    let runs = parse(text, height, width)?;
    let row_by_row = move |place: usize| place % height * width + place / height;
    Ok(runs.into_iter().flatten().map(row_by_row))
}

/// Runs down the columns and from 0, which lie in the image, in order and apart.
fn parse(text: &str, height: usize, width: usize) -> Result<Vec<Range<usize>>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut words = text.split_ascii_whitespace();
    while let Some(start) = words.next() {
        let number = runs.len() + 1;
        let refuse = |what: String| Err(Error::Data(format!("run {number}: {what}")));
        let Some(length) = words.next() else {
            return refuse(format!(
                "the start {start} has no length; each run is a start and a length"
            ));
        };
        let (Ok(first), Ok(count)) = (start.parse::<usize>(), length.parse::<usize>()) else {
            return refuse(format!(
                "\"{start} {length}\" are not two whole numbers; each run is a start and a length"
            ));
        };
        if first == 0 || count == 0 {
            return refuse(format!(
                "\"{start} {length}\": pixels are counted from 1, and a run has at least one"
            ));
        }
        // As large as the file's author likes: sums must not overflow.
        let end = (first - 1).saturating_add(count);
        if end > height * width {
            return refuse(format!(
                "\"{start} {length}\" ends at pixel {end}, but an image of {height} x {width} has {}",
                height * width
            ));
        }
        let previous = runs.last().map_or(0, |run| run.end);
        if first <= previous {
            return refuse(format!(
                "it starts at pixel {first}, but the run before ends at {previous}: runs are in order and do not overlap"
            ));
        }
        runs.push(first - 1..end);
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn runs_go_down_the_columns_and_on_into_the_next() {
        let labels = LabelMap::new(2, 3, vec![0, 1, 0, 1, 1, 0]).unwrap();
        assert_eq!(encode_object(&labels, 1).unwrap(), "2 3");
        let full = Tensor::ones((1, 4, 5), DType::F32, &Device::Cpu).unwrap();
        assert_eq!(encode(&full).unwrap(), "1 20");
        assert_eq!(encode(&full.zeros_like().unwrap()).unwrap(), "");
        assert_eq!(encode_object(&labels, 9).unwrap(), "");
        let mask = decode("", 4, 5).unwrap();
        assert_eq!(mask.sum_all().unwrap().to_scalar::<f32>().unwrap(), 0.0);
    }

    #[test]
    fn what_is_wrong_with_a_text_is_told_with_its_place() {
        for (text, reason) in [
            ("1 2 5", "run 2: the start 5 has no length"),
            ("1 2 0 1", "run 2: \"0 1\": pixels are counted from 1"),
            ("3 0", "run 1: \"3 0\""),
            (
                "1 2 9 2",
                "run 2: \"9 2\" ends at pixel 10, but an image of 3 x 3 has 9",
            ),
            ("1 18446744073709551615", "run 1"),
            (
                "1 3 3 1",
                "run 2: it starts at pixel 3, but the run before ends at 3",
            ),
            ("5 1 2 1", "run 2: it starts at pixel 2"),
            ("1 two", "run 1: \"1 two\" are not two whole numbers"),
            ("1 -2", "not two whole numbers"),
            ("1 2,4 1", "not two whole numbers"),
        ] {
            let error = decode(text, 3, 3).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
        let error = decode_objects(&["1 3", "2 1"], 3, 3).unwrap_err();
        let words = "objects 1 and 2 overlap in row 1, column 0";
        assert!(error.to_string().contains(words), "{error}");
        let error = decode_objects(&["1 3", "0 1"], 3, 3).unwrap_err();
        assert!(error.to_string().contains("object 2: run 1"), "{error}");
        let nan = Tensor::new(&[[f32::NAN]], &Device::Cpu).unwrap();
        assert!(encode(&nan).unwrap_err().to_string().contains("NaN"));
        assert!(encode(&nan.get(0).unwrap()).is_err());
        assert!(decode("1 1", 0, 3).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_label_map_survives_the_round_trip(labels in prop::collection::vec(0..4u32, 35)) {
            let labels = LabelMap::new(5, 7, labels).unwrap();
            let (ids, texts): (Vec<u32>, Vec<String>) = encode_objects(&labels).into_iter().unzip();
            prop_assert_eq!(&ids, &labels.ids());
            prop_assert_eq!(decode_objects(&texts, 5, 7).unwrap(), labels.relabeled());
            let mask = labels.mask().unwrap();
            let decoded = decode(&encode(&mask).unwrap(), 5, 7).unwrap();
            let numbers = |mask: &Tensor| mask.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            prop_assert_eq!(numbers(&decoded), numbers(&mask));
        }
    }
}
