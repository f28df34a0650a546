//! The value of a cell's last expression.
//!
//! For an expression that ends a cell the kernel calls `(&(expression)).evcxr_display()` (and `&*` for a reference). Method
//! resolution tries methods of `&self` before those of `& &self`. So a type with its own display ([`DisplayValue`], or a method with
//! that name) comes first, and any other is printed with `{:?}` ([`DisplayDebug`]). Stock evcxr calls
//! `(expression).evcxr_display()`, compiles the cell again if that fails, and shows values in the same way.

use super::bundle::Bundle;
use super::sink::show_result;
use crate::{Tensor, Var};
use std::fmt::{self, Debug};

/// Values that have their own display, other than `{:?}`.
pub trait DisplayValue {
    /// Shows the value; the kernel calls this.
    fn evcxr_display(&self);
}

/// All values that can be printed with `{:?}`.
pub trait DisplayDebug {
    /// Shows the value; the kernel calls this.
    fn evcxr_display(&self);
}

impl<T: Debug + ?Sized> DisplayDebug for &T {
    fn evcxr_display(&self) {
        show_text(format_args!("{self:?}"));
    }
}

/// Not generic: generic code is compiled with every cell that uses it.
fn show_text(text: fmt::Arguments) {
    show_result(&Bundle::text(text.to_string()));
}

/// Like PyTorch: values, shape and type.
impl DisplayValue for Tensor {
    fn evcxr_display(&self) {
        show_text(format_args!("{self}"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use std::cell::Cell;

    #[derive(Debug)]
    struct Plain;

    #[derive(Debug, Default)]
    struct Own(Cell<bool>);

    impl Own {
        fn evcxr_display(&self) {
            self.0.set(true);
        }
    }

    #[allow(
        clippy::double_parens,
        clippy::needless_borrow,
        clippy::borrow_deref_ref,
        clippy::deref_addrof,
        reason = "the kernel writes it like this"
    )]
    #[test]
    fn every_value_has_a_display_and_its_own_comes_first() {
        let tensor = Tensor::new(&[1f32, 2.], &Device::Cpu).unwrap();
        // That these lines compile is the point: a value without a display costs a learner a second compilation.
        (&(1i32)).evcxr_display();
        (&("text")).evcxr_display();
        (&(vec![Plain])).evcxr_display();
        (&(())).evcxr_display();
        (&(Some(&tensor))).evcxr_display();
        (&(tensor.dims())).evcxr_display();
        (&(tensor.shape())).evcxr_display();
        (&*(&tensor)).evcxr_display();
        (&(tensor)).evcxr_display();
        let own = Own::default();
        (&(own)).evcxr_display();
        assert!(own.0.get());
    }
}
