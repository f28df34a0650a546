//! How far an area under the ROC curve may be off, because it was measured on few images.

use super::ranking::Ranking;
use crate::{Error, Result, Tensor};
use std::fmt::{self, Display, Formatter};

/// A measured value, and an interval that contains the true one with a confidence of 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub standard_error: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Display for Estimate {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Estimate {
            value, low, high, ..
        } = self;
        write!(
            formatter,
            "{value:.3} (95 % interval {low:.3} to {high:.3})"
        )
    }
}

/// [`roc_auc`](super::roc_auc) with its 95 % interval, as the images of another sample would give another area. `scores` are (N),
/// `classes` (N) are 0 and 1.
///
/// The standard error is that of DeLong, DeLong and Clarke-Pearson (1988), which assumes no distribution, computed from ranks as
/// Sun and Xu (2014) do. The interval is 1.96 standard errors to both sides, within 0 and 1. It is too narrow for a few dozen
/// images, and for areas close to 1: a score that separates the classes perfectly has a standard error of 0. Images must be
/// independent, so several of one patient make it too narrow as well.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let scores = Tensor::new(&[0.1f32, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let auc = eosin::metrics::auc_with_interval(&scores, &classes)?;
/// assert_eq!(auc.to_string(), "0.750 (95 % interval 0.057 to 1.000)");
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`roc_curve`](super::roc_curve), and when one of the classes has a single image.
pub fn auc_with_interval(scores: &Tensor, classes: &Tensor) -> Result<Estimate> {
    let ranking = Ranking::new("auc_with_interval", scores, classes)?;
    let (positives, negatives) = (ranking.positives as f64, ranking.negatives as f64);
    if ranking.positives < 2 || ranking.negatives < 2 {
        return Err(Error::Invalid(format!(
            "auc_with_interval: {positives} images of class 1 and {negatives} of class 0: how much scores vary can only be seen in \
             at least two of each; give more images, or use `roc_auc`"
        )));
    }
    // For each positive image the share of negative ones below it, and for each negative one the share of positive ones above it.
    let (mut of_positives, mut of_negatives) = (Spread::default(), Spread::default());
    let (mut positives_above, mut negatives_above) = (0.0, 0.0);
    for tie in ranking.ties() {
        let (equal_positives, equal_negatives) = (tie.positives as f64, tie.negatives as f64);
        let below = (negatives - negatives_above - equal_negatives / 2.0) / negatives;
        let above = (positives_above + equal_positives / 2.0) / positives;
        of_positives.add(below, equal_positives);
        of_negatives.add(above, equal_negatives);
        positives_above += equal_positives;
        negatives_above += equal_negatives;
    }
    let value = of_positives.mean();
    let variance = of_positives.variance() / positives + of_negatives.variance() / negatives;
    let standard_error = variance.sqrt();
    /// Between plus and minus this lie 95 % of a standard normal distribution.
    const QUANTILE: f64 = 1.959963984540054;
    Ok(Estimate {
        value,
        standard_error,
        low: (value - QUANTILE * standard_error).max(0.0),
        high: (value + QUANTILE * standard_error).min(1.0),
    })
}

/// Mean and variance of numbers that come one after another (Welford 1962).
#[derive(Default)]
struct Spread {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    /// Adds `number`, `times` times.
    fn add(&mut self, number: f64, times: f64) {
        if times > 0.0 {
            let difference = number - self.mean;
            let before = self.count;
            self.count += times;
            self.mean += difference * times / self.count;
            self.squares += difference * difference * before * times / self.count;
        }
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    /// Of the population that the numbers are a sample of.
    fn variance(&self) -> f64 {
        self.squares / (self.count - 1.0)
    }
}
