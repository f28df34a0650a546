//! A model on batches, without training it.

use super::ahead::ahead;
use super::batch::{scalar, to_device};
use super::history::find;
use super::mean::Mean;
use crate::data::Batches;
use crate::display::interrupt::{Guard, interrupted};
use crate::nn::{Module, evaluating};
use crate::{Error, Result, Tensor};

/// A score with its name.
pub type Score<'a> = (&'a str, fn(&Tensor, &Tensor) -> Result<f64>);

/// Means over images.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    pub loss: f64,
    /// By name, in the order in which you gave them.
    pub metrics: Vec<(String, f64)>,
}

impl Evaluation {
    /// The metric with this name.
    ///
    /// # Errors
    /// When there is none; the message lists those that there are.
    pub fn metric(&self, name: &str) -> Result<f64> {
        find(&self.metrics, name)
    }
}

/// The mean loss and metrics of a model in evaluation mode. For a score of all images at once, such as an AUC, see [`predict_all`].
///
/// ```no_run
/// use eosin::{metrics, nn::MnistModel, ops, train::evaluate};
/// # fn run(model: &MnistModel, test: &dyn eosin::data::Batches) -> eosin::Result<()> {
/// let result = evaluate(model, ops::cross_entropy, &[("accuracy", metrics::accuracy)], test)?;
/// println!("loss {:.4}, accuracy {:.3}", result.loss, result.metric("accuracy")?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When there is no batch, or one cannot be read or does not fit.
pub fn evaluate(
    model: &dyn Module,
    loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    metrics: &[Score],
    batches: &dyn Batches,
) -> Result<Evaluation> {
    let mut mean = Mean::default();
    let mut means: Vec<Mean> = metrics.iter().map(|_| Mean::default()).collect();
    for_each_batch("evaluate", model, batches, |output, target| {
        let images = output.dim(0)?;
        mean.add(scalar(&loss(&output, &target)?)?, images);
        for (mean, (_, metric)) in means.iter_mut().zip(metrics) {
            mean.add(metric(&output, &target)?, images);
        }
        Ok(())
    })?;
    let named = metrics.iter().zip(&means);
    Ok(Evaluation {
        loss: mean.value(),
        metrics: named
            .map(|((name, _), mean)| ((*name).to_owned(), mean.value()))
            .collect(),
    })
}

/// The outputs of a model in evaluation mode for all batches, and their targets, each as one tensor (N, ...).
///
/// ```no_run
/// use eosin::{metrics::ConfusionMatrix, nn::MnistModel, train::predict_all};
/// # fn run(model: &MnistModel, test: &dyn eosin::data::Batches) -> eosin::Result<()> {
/// let (logits, classes) = predict_all(model, test)?;
/// let matrix = ConfusionMatrix::from_logits(&logits, &classes)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`evaluate`].
pub fn predict_all(model: &dyn Module, batches: &dyn Batches) -> Result<(Tensor, Tensor)> {
    let (mut outputs, mut targets) = (Vec::new(), Vec::new());
    for_each_batch("predict_all", model, batches, |output, target| {
        outputs.push(output);
        targets.push(target);
        Ok(())
    })?;
    Ok((Tensor::cat(&outputs, 0)?, Tensor::cat(&targets, 0)?))
}

fn for_each_batch(
    name: &str,
    model: &dyn Module,
    batches: &dyn Batches,
    mut each: impl FnMut(Tensor, Tensor) -> Result<()>,
) -> Result<()> {
    if batches.is_empty() {
        return Err(Error::Invalid(format!(
            "{name}: there is no batch: is the data set empty, or smaller than a batch with `.drop_last(true)`?"
        )));
    }
    let _guard = Guard::new();
    let device = model.parameters().device();
    evaluating(model, || {
        ahead(batches, 0, |batches| {
            for batch in batches {
                if interrupted() {
                    return Err(Error::Invalid(format!("{name}: it was interrupted")));
                }
                let (input, target) = to_device(batch?, &device)?;
                each(model.forward(&input)?, target)?;
            }
            Ok(())
        })
    })
}
