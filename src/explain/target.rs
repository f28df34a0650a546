//! Which class an explanation is about.

use crate::{Error, Result, Tensor};
use candle_core::DType;

/// The class to explain: one number for all images, or a tensor of integers (N) with one for each image.
///
/// Functions of [`explain`](crate::explain) take either, so there is no need to name this type: `saliency(&model, &images, 1)`,
/// or `saliency(&model, &images, &classes)`.
#[derive(Debug, Clone)]
pub enum Target {
    /// The same class for all images.
    All(usize),
    /// A class for each image.
    Each(Tensor),
}

impl From<usize> for Target {
    fn from(class: usize) -> Self {
        Target::All(class)
    }
}

impl From<&Tensor> for Target {
    fn from(classes: &Tensor) -> Self {
        Target::Each(classes.clone())
    }
}

impl From<&Target> for Target {
    fn from(target: &Target) -> Self {
        target.clone()
    }
}

impl Target {
    /// The logit of its class for each image: (N) from `logits` (N, classes), for the function `name`.
    pub(super) fn logits_of(&self, name: &str, logits: &Tensor) -> Result<Tensor> {
        let [count, width] = *logits.dims() else {
            return Err(Error::Invalid(format!(
                "{name}: the model gives {:?}, but an explanation needs logits (N, classes): one number for each class of each image",
                logits.shape()
            )));
        };
        let classes = self.classes(name, count)?;
        if let Some(class) = classes.iter().find(|&&class| class as usize >= width) {
            return Err(Error::Invalid(format!(
                "{name}: there is no class {class}: the model gives {width} logits, so classes are 0 to {}",
                width.saturating_sub(1)
            )));
        }
        let classes = Tensor::from_vec(classes, (count, 1), logits.device())?;
        let chosen = logits.gather(&classes, 1)?.squeeze(1)?;
        let numbers: Vec<f64> = chosen.to_dtype(DType::F64)?.to_vec1()?;
        let broken = numbers.iter().filter(|number| number.is_nan()).count();
        if broken > 0 {
            return Err(Error::Invalid(format!(
                "{name}: the logits of {broken} of {count} images are NaN (not a number), and so would be their maps: check whether the \
                 images contain NaN, and train with a smaller learning rate"
            )));
        }
        Ok(chosen)
    }

    /// The class of each of `count` images.
    fn classes(&self, name: &str, count: usize) -> Result<Vec<u32>> {
        match self {
            Target::All(class) => Ok(vec![u32::try_from(*class).unwrap_or(u32::MAX); count]),
            Target::Each(classes) if classes.dims() == [count] && classes.dtype().is_int() => {
                classes.to_dtype(DType::U32)?.to_vec1()
            }
            Target::Each(classes) => Err(Error::Invalid(format!(
                "{name}: classes {:?} ({}) must be integers ({count}), one for each image; or give one class for all images, such as 1",
                classes.shape(),
                classes.dtype().as_str()
            ))),
        }
    }

    /// The class of image `index`, for any number of its copies.
    pub(super) fn of_image(&self, index: usize) -> Result<Target> {
        let class = match self {
            Target::All(class) => *class,
            Target::Each(classes) => {
                let class = classes.get(index)?.to_dtype(DType::U32)?;
                class.to_scalar::<u32>()? as usize
            }
        };
        Ok(Target::All(class))
    }
}
