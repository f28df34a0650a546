//! Items that learners define in one cell, use in the next, and define anew.

mod workshop;

use workshop::Kernel;

/// A kernel that has run these cells.
fn after(cells: &[&str]) -> Kernel {
    let mut kernel = Kernel::start();
    for cell in cells {
        kernel.run(cell).ok();
    }
    kernel
}

#[test]
fn an_impl_in_a_cell_of_its_own_can_be_run_again_and_changed() {
    let mut kernel = after(&[
        "use eosin::prelude::*;",
        "struct Net { factor: f64 }\ntrait Area { fn area(&self) -> f64; }\nstruct Stack<T> { items: Vec<T> }",
    ]);
    for (code, changed, shown, values) in [
        (
            "impl Net { fn new() -> Self { Net { factor: 2.0 } } }",
            "impl Net {\n    fn new() -> Self { Net { factor: 3.0 } }\n}",
            "Net::new().factor",
            ["2.0", "3.0"],
        ),
        (
            "impl Area for Net { fn area(&self) -> f64 { 1.5 } }",
            "/// Changed.\nimpl crate::Area for Net { fn area(&self) -> f64 { 2.5 } }",
            "Net::new().area()",
            ["1.5", "2.5"],
        ),
        (
            "impl std::fmt::Display for Net {\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, \"one\") }\n}",
            "use std::fmt;\nimpl fmt::Display for Net {\n    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, \"two\") }\n}",
            "Net::new().to_string()",
            ["\"one\"", "\"two\""],
        ),
        (
            "impl<T> Stack<T> { fn size(&self) -> usize { self.items.len() } }",
            "impl<Item: Clone> Stack<Item> { fn size(&self) -> usize { 10 * self.items.len() } }",
            "Stack { items: vec![1, 2] }.size()",
            ["2", "20"],
        ),
        (
            "impl<T> Area for Stack<T> { fn area(&self) -> f64 { 1.0 } }",
            "impl Area for Stack<i32> { fn area(&self) -> f64 { 4.0 } }",
            "Stack { items: vec![1, 2] }.area()",
            ["1.0", "4.0"],
        ),
    ] {
        for (code, value) in [(code, values[0]), (code, values[0]), (changed, values[1])] {
            kernel.run(code).ok();
            assert_eq!(kernel.run(shown).ok().result(), value, "{code}");
        }
    }
}

#[test]
fn functions_that_a_second_impl_does_not_define_stay() {
    let mut kernel = after(&[
        "struct Net;",
        "impl Net {\n    fn one() -> i32 { 1 }\n    fn two() -> i32 { 2 }\n}",
        "impl Net { fn two() -> i32 { 22 } }",
    ]);
    assert_eq!(
        kernel.run("(Net::one(), Net::two())").ok().result(),
        "(1, 22)"
    );
    // An error stands at the learner's own line, whatever the kernel adds before it.
    let (_, _, traceback) = kernel.run("impl Net { fn two() -> i32 { wrong } }").error();
    let marked = traceback
        .lines()
        .find(|line| line.contains("^^^^^"))
        .unwrap_or_default();
    let line = traceback
        .lines()
        .find(|line| line.contains("impl Net"))
        .unwrap_or_default();
    assert_eq!(line.find("wrong"), marked.find("^^^^^"), "{traceback}");
    assert!(!traceback.contains("EOSIN"), "{traceback}");
}

#[test]
fn a_function_that_is_defined_anew_leaves_the_impl_beside_it() {
    let mut kernel = after(&[
        "struct Point { x: f64 }",
        "fn scale() -> f64 { 2.0 }\nimpl std::fmt::Display for Point {\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> \
         std::fmt::Result { write!(f, \"at {}\", self.x * scale()) }\n}",
        "fn scale() -> f64 { 3.0 }",
    ]);
    let shown = kernel.run("Point { x: 2.0 }.to_string()").ok();
    assert_eq!(shown.result(), "\"at 6\"");
}

#[test]
fn a_struct_that_is_defined_anew_tells_which_impls_are_gone() {
    let mut kernel = after(&[
        "#[derive(Clone)]\nstruct Net { a: f64 }\nimpl Net { fn new() -> Self { Net { a: 1.0 } } }",
        "trait Size { fn size(&self) -> f64; }",
        "impl Size for Net { fn size(&self) -> f64 { self.a } }",
    ]);
    // The same struct once more: what other cells gave it stays.
    let again =
        "#[derive(Clone)]\nstruct Net { a: f64 }\nimpl Net { fn new() -> Self { Net { a: 5.0 } } }";
    assert_eq!(kernel.run(again).ok().stderr(), "");
    assert_eq!(kernel.run("Net::new().size()").ok().result(), "5.0");
    // Another struct: it has no `a`, on which `size` depends.
    let changed = kernel
        .run("struct Net { b: f64 }\nimpl Net { fn new() -> Self { Net { b: 7.0 } } }")
        .ok();
    assert!(
        changed.stderr().contains("`impl Size for Net`"),
        "{changed:?}"
    );
    kernel
        .run("impl Size for Net { fn size(&self) -> f64 { self.b } }")
        .ok();
    assert_eq!(kernel.run("Net::new().size()").ok().result(), "7.0");
    // A function of another cell is told, because it cannot go.
    kernel.run("fn b(net: &Net) -> f64 { net.b }").ok();
    let (_, _, traceback) = kernel.run("struct Net { c: f64 }").error();
    assert!(
        traceback.contains("in the line `fn b(net: &Net) -> f64 { net.b }`"),
        "{traceback}"
    );
    // A derived trait takes the place of a written one.
    kernel
        .run("impl Clone for Net { fn clone(&self) -> Self { Net::new() } }")
        .ok();
    kernel.run("#[derive(Clone)]\nstruct Net { b: f64 }").ok();
    assert_eq!(kernel.run("Net { b: 9.0 }.clone().b").ok().result(), "9.0");
}

#[test]
fn a_static_that_begins_anew_is_told_with_the_variable_that_keeps_its_value() {
    let mut kernel = after(&["use std::sync::atomic::{AtomicUsize, Ordering};"]);
    let cell = kernel
        .run("static STEPS: AtomicUsize = AtomicUsize::new(0);")
        .ok();
    let advice = "let steps: AtomicUsize = AtomicUsize::new(0);";
    assert!(cell.stderr().contains(advice), "{cell:?}");
    kernel.run(advice).ok();
    kernel
        .run("fn step(steps: &AtomicUsize) -> usize { steps.fetch_add(1, Ordering::SeqCst) + 1 }")
        .ok();
    assert_eq!(kernel.run("step(&steps)").ok().result(), "1");
    assert_eq!(kernel.run("step(&steps)").ok().result(), "2");
    let plain = kernel.run("static NAMES: [&str; 2] = [\"a\", \"b\"];").ok();
    assert_eq!(plain.stderr(), "");
    let local = kernel.run("thread_local! { static SEEN: std::cell::Cell<u32> = const { std::cell::Cell::new(0) } }").ok();
    assert!(
        local.stderr().contains("A variable keeps its value"),
        "{local:?}"
    );
}

#[test]
fn macros_are_known_to_items_and_what_they_define_can_be_kept() {
    let mut kernel = after(&[
        "macro_rules! twice { ($x:expr) => { 2 * $x } }",
        "macro_rules! point { ($name:ident) => { pub struct $name { pub x: f64 } } }",
    ]);
    // evcxr keeps items in another order each time, and a macro may stand below what uses it.
    for number in 0..4 {
        kernel
            .run(&format!("fn double{number}(x: i32) -> i32 {{ twice!(x) }}"))
            .ok();
    }
    assert_eq!(kernel.run("double0(4) + double3(1)").ok().result(), "10");
    let cell = kernel.run("point!(Point);").ok();
    let advice = "mod made { use super::*; point!(Point); }";
    assert!(cell.stderr().contains(advice), "{cell:?}");
    kernel.run(&format!("{advice}\nuse made::*;")).ok();
    kernel.run("let p = Point { x: 2.0 };").ok();
    assert_eq!(kernel.run("p.x").ok().result(), "2.0");
}

#[test]
fn a_learners_own_conversion_of_errors_stays_whole() {
    let mut kernel = after(&[
        "struct Wrong(String);\nimpl<T: std::fmt::Display> From<T> for Wrong {\n    fn from(error: T) -> Self {\n        \
         Wrong(format!(\"wrong: {error}\"))\n    }\n}",
        "fn number(text: &str) -> std::result::Result<i32, Wrong> { Ok(text.parse::<i32>()?) }",
    ]);
    assert_eq!(kernel.run("number(\"4\").ok()").ok().result(), "Some(4)");
    let told = kernel.run("number(\"x\").err().map(|error| error.0)").ok();
    assert_eq!(
        told.result(),
        "Some(\"wrong: invalid digit found in string\")"
    );
    let (name, message, traceback) = kernel.run("let a = 1;\n\"x\".parse::<i32>()?").error();
    assert_eq!(
        (name.as_str(), message.as_str()),
        ("Error", "invalid digit found in string")
    );
    assert!(traceback.contains("--> 2 |"), "{traceback}");
}
