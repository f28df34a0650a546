//! What the kernel adds to the compiler's commonest errors, on the compiler's own words.

mod workshop;

use workshop::Kernel;

/// Cells as learners write them, and a part of what must be said about each.
const MISTAKES: &[(&str, &str)] = &[
    (
        "let moved = x; let again = x;",
        "a clone of a tensor shares its numbers",
    ),
    ("let names2 = names; let more = names;", "`names.clone()`"),
    ("let y = &x + 1;", "is a float"),
    ("let factor = 2f32; let y = &x * factor;", "`as f64`"),
    ("let y = (&x + &x).sum_all()?;", "Put `?` before the dot"),
    ("let y: Tensor = x.t();", "Put `?` behind it"),
    ("let y = x.matmul(x.t()?)?;", "put `&` before it"),
    ("let y = x.matmul(&x.t())?;", "Put `?` behind it"),
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
        "no `;` behind it",
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
    ("let y = x[0];", "indexed by `.i`"),
    ("let y = 2 * 1.5;", "does not mix whole numbers and floats"),
    ("let y: f64 = 2;", "does not mix whole numbers and floats"),
    ("let y = -&x * 2.0; let z = -x;", "`.neg()?`"),
    ("if x == x { }", "`.eq(&b)?`"),
    ("let y = x > 0.5;", "`.gt(0.5)?`"),
    ("for row in x { }", "cannot be run through by `for`"),
    ("println!(\"{}\", names);", "write `{:?}`"),
    ("let y = 5?;", "leave the `?` away"),
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
    ("let width: usize = 3i32;", "convert with `as usize`"),
    (
        "fn half(x: f64) -> f64 { x / 2 }",
        "does not mix whole numbers and floats",
    ),
    ("fn shout(text: String) {} shout(\"a\");", "`.to_string()`"),
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
