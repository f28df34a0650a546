//! Choosing by the type of a tensor's elements.

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
            other => candle_core::bail!("{}: elements of type {} are not supported, use f32", $name, other.as_str()),
        }
    };
}
pub(crate) use by_type;
