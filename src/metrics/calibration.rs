//! Whether probabilities mean what they say: of the images with a probability of 80 %, 80 % should be positive.

use super::two_classes::{probabilities_with_classes, rounded_as};
use crate::{Error, Result, Tensor};

/// More bins than this are not for people to look at.
const MOST_BINS: usize = 1000;

/// The mean squared difference of probabilities and classes (Brier 1950), from 0 (certain and right) to 1 (certain and wrong).
/// `probabilities` (N) are those of class 1, `classes` (N) are 0 and 1. It judges both the order of the images and the
/// calibration: a constant 0.5 gives 0.25. This is scikit-learn's `brier_score_loss`.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let probabilities = Tensor::new(&[0.5, 1., 0.], &Device::Cpu)?;
/// let classes = Tensor::new(&[1u32, 1, 0], &Device::Cpu)?;
/// assert_eq!(eosin::metrics::brier_score(&probabilities, &classes)?, 0.25 / 3.);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not match, there is no image, a number is NaN or not from 0 to 1, or a class is neither 0 nor 1.
pub fn brier_score(probabilities: &Tensor, classes: &Tensor) -> Result<f64> {
    let images = probabilities_with_classes("brier_score", probabilities, classes)?;
    let squares = images
        .iter()
        .map(|&(probability, positive)| (probability - f64::from(u8::from(positive))).powi(2));
    Ok(squares.sum::<f64>() / images.len() as f64)
}

/// The images whose probability lies in one bin: above `low` (the first bin contains 0, too), and not above `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    pub low: f64,
    pub high: f64,
    /// How many images there are.
    pub count: usize,
    /// What the model says; NaN without images.
    pub mean_probability: f64,
    /// What is true: the share of images that are of class 1; NaN without images.
    pub positive_share: f64,
}

/// Images sorted into equally wide bins by their probability, from 0 to 1. [`crate::plot::reliability_diagram`] draws it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    pub bins: Vec<ReliabilityBin>,
}

impl Reliability {
    /// How far what the model says and what is true differ in a bin, on average over all images:
    /// `sum(count / N * |positive_share - mean_probability|)` (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017).
    pub fn expected_calibration_error(&self) -> f64 {
        let all: usize = self.bins.iter().map(|bin| bin.count).sum();
        let filled = self.bins.iter().filter(|bin| bin.count > 0);
        let gaps =
            filled.map(|bin| bin.count as f64 * (bin.positive_share - bin.mean_probability).abs());
        gaps.sum::<f64>() / all as f64
    }
}

/// Sorts images into `bins` equally wide bins of probability (1 to 1000). `probabilities` (N) are those of class 1, `classes` (N)
/// are 0 and 1. Filled bins hold the values of scikit-learn's `calibration_curve`.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let probabilities = Tensor::new(&[0.1, 0.75, 0.75], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1], &Device::Cpu)?;
/// let upper = eosin::metrics::reliability(&probabilities, &classes, 2)?.bins[1];
/// assert_eq!((upper.count, upper.mean_probability, upper.positive_share), (2, 0.75, 0.5));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`brier_score`], and when `bins` is 0 or more than 1000.
pub fn reliability(probabilities: &Tensor, classes: &Tensor, bins: usize) -> Result<Reliability> {
    sorted("reliability", probabilities, classes, bins)
}

/// The expected calibration error (ECE) with `bins` equally wide bins, often 10 or 15:
/// [`Reliability::expected_calibration_error`]. `probabilities` (N) are those of class 1, `classes` (N) are 0 and 1. The
/// publications judge the probability of the predicted class, whichever it is; for a disease, that of class 1 tells more.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// // Of ten patients with a probability of 0.9, six are ill; of ten with 0.2, four.
/// let probabilities = [[0.9; 10], [0.2; 10]].concat();
/// let ill = [[1u32; 6].as_slice(), &[0; 4], &[1; 4], &[0; 6]].concat();
/// let (probabilities, ill) = (Tensor::new(probabilities, &Device::Cpu)?, Tensor::new(ill, &Device::Cpu)?);
/// let error = eosin::metrics::expected_calibration_error(&probabilities, &ill, 10)?;
/// assert!((error - 0.25).abs() < 1e-9);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`reliability`].
pub fn expected_calibration_error(
    probabilities: &Tensor,
    classes: &Tensor,
    bins: usize,
) -> Result<f64> {
    let sorted = sorted("expected_calibration_error", probabilities, classes, bins)?;
    Ok(sorted.expected_calibration_error())
}

fn sorted(
    name: &str,
    probabilities: &Tensor,
    classes: &Tensor,
    bins: usize,
) -> Result<Reliability> {
    if !(1..=MOST_BINS).contains(&bins) {
        return Err(Error::Invalid(format!(
            "{name}: {bins} bins: give 1 to {MOST_BINS}, such as 10"
        )));
    }
    let images = probabilities_with_classes(name, probabilities, classes)?;
    let edge = |index: usize| index as f64 / bins as f64;
    let edges: Vec<f64> = (1..bins)
        .map(|index| rounded_as(probabilities, edge(index)))
        .collect::<Result<_>>()?;
    let mut sums = vec![(0, 0.0, 0); bins];
    for (probability, positive) in images {
        let (count, sum, positives) = &mut sums[edges.partition_point(|&edge| edge < probability)];
        *count += 1;
        *sum += probability;
        *positives += usize::from(positive);
    }
    let bins = (0..).zip(sums).map(|(index, (count, sum, positives))| {
        let all = count as f64;
        ReliabilityBin {
            low: edge(index),
            high: edge(index + 1),
            count,
            mean_probability: sum / all,
            positive_share: positives as f64 / all,
        }
    });
    Ok(Reliability {
        bins: bins.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn an_edge_belongs_to_the_bin_below_it_in_every_precision() {
        let tenths: Vec<f64> = (0..=10).map(|tenth| f64::from(tenth) / 10.0).collect();
        let probabilities = Tensor::new(tenths, &Device::Cpu).unwrap();
        let classes = Tensor::new(&[1u32; 11], &Device::Cpu).unwrap();
        for dtype in [DType::F64, DType::F32, DType::BF16] {
            let probabilities = probabilities.to_dtype(dtype).unwrap();
            let sorted = reliability(&probabilities, &classes, 10).unwrap();
            let counts: Vec<usize> = sorted.bins.iter().map(|bin| bin.count).collect();
            assert_eq!(counts, [2, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        }
    }

    #[test]
    fn empty_bins_say_nothing() {
        let probabilities = Tensor::new(&[0.25], &Device::Cpu).unwrap();
        let classes = Tensor::new(&[1u32], &Device::Cpu).unwrap();
        let sorted = reliability(&probabilities, &classes, 4).unwrap();
        assert!(sorted.bins[3].positive_share.is_nan());
        assert_eq!(sorted.expected_calibration_error(), 0.75);
    }

    #[test]
    fn logits_are_not_taken_for_probabilities() {
        let classes = Tensor::new(&[1u32, 0], &Device::Cpu).unwrap();
        let message = |numbers: [f64; 2], bins| {
            let numbers = Tensor::new(&numbers, &Device::Cpu).unwrap();
            let error = expected_calibration_error(&numbers, &classes, bins).unwrap_err();
            error.to_string()
        };
        assert!(message([0.5, -2.0], 10).contains("-2 is not a probability"));
        assert!(message([0.5, f64::NAN], 10).contains("1 of 2 probabilities are NaN"));
        assert!(message([0.5, 0.5], 0).contains("0 bins: give 1 to 1000"));
    }
}
