//! Parts of a data set that share no patient.

use super::{Dataset, Split, Subset};
use crate::{Error, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Splits about 60 / 20 / 20, so that no group is in two parts. `groups` has the group of each sample, such as its patient: a
/// model that has seen one image of a patient has an easy game with the next, and a test that allows this promises too much.
///
/// Groups come in an order that `seed` gives. Each goes to the test part, or else to the validation part, if that brings the part
/// closer to a fifth of all samples; what is left is for training. The larger the groups, the further from 60 / 20 / 20 the parts
/// can be.
///
/// ```
/// use eosin::data::{Dataset, GreyImages, split_by_group};
/// let images = GreyImages::new((1, 1), (0..10).collect(), vec![0; 10])?;
/// let patients = ["Ada", "Ada", "Ben", "Ben", "Cem", "Cem", "Dua", "Dua", "Eva", "Eva"];
/// let parts = split_by_group(images, &patients, 42)?;
/// assert_eq!((parts.train.len(), parts.valid.len(), parts.test.len()), (6, 2, 2));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is not a group for each sample, or the groups are too few or too large to give each part at least one.
pub fn split_by_group<D: Dataset>(dataset: D, groups: &[impl Ord], seed: u64) -> Result<Split<D>> {
    if groups.len() != dataset.len() {
        return Err(Error::Data(format!(
            "split_by_group: there are {} groups for {} samples; give the group of each sample",
            groups.len(),
            dataset.len()
        )));
    }
    let mut members: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        members.entry(group).or_default().push(index);
    }
    let [train, valid, test] = parts(members.into_values().collect(), seed)?;
    let all = Subset::whole(dataset);
    Ok(Split {
        train: all.of_whole(train),
        valid: all.of_whole(valid),
        test: all.of_whole(test),
    })
}

/// Indices for training, validation and test.
fn parts(mut groups: Vec<Vec<usize>>, seed: u64) -> Result<[Vec<usize>; 3]> {
    let (count, largest) = (groups.len(), groups.iter().map(Vec::len).max());
    let fifth = groups.iter().map(Vec::len).sum::<usize>() as f64 / 5.0;
    groups.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let [mut train, mut valid, mut test] = [const { Vec::new() }; 3];
    for group in groups {
        let comes_closer = |part: &[usize]| part.len() as f64 + group.len() as f64 / 2.0 <= fifth;
        match (comes_closer(&test), comes_closer(&valid)) {
            (true, _) => test.extend(group),
            (_, true) => valid.extend(group),
            _ => train.extend(group),
        }
    }
    if train.is_empty() || valid.is_empty() || test.is_empty() {
        return Err(Error::Data(format!(
            "split_by_group: {count} groups, the largest with {} samples, cannot fill three parts; check that the groups are those of \
             patients, and not of classes",
            largest.unwrap_or(0)
        )));
    }
    Ok([train, valid, test])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::GreyImages;

    /// 200 images whose class is their group, of 1 to 5 images.
    fn images() -> (GreyImages, Vec<u8>) {
        let groups: Vec<u8> = (0..200u32)
            .map(|index| (index * index % 67) as u8)
            .collect();
        let images = GreyImages::new((1, 1), vec![0; 200], groups.clone()).unwrap();
        (images, groups)
    }

    fn groups_of(part: &Subset<GreyImages>) -> Vec<u32> {
        let (_, classes) = part.first(part.len()).unwrap();
        let mut groups: Vec<u32> = classes.to_vec1().unwrap();
        groups.sort_unstable();
        groups
    }

    #[test]
    fn no_group_is_in_two_parts_and_no_sample_is_lost() {
        let (images, groups) = images();
        let split = |seed| split_by_group(images.clone(), &groups, seed).unwrap();
        for seed in 0..20 {
            let parts = split(seed);
            let parts = [&parts.train, &parts.valid, &parts.test].map(groups_of);
            for (one, other) in [(0, 1), (0, 2), (1, 2)] {
                assert!(!parts[one].iter().any(|group| parts[other].contains(group)));
            }
            assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 200);
            for part in &parts[1..] {
                assert!((36..=44).contains(&part.len()), "{} of 200", part.len());
            }
        }
        assert_eq!(groups_of(&split(1).test), groups_of(&split(1).test));
        assert_ne!(groups_of(&split(1).test), groups_of(&split(2).test));
    }

    #[test]
    fn what_cannot_be_split_is_told() {
        let (images, _) = images();
        let message = |groups: &[usize]| {
            let error = split_by_group(images.clone(), groups, 1).unwrap_err();
            error.to_string()
        };
        assert!(message(&[1, 2]).contains("2 groups for 200 samples"));
        let two: Vec<usize> = (0..200).map(|index| index % 2).collect();
        assert!(message(&two).contains("2 groups, the largest with 100"));
    }
}
