//! Identical images, which leak from one part of a data set into another.

use super::{Dataset, Split};
use crate::{Result, Tensor};
use candle_core::DType;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::{Debug, Formatter};

/// An image that there is more than once: the sample `index` of a part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Duplicate {
    /// "train", "valid" or "test".
    pub part: &'static str,
    pub index: usize,
}

impl Debug for Duplicate {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.part, self.index)
    }
}

/// Finds the groups of images that are the same in every pixel, within a part or across parts: training first, then validation,
/// then test. Targets may differ.
///
/// A test image that is also a training image measures memory. Two scans of one patient, or one scan at two sizes, leak just as
/// well, but their pixels do not tell.
///
/// ```
/// use eosin::data::{GreyImages, duplicates, split};
/// let images = GreyImages::new((1, 2), vec![7, 8, 9, 9, 7, 8, 0, 1, 0, 2], vec![0; 5])?;
/// let groups = duplicates(&split(images, 1))?;
/// assert_eq!(groups.len(), 1);
/// assert_eq!(groups[0].len(), 2);
/// let is_leak = groups[0].iter().any(|image| image.part != groups[0][0].part);
/// println!("{groups:?}, across parts: {is_leak}"); // such as [[train 0, test 0]], across parts: true
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When a sample cannot be read.
pub fn duplicates<D: Dataset>(parts: &Split<D>) -> Result<Vec<Vec<Duplicate>>> {
    let mut groups: Vec<Vec<Duplicate>> = Vec::new();
    let mut group_of = HashMap::new();
    for (part, samples) in [
        ("train", &parts.train),
        ("valid", &parts.valid),
        ("test", &parts.test),
    ] {
        for index in 0..samples.len() {
            let (image, _) = samples.get(index)?;
            let group = *group_of.entry(fingerprint(&image)?).or_insert(groups.len());
            if group == groups.len() {
                groups.push(Vec::new());
            }
            groups[group].push(Duplicate { part, index });
        }
    }
    groups.retain(|group| group.len() > 1);
    Ok(groups)
}

/// A few bytes in place of the image, so that large data sets need little memory. No two different images with the same SHA-256
/// are known.
fn fingerprint(image: &Tensor) -> Result<[u8; 32]> {
    let mut hash = Sha256::new();
    for &size in image.dims() {
        hash.update((size as u64).to_le_bytes());
    }
    for value in image
        .to_dtype(DType::F32)?
        .flatten_all()?
        .to_vec1::<f32>()?
    {
        hash.update(value.to_le_bytes());
    }
    Ok(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{GreyImages, Subset};

    /// Images of 1 x 2 pixels.
    fn part(images: &[[u8; 2]]) -> Subset<GreyImages> {
        // Each has a class of its own: it makes no difference.
        let classes = (0..images.len() as u8).collect();
        Subset::whole(GreyImages::new((1, 2), images.concat(), classes).unwrap())
    }

    #[test]
    fn identical_images_are_found_within_and_across_parts() {
        let parts = Split {
            train: part(&[[1, 2], [3, 3], [2, 1], [3, 3]]),
            valid: part(&[[9, 9], [2, 1]]),
            test: part(&[[3, 3], [0, 0], [9, 8]]),
        };
        let groups = duplicates(&parts).unwrap();
        assert_eq!(
            format!("{groups:?}"),
            "[[train 1, train 3, test 0], [train 2, valid 1]]"
        );
        let different = Split {
            train: part(&[[1, 2], [2, 1]]),
            valid: part(&[]),
            test: part(&[[1, 1]]),
        };
        assert!(duplicates(&different).unwrap().is_empty());
    }
}
