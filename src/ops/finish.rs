//! What is done to each number of a convolution's result before it is written: activation, then dropout. Apart, each would
//! read and write all of memory once more, forward and backward.

use super::activation::Activation;
use super::dropout::Mask;
use super::memory::changed;
use super::on_cuda::on_cuda;
use super::scalar::Scalar;
use super::simd::vectorize;
use super::storage::{by_type, elements};
use crate::Result;
use candle_core::{CpuStorage, CustomOp2, Layout, Shape, Tensor};

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Finish {
    pub activation: Activation,
    pub dropout: Option<Mask>,
}

impl Finish {
    pub fn is_nothing(&self) -> bool {
        *self == Finish::default()
    }

    /// Refuses parameters out of their range.
    pub fn check(&self) -> Result<()> {
        self.activation.check()?;
        self.dropout.map_or(Ok(()), |mask| mask.check())
    }

    /// The gradient of the unfinished numbers, from the finished ones (`result`) and their gradient.
    pub fn gradient(&self, result: &Tensor, gradient: &Tensor) -> candle_core::Result<Tensor> {
        let gradient = gradient.contiguous()?;
        match self.is_nothing() {
            true => Ok(gradient),
            false => result.apply_op2_no_bwd(&gradient, self),
        }
    }

    /// Finishes numbers of which the first is the `first` of the whole result.
    pub fn apply<T: Scalar>(&self, first: usize, numbers: &mut [T]) {
        self.activation.run(numbers);
        if let Some(mask) = self.dropout {
            mask.run(first, numbers);
        }
    }
}

/// From the finished numbers and their gradient to the gradient of the unfinished ones.
impl CustomOp2 for Finish {
    fn name(&self) -> &'static str {
        "activation-gradient"
    }

    on_cuda!(2, finish_gradient);

    fn cpu_fwd(
        &self,
        values: &CpuStorage,
        values_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            values: (&CpuStorage, &Layout),
            gradient: (&CpuStorage, &Layout),
            finish: Finish,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let finished = elements::<T>(values.0, values.1)?;
            let gradients = elements::<T>(gradient.0, gradient.1)?;
            let gradients = changed(gradients, |first, gradients| {
                let values = &finished[first..][..gradients.len()];
                let Some(mask) = finish.dropout else {
                    return vectorize(|| finish.activation.differentiate(values, gradients));
                };
                mask.run(first, gradients);
                // What was kept was made larger; what was not has no gradient whatever its value was.
                let shrink = T::ONE / mask.scale();
                let values: Vec<T> = values.iter().map(|&value| value * shrink).collect();
                vectorize(|| finish.activation.differentiate(&values, gradients));
            });
            Ok((T::to_cpu_storage_owned(gradients), values.1.shape().clone()))
        }
        let (values, gradient) = ((values, values_layout), (gradient, gradient_layout));
        by_type!("activation", values.0, run(values, gradient, *self))
    }
}

impl From<Activation> for Finish {
    fn from(activation: Activation) -> Self {
        Finish {
            activation,
            dropout: None,
        }
    }
}

impl From<Option<Mask>> for Finish {
    fn from(dropout: Option<Mask>) -> Self {
        Finish {
            activation: Activation::Identity,
            dropout,
        }
    }
}

impl Finish {
    /// Both as operations of their own.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let activated = self.activation.forward(input)?;
        match self.dropout {
            Some(mask) => super::dropout(&activated, mask.probability, mask.seed),
            None => Ok(activated),
        }
    }

    /// This one and then `next` as a single epilogue, where there is one that does both: an activation before dropout.
    pub fn then(self, next: Finish) -> Option<Finish> {
        match (self.activation, self.dropout, next.activation) {
            (_, None, Activation::Identity) => Some(Finish {
                dropout: next.dropout,
                ..self
            }),
            (Activation::Identity, None, _) => Some(next),
            (_, Some(_), Activation::Identity) if next.dropout.is_none() => Some(self),
            _ => None,
        }
    }

    /// What `compute` gives with this epilogue and then `next`: in one pass where possible.
    pub fn followed_by(
        self,
        next: Finish,
        compute: impl FnOnce(Finish) -> Result<Tensor>,
    ) -> Result<Tensor> {
        match self.then(next) {
            Some(both) => compute(both),
            None => next.forward(&compute(self)?),
        }
    }
}
