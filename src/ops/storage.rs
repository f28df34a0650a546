//! Reading and making candle's storage for operations on the CPU.

use candle_core::{CpuStorage, Layout, Result, WithDType};

/// The elements of a contiguous tensor.
///
/// # Errors
/// When the tensor is not contiguous: operations make their inputs so before they begin.
pub fn elements<'a, T: WithDType>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let all = storage.as_slice::<T>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&all[start..end]),
        None => candle_core::bail!("the input is not contiguous"),
    }
}

/// Calls `$function::<f32>` or `$function::<f64>` by the type of `$storage`; other types are refused by name.
macro_rules! by_type {
    ($name:expr, $storage:expr, $function:ident($($argument:expr),*)) => {
        by_type!(@of $name, $storage, $function, ($($argument),*))
    };
    ($name:expr, $storage:expr, $receiver:ident.$function:ident($($argument:expr),*)) => {
        by_type!(@of $name, $storage, $receiver.$function, ($($argument),*))
    };
    (@of $name:expr, $storage:expr, $($function:ident).+, $arguments:tt) => {
        match candle_core::backend::BackendStorage::dtype($storage) {
            candle_core::DType::F32 => $($function).+::<f32>$arguments,
            candle_core::DType::F64 => $($function).+::<f64>$arguments,
            other => candle_core::bail!("{}: numbers of type {} are not supported, use f32", $name, other.as_str()),
        }
    };
}
pub(crate) use by_type;
