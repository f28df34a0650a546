//! Where the variables of a notebook are stored between its cells.
//!
//! evcxr adds such a store to the code of each cell, so that rustc compiles a hash map each time. The kernel replaces it by this
//! one: all that does not depend on a variable's type is compiled once, with the crate.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

// The messages that evcxr waits for.
const VARIABLE_CHANGED_TYPE: &str = "EVCXR_VARIABLE_CHANGED_TYPE:";
const USER_ERROR_OCCURRED: &str = "EVCXR_ERROR_OCCURRED";
const PANIC_NOTIFICATION: &str = "EVCXR_PANIC_NOTIFICATION";

/// Variables by name. Functions and types have evcxr's names, because its code calls them.
#[doc(hidden)]
#[derive(Default)]
pub struct VariableStore {
    variables: HashMap<String, Box<dyn Any>>,
}

/// A new store, for as long as the process lives.
#[doc(hidden)]
pub fn create_variable_store() -> *mut VariableStore {
    Box::into_raw(Box::default())
}

impl VariableStore {
    #[inline]
    pub fn put_variable<T: 'static>(&mut self, name: &str, value: T) {
        self.put(name, Box::new(value));
    }

    /// Whether a variable still has this type. One whose type was redefined is lost, and evcxr gets a message.
    #[inline]
    pub fn check_variable<T: 'static>(&mut self, name: &str) -> bool {
        self.check(name, TypeId::of::<T>())
    }

    /// Moves a variable into the cell that is about to run. evcxr has checked its type before.
    #[inline]
    pub fn take_variable<T: 'static>(&mut self, name: &str) -> T {
        match self.take(name).downcast() {
            Ok(value) => *value,
            Err(_) => changed_type(name),
        }
    }

    /// A value that all cells share.
    pub fn lazy_arc<T: 'static>(&mut self, name: &str, create: impl FnOnce() -> T) -> Arc<T> {
        let there = self
            .variables
            .entry(name.to_owned())
            .or_insert_with(|| Box::new(Arc::new(create())));
        match there.downcast_ref::<Arc<T>>() {
            Some(shared) => Arc::clone(shared),
            None => changed_type(name),
        }
    }

    fn put(&mut self, name: &str, value: Box<dyn Any>) {
        self.variables.insert(name.to_owned(), value);
    }

    fn check(&self, name: &str, wanted: TypeId) -> bool {
        let changed = self
            .variables
            .get(name)
            .is_some_and(|value| value.as_ref().type_id() != wanted);
        if changed {
            eprintln!("The type of the variable {name} was redefined, so it is lost.");
            println!("{VARIABLE_CHANGED_TYPE}{name}");
        }
        !changed
    }

    fn take(&mut self, name: &str) -> Box<dyn Any> {
        match self.variables.remove(name) {
            Some(value) => value,
            None => panic!("the variable `{name}` is missing"),
        }
    }
}

fn changed_type(name: &str) -> ! {
    panic!("the variable `{name}` has another type than before")
}

/// Tells evcxr that a panic ended the cell.
#[doc(hidden)]
pub fn cell_panicked() {
    println!("{PANIC_NOTIFICATION}");
}

/// Tells evcxr that an error left the cell through `?`.
pub(super) fn cell_returned_error() {
    println!("{USER_ERROR_OCCURRED}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_keep_their_type_and_are_moved_out_once() {
        let mut store = VariableStore::default();
        store.put_variable("x", vec![1]);
        assert!(store.check_variable::<Vec<i32>>("x") && !store.check_variable::<String>("x"));
        assert!(store.check_variable::<String>("y"));
        assert_eq!(store.take_variable::<Vec<i32>>("x"), [1]);
        assert!(store.variables.is_empty());
    }

    #[test]
    fn a_shared_value_is_made_once() {
        let mut store = VariableStore::default();
        let one = store.lazy_arc("runtime", || 1);
        assert!(Arc::ptr_eq(&one, &store.lazy_arc("runtime", || 2)));
    }
}
