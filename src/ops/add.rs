//! Sums of two images: the way around a residual block.

use super::activation::Activation;
use super::finish::Finish;
use super::memory::changed;
use super::on_cuda::on_cuda;
use super::scalar::Scalar;
use super::simd::vectorize;
use super::storage::{by_type, elements};
use super::tape::apply2;
use crate::{Error, Result};
use candle_core::{CpuStorage, CustomOp2, Layout, Shape, Tensor};

/// `activation(first + second)` of two tensors of one shape, in one pass. candle's sum is right, too; this one is known to
/// [`backward`](super::backward()).
///
/// ```
/// use candle_core::{Device, Tensor};
/// use eosin::ops::{Activation, add};
/// let (x, change) = (Tensor::new(&[1f32, 2.], &Device::Cpu)?, Tensor::new(&[-3f32, 1.], &Device::Cpu)?);
/// assert_eq!(add(&x, &change, Activation::Relu)?.to_vec1::<f32>()?, [0., 3.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ.
pub fn add(first: &Tensor, second: &Tensor, activation: Activation) -> Result<Tensor> {
    activation.check()?;
    if first.dims() != second.dims() || first.dtype() != second.dtype() {
        return Err(Error::Invalid(format!(
            "add: {:?} ({}) and {:?} ({}) must have the same shape and type",
            first.shape(),
            first.dtype().as_str(),
            second.shape(),
            second.dtype().as_str()
        )));
    }
    let operation = Add(Finish {
        activation,
        dropout: None,
    });
    apply2(&first.contiguous()?, &second.contiguous()?, operation)
}

pub(crate) fn add_with(first: &Tensor, second: &Tensor, epilogue: Finish) -> Result<Tensor> {
    apply2(&first.contiguous()?, &second.contiguous()?, Add(epilogue))
}
pub(super) struct Add(pub Finish);

impl CustomOp2 for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    on_cuda!(2, add);

    fn cpu_fwd(
        &self,
        first: &CpuStorage,
        first_layout: &Layout,
        second: &CpuStorage,
        second_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            first: (&CpuStorage, &Layout),
            second: (&CpuStorage, &Layout),
            finish: Finish,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let second = elements::<T>(second.0, second.1)?;
            let sums = changed(elements::<T>(first.0, first.1)?, |start, numbers| {
                vectorize(|| {
                    let pairs = numbers.iter_mut().zip(&second[start..]);
                    pairs.for_each(|(number, &other)| *number += other);
                });
                finish.activation.run(numbers);
            });
            Ok((T::to_cpu_storage_owned(sums), first.1.shape().clone()))
        }
        let (first, second) = ((first, first_layout), (second, second_layout));
        by_type!("add", first.0, run(first, second, self.0))
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = self.0.gradient(result, gradient)?;
        Ok((Some(gradient.clone()), Some(gradient)))
    }
}
