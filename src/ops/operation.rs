//! What an operation is, and how candle comes to call it.
//!
//! candle has a trait each for operations of one, two and three inputs, with a function for each device. An [`Operation`] says
//! only what differs between operations: its name, its arithmetic for one type of number, its gradients, and its kernel.

use super::by_type::by_type;
use super::simd::Registers;
use crate::{Error, Result, Tensor};
#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Shape, WithDType};

/// An input of an operation on the CPU, contiguous.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    storage: &'a CpuStorage,
    layout: &'a Layout,
}

/// What an operation gives back.
pub type Output = candle_core::Result<(CpuStorage, Shape)>;

impl<'a> Input<'a> {
    pub fn elements<T: WithDType>(self) -> candle_core::Result<&'a [T]> {
        let all = self.storage.as_slice::<T>()?;
        match self.layout.contiguous_offsets() {
            // A part of nothing may begin behind its end.
            _ if self.shape().elem_count() == 0 => Ok(&[]),
            Some((start, end)) => Ok(&all[start..end]),
            None => candle_core::bail!("the input is not contiguous"),
        }
    }

    pub fn shape(self) -> &'a Shape {
        self.layout.shape()
    }

    pub fn dims(self) -> &'a [usize] {
        self.layout.dims()
    }
}

/// Elements as candle stores them.
pub fn stored<T: WithDType>(elements: Vec<T>, shape: impl Into<Shape>) -> Output {
    Ok((T::to_cpu_storage_owned(elements), shape.into()))
}

/// An operation of `N` tensors.
pub trait Operation<const N: usize>: Send + Sync {
    /// Errors begin with this name.
    const NAME: &'static str;

    /// Its result on the CPU, in the type of its first input.
    fn compute<T: Registers>(&self, inputs: [Input<'_>; N]) -> Output;

    /// The gradient of each input that has one, from that of the result.
    fn gradients(
        &self,
        _inputs: [&Tensor; N],
        _result: &Tensor,
        _gradient: &Tensor,
    ) -> Result<[Option<Tensor>; N]> {
        Err(Error::Invalid(format!(
            "{}: there is no gradient of this operation",
            Self::NAME
        )))
    }

    /// Its result on a GPU: [`on_cuda!`](super::on_cuda) writes it.
    #[cfg(feature = "cuda")]
    fn on_cuda(&self, _inputs: [super::cuda::Numbers<'_>; N]) -> super::cuda::Output {
        candle_core::bail!("{}: it does not run on a GPU", Self::NAME)
    }
}

/// An operation as candle knows it.
pub struct Custom<O>(pub O);

impl<O> Custom<O> {
    fn run<const N: usize>(&self, inputs: [Input<'_>; N]) -> Output
    where
        O: Operation<N>,
    {
        let operation = &self.0;
        by_type!(O::NAME, inputs[0].storage, operation.compute(inputs))
    }
}

/// candle's backward would take no gradient for one of zeros, or panic.
fn known<const N: usize>(
    name: &str,
    inputs: [&Tensor; N],
    gradients: [Option<Tensor>; N],
) -> Result<[Option<candle_core::Tensor>; N]> {
    let unknown = |(input, gradient): (&&Tensor, &Option<Tensor>)| {
        input.track_op() && input.dtype().is_float() && gradient.is_none()
    };
    match inputs.iter().zip(&gradients).position(unknown) {
        Some(index) => Err(Error::Invalid(format!(
            "{name}: no gradient flows to input {}; use `.detach()` on it if none should",
            index + 1
        ))),
        None => Ok(gradients.map(|gradient| gradient.map(Into::into))),
    }
}

/// candle's trait for so many inputs, written by an [`Operation`].
macro_rules! custom {
    ($trait:ident, $count:literal, $gradients:ty, |$all:ident| $given:expr, $($input:ident $layout:ident),+) => {
        impl<O: Operation<$count>> $trait for Custom<O> {
            fn name(&self) -> &'static str {
                O::NAME
            }

            fn cpu_fwd(&self, $($input: &CpuStorage, $layout: &Layout),+) -> Output {
                self.run([$(Input { storage: $input, layout: $layout }),+])
            }

            #[cfg(feature = "cuda")]
            fn cuda_fwd(
                &self,
                $($input: &CudaStorage, $layout: &Layout),+
            ) -> super::cuda::Output {
                self.0.on_cuda([$(($input, $layout)),+])
            }

            fn bwd(
                &self,
                $($input: &candle_core::Tensor,)+
                result: &candle_core::Tensor,
                gradient: &candle_core::Tensor,
            ) -> candle_core::Result<$gradients> {
                $(let $input = Tensor::from($input.clone());)+
                let (result, gradient) = (result.clone().into(), gradient.clone().into());
                let $all = self.0.gradients([$(&$input),+], &result, &gradient)?;
                let $all = known(O::NAME, [$(&$input),+], $all)?;
                Ok($given)
            }
        }
    };
}

custom!(CustomOp1, 1, Option<candle_core::Tensor>, |all| { let [first] = all; first }, first first_layout);
custom!(CustomOp2, 2, (Option<candle_core::Tensor>, Option<candle_core::Tensor>), |all| all.into(), first first_layout, second second_layout);
custom!(
    CustomOp3, 3, (Option<candle_core::Tensor>, Option<candle_core::Tensor>, Option<candle_core::Tensor>), |all| all.into(),
    first first_layout, second second_layout, third third_layout
);

/// The result of an operation, without a gradient: for what gradients are computed with.
pub fn compute1(input: &Tensor, operation: impl Operation<1>) -> Result<Tensor> {
    let input = input.contiguous()?;
    Ok(input
        .as_candle()
        .apply_op1_no_bwd(&Custom(operation))?
        .into())
}

/// As [`compute1`].
pub fn compute2(first: &Tensor, second: &Tensor, operation: impl Operation<2>) -> Result<Tensor> {
    let (first, second) = (first.contiguous()?, second.contiguous()?);
    let result = first
        .as_candle()
        .apply_op2_no_bwd(second.as_candle(), &Custom(operation))?;
    Ok(result.into())
}

/// As [`compute1`].
pub fn compute3(
    first: &Tensor,
    second: &Tensor,
    third: &Tensor,
    operation: impl Operation<3>,
) -> Result<Tensor> {
    let (first, second, third) = (
        first.contiguous()?,
        second.contiguous()?,
        third.contiguous()?,
    );
    let result = first.as_candle().apply_op3_no_bwd(
        second.as_candle(),
        third.as_candle(),
        &Custom(operation),
    )?;
    Ok(result.into())
}
