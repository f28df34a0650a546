//! What the kernel adds to the compiler's commonest errors, on the compiler's own words.

mod workshop;

use workshop::Kernel;

/// Cells as learners write them, and a part of what must be said about each.
const MISTAKES: &[(&str, &str)] = &[
    (
        "let moved = x; let again = x;",
        "a clone of a tensor shares its data",
    ),
    ("let names2 = names; let more = names;", "`names.clone()`"),
    ("let y = &x + 1;", "must be a float"),
    ("let factor = 2f32; let y = &x * factor;", "`as f64`"),
    ("let y = (&x + &x).sum_all()?;", "Put `?` before the dot"),
    ("let y: Tensor = x.t();", "Put `?` after it"),
    ("let y = x.matmul(x.t()?)?;", "put `&` before it"),
    ("let y = x.matmul(&x.t())?;", "Put `?` after it"),
    (
        "fn twice(x: &Tensor) -> Tensor { (x + x)? }",
        "must return a `Result`",
    ),
    (
        "fn twice(x: &Tensor) -> Result<Tensor> { (x + x)? }",
        "`Ok(value)`",
    ),
    (
        "fn twice(x: &Tensor) -> Result<Tensor> { let y = (x + x)?; Ok(y); }",
        "no `;` after it",
    ),
    ("let y = x.view((3, 2))?;", "PyTorch's `view` is `.reshape("),
    ("let y = x.size();", "PyTorch's `size` is `.dims()`"),
    ("let y = x.mm(&x)?;", "PyTorch's `mm` is `.matmul("),
    (
        "let y = x.sum_all()?.item();",
        "PyTorch's `item` is `.to_scalar",
    ),
    ("let y = x.T;", "PyTorch's `T` is `.t()?`"),
    (
        "let y = Tensor::tensor(&[1f32]);",
        "PyTorch's `tensor` is `Tensor::new",
    ),
    ("let y = x.shape;", "call it with parentheses"),
    ("let y = x[0];", "Index a tensor with `.i`"),
    ("let y = 2 * 1.5;", "does not mix integers and floats"),
    ("let y: f64 = 2;", "does not mix integers and floats"),
    ("let y = -&x * 2.0; let z = -x;", "`.neg()?`"),
    ("if x == x { }", "`.eq(&b)?`"),
    ("let y = x > 0.5;", "`.gt(0.5)?`"),
    ("for row in x { }", "cannot loop over a tensor"),
    ("println!(\"{}\", names);", "write `{:?}`"),
    ("let y = 5?;", "remove the `?`"),
    (
        "let y = x.sum_all()?.to_scalar()?;",
        "`x.to_scalar::<f32>()?`",
    ),
    ("let count = 1; count += 1;", "`let count = ...;`"),
    ("let y = Tensor::zeros((2, 3))?;", "no optional arguments"),
    ("let y = x.i(0, 1)?;", "no optional arguments"),
    ("let y = xx.t()?;", "no `xx` yet"),
    ("let y = relu(&x)?;", "no function `relu` here"),
    ("let flag = True;", "Python's `True` is `true`"),
    ("print(x)", "exclamation mark"),
    ("let y = len(names);", "Python's `len` is"),
    ("let y = np::array(1);", "Python's `np` is"),
    ("let y = UNetwork::new(1)?;", "`use eosin::prelude::*;`"),
    ("use eosin::preludes::*;", "`use eosin::prelude::*;`"),
    ("let a = 1\nlet b = 2;", "A `;` is missing"),
    (
        "let y = Tensor::\nlet z = 1;",
        "The line above is not finished",
    ),
    ("let y = 1 +\nlet z = 1;", "The line above is not finished"),
    ("let width: usize = 3i32;", "convert with `as usize`"),
    (
        "fn half(x: f64) -> f64 { x / 2 }",
        "does not mix integers and floats",
    ),
    ("fn shout(text: String) {} shout(\"a\");", "`.to_string()`"),
    (
        "let part = &x;",
        "a reference cannot be kept for the next cells",
    ),
    (
        "let of_text: Vec<&str> = names.iter().map(String::as_str).collect();",
        "braces around the whole cell",
    ),
];

#[test]
fn common_mistakes_are_explained() {
    let mut kernel = Kernel::start();
    kernel
        .run(
            "use eosin::prelude::*;\nlet x = Tensor::ones((2, 3), DType::F32, &Device::Cpu)?;\n\
             let names = vec![\"a\".to_owned()];",
        )
        .ok();
    let mut missed = Vec::new();
    for (code, wanted) in MISTAKES {
        let (name, _, traceback) = kernel.run(code).error();
        let traceback = traceback.split_whitespace().collect::<Vec<_>>().join(" ");
        if name != "CompileError" || !traceback.contains(wanted) {
            missed.push(format!("{code}\n    wanted: {wanted}\n    {traceback}"));
        }
    }
    assert!(
        missed.is_empty(),
        "{} of {}:\n{}",
        missed.len(),
        MISTAKES.len(),
        missed.join("\n")
    );
    // What is no common mistake is left to the compiler.
    let (_, _, traceback) = kernel.run("let y: [u8; 2] = [1, 2, 3];").error();
    assert!(!traceback.contains("in short"), "{traceback}");
}

#[test]
fn a_variable_that_a_cell_has_moved_is_told_from_one_that_never_was() {
    let mut kernel = Kernel::start();
    let make = "use eosin::prelude::*;\nlet red = Tensor::ones(2, DType::F32, &Device::Cpu)?;";
    kernel.run(make).ok();
    kernel.run("let both = Tensor::stack(&[red], 0)?;").ok();
    let mut said = |code: &str| kernel.run(code).error().2;
    let moved = said("let both = Tensor::cat(&[&red], 0)?;");
    assert!(moved.contains("An earlier cell moved `red`"), "{moved}");
    let unknown = said("let both = Tensor::cat(&[&green], 0)?;");
    assert!(unknown.contains("no `green` yet"), "{unknown}");
}

#[test]
fn a_help_is_one_line_with_what_to_write() {
    let mut kernel = Kernel::start();
    let make =
        "use eosin::prelude::*;\nlet image = Tensor::ones((2, 2), DType::F32, &Device::Cpu)?;";
    kernel.run(make).ok();
    let mut said = |code: &str| kernel.run(code).error().2;
    let borrow = said("let y = image.matmul(image.t()?)?;");
    assert!(borrow.contains("consider borrowing here: `&`"), "{borrow}");
    let wrap = said("fn row(image: &Tensor) -> Result<Tensor> {\n    image.i(0)?\n}");
    assert!(
        wrap.contains("try wrapping the expression in `Ok`\n"),
        "{wrap}"
    );
}

#[test]
fn what_cannot_be_kept_for_the_next_cell_is_told_in_a_learners_words() {
    let mut kernel = Kernel::start();
    kernel.run("let sizes = vec![1, 2];").ok();
    for (code, wanted) in [
        ("let twice = |x: f64| x * 2.0;", "`fn twice(...)"),
        (
            "let even = sizes.iter().map(|size| size * 2);",
            "`.collect::<Vec<_>>()`",
        ),
    ] {
        let (_, message, _) = kernel.run(code).error();
        assert!(
            message.contains(wanted) && !message.contains("evcxr"),
            "{code}: {message}"
        );
    }
    kernel
        .run("{ let twice = |x: f64| x * 2.0; println!(\"{}\", twice(2.0)); }")
        .ok();
}

#[test]
fn a_cell_that_ends_in_the_middle_of_a_line_is_told_where() {
    let mut kernel = Kernel::start();
    kernel.run("use eosin::prelude::*;").ok();
    for (code, last) in [
        ("let a = 1;\nlet b = Tensor::", "::"),
        ("fn half(x: f64) ->", "->"),
        ("let y = 1 +", "+"),
        ("let text = \"abc", "\""),
    ] {
        let (_, message, traceback) = kernel.run(code).error();
        let wanted = ["this line is not finished", "this has no end"];
        assert!(wanted.contains(&message.as_str()), "{code}: {traceback}");
        let line = traceback
            .lines()
            .find(|line| line.contains(code.lines().last().unwrap()));
        let mark = traceback
            .lines()
            .find(|line| line.contains("the rest is missing"));
        let place = mark.and_then(|mark| mark.find('^'));
        assert!(place.is_some(), "{traceback}");
        assert_eq!(line.and_then(|line| line.rfind(last)), place, "{traceback}");
    }
}
