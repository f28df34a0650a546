//! What is done to each element of a result before it is written: activation, then dropout. As operations of their own, each would
//! read and write all of memory once more, forward and backward.

use super::activation::Activation;
use super::mask::Mask;
use super::memory::changed;
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute2, stored};
use super::scalar::Scalar;
use super::simd::{Registers, vectorize};
use super::tape::apply1;
use crate::{Result, Tensor};

/// An activation and then dropout, both of them optional, at the end of another operation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Epilogue {
    pub activation: Activation,
    pub dropout: Option<Mask>,
}

impl From<Activation> for Epilogue {
    fn from(activation: Activation) -> Self {
        Epilogue {
            activation,
            dropout: None,
        }
    }
}

impl From<Option<Mask>> for Epilogue {
    fn from(dropout: Option<Mask>) -> Self {
        Epilogue {
            activation: Activation::Identity,
            // What drops nothing need not be computed.
            dropout: dropout.filter(|mask| mask.probability != 0.0),
        }
    }
}

impl Epilogue {
    pub fn is_nothing(&self) -> bool {
        *self == Epilogue::default()
    }

    /// An error for parameters out of range.
    pub(super) fn check(&self) -> Result<()> {
        self.activation.check()?;
        self.dropout.map_or(Ok(()), |mask| mask.check())
    }

    /// Activation and dropout of each element of `input`, as an operation of its own.
    ///
    /// # Errors
    /// When a parameter is out of range, or the elements are neither f32 nor f64.
    pub fn forward(self, input: &Tensor) -> Result<Tensor> {
        self.check()?;
        match self.is_nothing() {
            true => Ok(input.clone()),
            false => apply1(input, self),
        }
    }

    /// This epilogue and then `next` as a single one, where there is one that does both.
    pub fn then(self, next: Epilogue) -> Option<Epilogue> {
        match (self.dropout, next.activation) {
            _ if self.is_nothing() => Some(next),
            _ if next.is_nothing() => Some(self),
            (None, Activation::Identity) => Some(Epilogue {
                dropout: next.dropout,
                ..self
            }),
            _ => None,
        }
    }

    /// What `compute` gives with this epilogue and then `next`, in one pass where possible.
    ///
    /// # Errors
    /// Those of `compute`, and of [`Epilogue::forward`].
    pub fn followed_by(
        self,
        next: Epilogue,
        compute: impl FnOnce(Epilogue) -> Result<Tensor>,
    ) -> Result<Tensor> {
        match self.then(next) {
            Some(both) => compute(both),
            None => next.forward(&compute(self)?),
        }
    }

    /// The gradient of what the epilogue was applied to, from its result and the result's gradient.
    pub(super) fn gradient(self, result: &Tensor, gradient: &Tensor) -> Result<Tensor> {
        match self.is_nothing() {
            true => gradient.contiguous(),
            false => compute2(result, gradient, EpilogueGradient(self)),
        }
    }

    /// Applies it to elements in place, of which the first is number `first` of the whole result.
    pub(super) fn apply<T: Scalar>(&self, first: usize, elements: &mut [T]) {
        self.activation.run(elements);
        if let Some(mask) = self.dropout {
            mask.run(first, elements);
        }
    }
}

impl Operation<1> for Epilogue {
    const NAME: &'static str = "activation or dropout";

    on_cuda!(1, epilogue);

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let result = changed(input.elements::<T>()?, |first, elements| {
            self.apply(first, elements);
        });
        stored(result, input.shape())
    }

    fn gradients(
        &self,
        _: [&Tensor; 1],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 1]> {
        Ok([Some(self.gradient(result, gradient)?)])
    }
}

/// From the epilogue's result and its gradient to the gradient of what it was applied to.
pub(super) struct EpilogueGradient(pub Epilogue);

impl Operation<2> for EpilogueGradient {
    const NAME: &'static str = "gradient of activation or dropout";

    on_cuda!(2, epilogue_gradient);

    fn compute<T: Registers>(&self, [result, gradient]: [Input<'_>; 2]) -> Output {
        let Epilogue {
            activation,
            dropout,
        } = self.0;
        let results = result.elements::<T>()?;
        let gradients = changed(gradient.elements::<T>()?, |first, gradients| {
            let results = &results[first..][..gradients.len()];
            let Some(mask) = dropout else {
                return vectorize(|| activation.differentiate(results, gradients));
            };
            mask.run(first, gradients);
            if activation != Activation::Identity {
                // What was kept was scaled up; what was dropped has no gradient, whatever its value was.
                let shrink = T::ONE / mask.scale();
                let values: Vec<T> = results.iter().map(|&value| value * shrink).collect();
                vectorize(|| activation.differentiate(&values, gradients));
            }
        });
        stored(gradients, result.shape())
    }
}
