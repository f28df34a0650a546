//! From feature maps to features.

use super::on_cuda::on_cuda;
use super::scalar::Scalar;
use super::storage::{by_type, elements};
use super::tape::apply1;
use crate::Result;
use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};

/// Puts all axes of `input` (N, ...) but the first into one: (N, F), as PyTorch's `flatten(input, 1)`. candle's
/// `flatten_from(1)` gives the same; this one is known to [`backward`](super::backward()).
///
/// # Errors
/// When the input has no axes.
pub fn flatten(input: &Tensor) -> Result<Tensor> {
    let count = input.dim(0)?;
    let features = input.dims()[1..].iter().product();
    if input.rank() == 2 {
        return Ok(input.clone());
    }
    if !input.track_op() {
        return Ok(input.reshape((count, features))?);
    }
    apply1(&input.contiguous()?, Reshape((count, features).into()))
}

pub(super) struct Reshape(pub Shape);

impl CustomOp1 for Reshape {
    fn name(&self) -> &'static str {
        "flatten"
    }

    on_cuda!(1, flatten);

    fn cpu_fwd(
        &self,
        storage: &CpuStorage,
        layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            storage: &CpuStorage,
            layout: &Layout,
            shape: &Shape,
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            let numbers = elements::<T>(storage, layout)?.to_vec();
            Ok((T::to_cpu_storage_owned(numbers), shape.clone()))
        }
        by_type!("flatten", storage, run(storage, layout, &self.0))
    }

    fn bwd(
        &self,
        input: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<Option<Tensor>> {
        gradient.reshape(input.shape()).map(Some)
    }
}
