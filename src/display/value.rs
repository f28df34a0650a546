//! The value of a cell's last expression.
//!
//! evcxr calls `(expression).evcxr_display()` if that compiles, and otherwise compiles the cell again to print the value
//! with `{:?}`. The implementations here make it compile the first time, for the values that lessons end a cell with.

use super::bundle::Bundle;
use super::sink::show_result;
use candle_core::{DType, Device, Shape, Tensor, Var};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

/// Values that notebooks show as the result of a cell.
pub trait DisplayValue {
    /// Shows the value; evcxr calls this.
    fn evcxr_display(&self);
}

/// As PyTorch does: values, shape and type.
impl DisplayValue for Tensor {
    fn evcxr_display(&self) {
        show_result(&Bundle::text(self.to_string()));
    }
}

impl DisplayValue for Var {
    fn evcxr_display(&self) {
        self.as_tensor().evcxr_display();
    }
}

/// Nothing to show.
impl DisplayValue for () {
    fn evcxr_display(&self) {}
}

macro_rules! show_in_debug_form {
    ($(($($parameter:ident),*) $type:ty;)*) => {
        $(impl<$($parameter: Debug),*> DisplayValue for $type {
            fn evcxr_display(&self) {
                show_result(&Bundle::text(format!("{self:?}")));
            }
        })*
    };
}

show_in_debug_form! {
    () bool; () char; () str; () String;
    () i8; () i16; () i32; () i64; () i128; () isize;
    () u8; () u16; () u32; () u64; () u128; () usize; () f32; () f64;
    () Shape; () DType; () Device;
    (T) [T]; (T) Vec<T>; (T) Option<T>; (T, E) Result<T, E>;
    (A, B) (A, B); (A, B, C) (A, B, C); (A, B, C, D) (A, B, C, D);
    (K, V) HashMap<K, V>; (K, V) BTreeMap<K, V>;
}

impl<T: Debug, const N: usize> DisplayValue for [T; N] {
    fn evcxr_display(&self) {
        show_result(&Bundle::text(format!("{self:?}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_cell_of_a_lesson_has_a_display() {
        let tensor = Tensor::new(&[1f32, 2.], &Device::Cpu).unwrap();
        // That these lines compile is the point: a value without a display costs a learner a second compilation.
        (1i32).evcxr_display();
        (1.5f64 * 2.0).evcxr_display();
        ("text").evcxr_display();
        (String::from("text")).evcxr_display();
        (vec![1, 2]).evcxr_display();
        ().evcxr_display();
        (Some(&tensor)).evcxr_display();
        let by_reference = &tensor;
        by_reference.evcxr_display();
        (tensor.dims()).evcxr_display();
        (tensor.shape()).evcxr_display();
        (tensor).evcxr_display();
    }
}
