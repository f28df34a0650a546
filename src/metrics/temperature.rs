//! Temperature scaling: makes a model less certain of itself, or more, and changes none of its decisions.

use super::not_a_number::refuse_nan;
use super::two_classes::with_classes;
use crate::{Error, Result, Tensor};
use candle_core::DType;

/// The temperature is searched from 1 / this to this.
const HIGHEST: f64 = 1000.0;

/// The temperature T for which the probabilities of `logits / T` fit the classes best: it minimises the mean negative log
/// likelihood (Guo et al. 2017). Above 1, the model was too certain. Fit it on validation images, and judge it on others.
///
/// `logits` are (N) for two classes, as for [`crate::ops::sigmoid`], or (N, C), as for a softmax; `classes` are integers (N). The
/// likelihood has a single optimum in 1 / T, so that there is no learning rate to choose.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// // Certain to 88 %, but right in three of four cases only.
/// let logits = Tensor::new(&[2f32, 2., 2., 2., -2., -2., -2., -2.], &Device::Cpu)?;
/// let classes = Tensor::new(&[1u32, 1, 1, 0, 0, 0, 0, 1], &Device::Cpu)?;
/// let temperature = eosin::metrics::fit_temperature(&logits, &classes)?;
/// let probability = eosin::ops::sigmoid(&(logits / temperature)?)?.get(0)?.to_scalar::<f32>()?;
/// assert!((probability - 0.75).abs() < 1e-5);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not match, there is no image, a logit is NaN or infinite, or a class is not below C. Also when no
/// temperature from 0.001 to 1000 is the best: if the logits separate the classes perfectly, T would be 0, and if they are no
/// better than guessing, infinite.
pub fn fit_temperature(logits: &Tensor, classes: &Tensor) -> Result<f64> {
    let images = images(logits, classes)?;
    // The slope in 1 / T rises with it, so that the optimum is where it changes its sign: halve the interval again and again.
    let slope = |temperature: f64| -> f64 {
        images
            .iter()
            .map(|image| image.slope(1.0 / temperature))
            .sum()
    };
    let (mut low, mut high) = (1.0 / HIGHEST, HIGHEST);
    let without_optimum = |reason: &str| {
        Err(Error::Invalid(format!(
            "fit_temperature: no temperature from {low} to {high} is the best for these {} images: {reason}",
            images.len()
        )))
    };
    if slope(high) >= 0.0 {
        return without_optimum(
            "their logits are no better than guessing; check that logits and classes belong together, and that the model has learned",
        );
    }
    if slope(low) <= 0.0 {
        return without_optimum(
            "the model is right about all of them, so that it cannot be too certain; take more images, which it was not trained on",
        );
    }
    while high / low > 1.0 + 1e-12 {
        let middle = (low * high).sqrt();
        match slope(middle) < 0.0 {
            true => high = middle,
            false => low = middle,
        }
    }
    Ok((low * high).sqrt())
}

/// The logits of one image, and which of them is that of its class.
struct Image {
    logits: Vec<f64>,
    class: usize,
}

impl Image {
    /// The slope of `-ln softmax(inverse * logits)[class]` in `inverse`: the mean logit under the probabilities, less the right
    /// one.
    fn slope(&self, inverse: f64) -> f64 {
        let largest = self
            .logits
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut weights) = (0.0, 0.0);
        for &logit in &self.logits {
            let weight = (inverse * (logit - largest)).exp();
            sum += weight * (logit - self.logits[self.class]);
            weights += weight;
        }
        sum / weights
    }
}

fn images(logits: &Tensor, classes: &Tensor) -> Result<Vec<Image>> {
    const NAME: &str = "fit_temperature";
    let images: Vec<Image> = match logits.rank() {
        // A sigmoid is the softmax of 0 and the logit.
        1 => with_classes(NAME, "logits", logits, classes)?
            .into_iter()
            .map(|(logit, positive)| Image {
                logits: vec![0.0, logit],
                class: usize::from(positive),
            })
            .collect(),
        _ => of_many_classes(NAME, logits, classes)?,
    };
    match images
        .iter()
        .flat_map(|image| &image.logits)
        .all(|logit| logit.is_finite())
    {
        true => Ok(images),
        false => Err(Error::Invalid(format!(
            "{NAME}: a logit is infinite, which no temperature changes; train with a smaller learning rate"
        ))),
    }
}

fn of_many_classes(name: &str, logits: &Tensor, classes: &Tensor) -> Result<Vec<Image>> {
    let refuse = |rule: &str| {
        Error::Invalid(format!(
            "{name}: logits {:?} and classes {:?} ({}): {rule}",
            logits.shape(),
            classes.shape(),
            classes.dtype().as_str()
        ))
    };
    let (&[count, width], &[labels]) = (logits.dims(), classes.dims()) else {
        return Err(refuse("they must be (N) and (N), or (N, C) and (N)"));
    };
    if count != labels || count == 0 || !classes.dtype().is_int() {
        return Err(refuse(
            "there must be an integer class for each image, and at least one image",
        ));
    }
    refuse_nan(name, "logits", logits)?;
    let classes: Vec<u32> = classes.to_dtype(DType::U32)?.to_vec1()?;
    if let Some(class) = classes.iter().find(|&&class| class as usize >= width) {
        return Err(refuse(&format!("class {class} is not below {width}")));
    }
    let logits: Vec<Vec<f64>> = logits.to_dtype(DType::F64)?.to_vec2()?;
    let images = logits.into_iter().zip(classes);
    Ok(images
        .map(|(logits, class)| Image {
            logits,
            class: class as usize,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn one_logit_and_two_give_the_same_temperature() {
        let logits = Tensor::new(&[3.0, 1.0, -2.0, 0.5, -1.0], &Device::Cpu).unwrap();
        let classes = Tensor::new(&[1u32, 0, 0, 1, 1], &Device::Cpu).unwrap();
        let one = fit_temperature(&logits, &classes).unwrap();
        let two = Tensor::stack(&[logits.zeros_like().unwrap(), logits], 1).unwrap();
        assert_eq!(one, fit_temperature(&two, &classes).unwrap());
    }

    #[test]
    fn without_a_best_temperature_the_reason_is_told() {
        let message = |logits: [f64; 2], classes: [u32; 2]| {
            let logits = Tensor::new(&logits, &Device::Cpu).unwrap();
            let classes = Tensor::new(&classes, &Device::Cpu).unwrap();
            fit_temperature(&logits, &classes).unwrap_err().to_string()
        };
        assert!(message([2.0, -2.0], [1, 0]).contains("right about all of them"));
        assert!(message([2.0, -2.0], [0, 1]).contains("no better than guessing"));
        assert!(message([2.0, 2.0], [0, 1]).contains("no better than guessing"));
        assert!(message([2.0, f64::INFINITY], [0, 1]).contains("a logit is infinite"));
        assert!(message([2.0, f64::NAN], [0, 1]).contains("1 of 2 logits are NaN"));
        let logits = Tensor::new(&[[1.0, 2.0]], &Device::Cpu).unwrap();
        let class = Tensor::new(&[2u32], &Device::Cpu).unwrap();
        let error = fit_temperature(&logits, &class).unwrap_err().to_string();
        assert!(error.contains("class 2 is not below 2"), "{error}");
    }
}
