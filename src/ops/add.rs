//! Sums of two images: the way around a residual block.

use super::epilogue::Epilogue;
use super::memory::changed;
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, stored};
use super::simd::{Registers, vectorize};
use super::tape::apply2;
use crate::{Error, Result, Tensor};

/// `first + second` of two tensors of one shape. candle's sum is right as well; this one is known to
/// [`backward`](super::backward()).
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let (x, change) = (Tensor::new(&[1f32, 2.], &Device::Cpu)?, Tensor::new(&[-3f32, 1.], &Device::Cpu)?);
/// assert_eq!(eosin::ops::add(&x, &change)?.to_vec1::<f32>()?, [-2., 3.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ.
pub fn add(first: &Tensor, second: &Tensor) -> Result<Tensor> {
    add_with(first, second, Epilogue::default())
}

/// [`add`], then `epilogue`, in one pass.
pub(crate) fn add_with(first: &Tensor, second: &Tensor, epilogue: Epilogue) -> Result<Tensor> {
    epilogue.check()?;
    if first.dims() != second.dims() || first.dtype() != second.dtype() {
        return Err(Error::Invalid(format!(
            "add: {:?} ({}) and {:?} ({}) must have the same shape and type",
            first.shape(),
            first.dtype().as_str(),
            second.shape(),
            second.dtype().as_str()
        )));
    }
    apply2(first, second, Add(epilogue))
}

pub(super) struct Add(pub Epilogue);

impl Operation<2> for Add {
    const NAME: &'static str = "add";

    on_cuda!(2, add);

    fn compute<T: Registers>(&self, [first, second]: [Input<'_>; 2]) -> Output {
        let others = second.elements::<T>()?;
        let sums = changed(first.elements::<T>()?, |start, sums| {
            vectorize(|| {
                let pairs = sums.iter_mut().zip(&others[start..]);
                pairs.for_each(|(sum, &other)| *sum += other);
            });
            self.0.apply(start, sums);
        });
        stored(sums, first.shape())
    }

    fn gradients(
        &self,
        _: [&Tensor; 2],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let gradient = self.0.gradient(result, gradient)?;
        Ok([Some(gradient.clone()), Some(gradient)])
    }
}
