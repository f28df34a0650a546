//! Reading and making candle's storage for operations on the CPU.

use super::scalar::Scalar;
use candle_core::{CpuStorage, Layout, Result};

/// The elements of a contiguous tensor.
///
/// # Errors
/// When the tensor is not contiguous: operations make their inputs so before they begin.
pub fn elements<'a, T: Scalar>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let all = storage.as_slice::<T>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&all[start..end]),
        None => candle_core::bail!("the input is not contiguous"),
    }
}

/// Calls `$function::<f32>` or `$function::<f64>` by the type of `$storage`; other types are refused by name.
macro_rules! by_type {
    ($name:expr, $storage:expr, $function:ident($($argument:expr),*)) => {
        match candle_core::backend::BackendStorage::dtype($storage) {
            candle_core::DType::F32 => $function::<f32>($($argument),*),
            candle_core::DType::F64 => $function::<f64>($($argument),*),
            other => candle_core::bail!("{}: numbers of type {} are not supported, use f32", $name, other.as_str()),
        }
    };
}
pub(crate) use by_type;
