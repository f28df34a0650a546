//! Which images look as if they came from the same kind of microscope.

use super::{Nuclei, Sample};
use crate::data::k_means::k_means;
use crate::data::{Dataset, Split, split_stratified};
use crate::{Error, Result};
use rayon::prelude::*;

/// The kinds that are known in the images of the 2018 Data Science Bowl: fluorescence in small images and in large ones, tissue that
/// is stained purple in two ways, and grey tissue in bright field.
const KNOWN: usize = 5;

/// The kind of each image, a number from 0; kind 0 has the most images.
#[derive(Clone, PartialEq, Eq)]
pub struct Kinds {
    groups: Vec<usize>,
    count: usize,
}

impl Kinds {
    /// The kind of each image, in the order of the images.
    pub fn groups(&self) -> &[usize] {
        &self.groups
    }

    /// The indices of all images of a kind; none if there is no such kind.
    pub fn members(&self, kind: usize) -> Vec<usize> {
        let groups = self.groups.iter().enumerate();
        let members = groups.filter(|(_, group)| **group == kind);
        members.map(|(index, _)| index).collect()
    }

    /// How many images there are of each kind.
    pub fn counts(&self) -> Vec<usize> {
        (0..self.count)
            .map(|kind| self.members(kind).len())
            .collect()
    }
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "kinds with {:?} images", self.counts())
    }
}

impl Nuclei {
    /// Groups the images into `count` kinds by how they look: by the mean of each colour, by how colourful they are, and by their
    /// original size. Nobody says which kinds there are: k-means finds images that are close to each other. For those of the 2018 Data
    /// Science Bowl, take 5. [`plot::groups`](crate::plot::groups) shows what it found.
    ///
    /// ```
    /// use eosin::prelude::*;
    /// let nuclei = Nuclei::synthetic(20, 42, &data::nuclei::Options::new(32));
    /// let kinds = nuclei.kinds(2, 1)?;
    /// assert_eq!(kinds.counts().iter().sum::<usize>(), 20);
    /// plot::groups(&nuclei, kinds.groups(), 4)?;
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there are fewer images than kinds, or no kinds.
    pub fn kinds(&self, count: usize, seed: u64) -> Result<Kinds> {
        if count == 0 || count > self.len() {
            return Err(Error::Invalid(format!(
                "kinds: {} images cannot be of {count} kinds; the number of kinds must be at least 1, and at most that of images",
                self.len()
            )));
        }
        let looks: Vec<[f64; 5]> = self.samples.par_iter().map(look).collect();
        Ok(Kinds {
            groups: k_means(&standardised(&looks), count, seed),
            count,
        })
    }

    /// Splits 60 / 20 / 20 so that each part has images of each of 5 [`kinds`](Self::kinds) in the same shares: what a network does
    /// on a rare kind should not depend on the luck of the draw. With fewer than 5 images, each is a kind of its own.
    ///
    /// # Errors
    /// When there are no images.
    pub fn split_by_kind(&self, seed: u64) -> Result<Split<Self>> {
        let kinds = self.kinds(KNOWN.min(self.len()), seed)?;
        split_stratified(self.clone(), kinds.groups(), seed)
    }
}

/// The means of red, green and blue, how far the largest and the smallest of the three are apart on average, and the logarithm of the
/// number of pixels that the image had.
fn look(sample: &Sample) -> [f64; 5] {
    let values = sample.image.values();
    let plane = values.len() / 3;
    let mut sums = [0.0; 4];
    for at in 0..plane {
        let colour = [values[at], values[at + plane], values[at + 2 * plane]];
        let [red, green, blue] = colour.map(f64::from);
        let spread = red.max(green).max(blue) - red.min(green).min(blue);
        for (sum, value) in sums.iter_mut().zip([red, green, blue, spread]) {
            *sum += value;
        }
    }
    let [red, green, blue, spread] = sums.map(|sum| sum / plane as f64);
    let pixels = (sample.height * sample.width) as f64;
    [red, green, blue, spread, pixels.ln()]
}

/// Each number minus the mean of its column, divided by the standard deviation, so that all columns count the same.
fn standardised<const N: usize>(rows: &[[f64; N]]) -> Vec<Vec<f64>> {
    let count = rows.len() as f64;
    let scales: [(f64, f64); N] = std::array::from_fn(|column| {
        let mean = rows.iter().map(|row| row[column]).sum::<f64>() / count;
        let squares = rows.iter().map(|row| (row[column] - mean).powi(2));
        (mean, (squares.sum::<f64>() / count).sqrt())
    });
    let scaled = |(value, (mean, deviation)): (&f64, &(f64, f64))| match *deviation > 1e-9 {
        true => (value - mean) / deviation,
        // All rows have the same number here.
        false => 0.0,
    };
    let row = |row: &[f64; N]| row.iter().zip(&scales).map(scaled).collect();
    rows.iter().map(row).collect()
}
