//! What the commonest compiler errors of a lesson mean, in a learner's words.
//!
//! The compiler's own message stays, and this comes below it. Errors that are not in the table are left to the compiler.

use super::moved::Moved;
use super::pytorch_names::{of_python, of_tensors};
use evcxr::CompilationError;

/// An error as the compiler tells it.
struct Told<'a> {
    code: &'a str,
    message: &'a str,
    /// Its message, labels, notes and helps.
    everything: &'a str,
}

/// Error code, words that must all be in what the compiler tells, and what it means. `{name}` is the first name in the message.
type Meaning = (&'static str, &'static [&'static str], &'static str);

const MEANINGS: &[Meaning] = &[
    (
        "E0382",
        &["Tensor"],
        "`{name}` was moved where you used it before. Borrow it there, `&{name}`, or pass a clone, `{name}.clone()`: a clone \
         of a tensor shares its data and costs nothing.",
    ),
    (
        "E0382",
        &[],
        "`{name}` was moved where you used it before. Borrow it there, `&{name}`, or pass a copy, `{name}.clone()`.",
    ),
    (
        "E0277",
        &["can only be applied to values that implement `Try`"],
        "`?` takes the value out of a `Result`. This is not a `Result`: remove the `?`.",
    ),
    (
        "E0277",
        &["`?` operator can only be used"],
        "A function that uses `?` must return a `Result`: write `-> Result<Tensor>` and end it with `Ok(value)`.",
    ),
    (
        "E0277",
        &["implicitly `Sized`"],
        "Values of this type have no fixed size. Borrow one instead: put `&` before it.",
    ),
    (
        "E0277",
        &["is not an iterator", "Tensor"],
        "You cannot loop over a tensor with `for`. Loop over its indices: `for index in 0..x.dim(0)? { let part = x.i(index)?; }`.",
    ),
    (
        "E0277",
        &["doesn't implement `Debug`"],
        "This value cannot be printed. Print its parts, or show another expression.",
    ),
    (
        "E0277",
        &["doesn't implement", "Display"],
        "`{}` prints numbers and text. For other values, write `{:?}`.",
    ),
    (
        "E0277",
        &["Result<Tensor"],
        "An operation on tensors returns a `Result`. Put `?` after it before you go on.",
    ),
    (
        "E0277",
        &["`{integer}: Borrow<", "Tensor"],
        "A number beside a tensor must be a float: write `2.0`, not `2`.",
    ),
    (
        "E0277",
        &[": Borrow<", "Tensor"],
        "Beside a tensor you need another tensor or an `f64`: convert a number with `as f64`, whatever the tensor's dtype.",
    ),
    (
        "E0277",
        &["cannot ", "integer"],
        "Rust does not mix integers and floats. Write `2.0` for `2`, or convert with `as f64`.",
    ),
    (
        "E0277",
        &["cannot ", "float"],
        "Rust does not mix integers and floats. Write `2.0` for `2`, or convert with `as f64`.",
    ),
    (
        "E0369",
        &["Result<"],
        "An operation on tensors returns a `Result`. Put `?` after it before you go on: `((&a + &b)? * &c)?`.",
    ),
    (
        "E0369",
        &["operation `==`", "Tensor"],
        "Compare tensors element by element with `.eq(&b)?`, which gives a mask of 0 and 1.",
    ),
    (
        "E0369",
        &["Tensor", "operation `>"],
        "Compare tensors element by element with `.gt(0.5)?` or `.ge(0.5)?`, which give a mask of 0 and 1.",
    ),
    (
        "E0369",
        &["Tensor", "operation `<"],
        "Compare tensors element by element with `.lt(0.5)?` or `.le(0.5)?`, which give a mask of 0 and 1.",
    ),
    (
        "E0600",
        &["`-`", "Tensor"],
        "The negative of a tensor is `.neg()?`.",
    ),
    (
        "E0308",
        &["expected `Tensor`", "found `Result<"],
        "An operation on tensors returns a `Result`. Put `?` after it to get the tensor.",
    ),
    (
        "E0308",
        &["found `&Result<"],
        "An operation on tensors returns a `Result`. Put `?` after it, behind the `&`: `&x.t()?`.",
    ),
    (
        "E0308",
        &["expected `&", "found `Result<"],
        "An operation on tensors returns a `Result`. Put `?` after it and `&` before it: `&(x.t()?)`.",
    ),
    (
        "E0308",
        &["expected `&"],
        "The function borrows this value: put `&` before it.",
    ),
    (
        "E0308",
        &["expected `Tensor`", "found `&Tensor`"],
        "A tensor of its own is needed here, not a reference: `x.clone()`, which shares its data and costs nothing.",
    ),
    (
        "E0308",
        &["expected `Result<", "found `()`"],
        "A function returns its last expression, which has no `;` after it: end it with `Ok(value)`.",
    ),
    (
        "E0308",
        &["expected `Result<"],
        "A function that returns a `Result` returns its value as `Ok(value)`.",
    ),
    (
        "E0308",
        &["found `()`", "semicolon"],
        "A function returns its last expression: remove the `;` after it.",
    ),
    (
        "E0308",
        &["use a float literal"],
        "Rust does not mix integers and floats. Write `2.0` for `2`.",
    ),
    (
        "E0308",
        &["expected `usize`"],
        "Indices and sizes are of type `usize`: convert with `as usize`.",
    ),
    (
        "E0308",
        &["expected `f64`"],
        "A number of another type is expected: convert with `as f64`, and write `2.0` for `2`.",
    ),
    (
        "E0308",
        &["expected `f32`"],
        "A number of another type is expected: convert with `as f32`, and write `2.0` for `2`.",
    ),
    (
        "E0308",
        &["expected `String`", "found `&str`"],
        "Text in quotes is borrowed: make it your own with `.to_string()`.",
    ),
    (
        "E0599",
        &["Result<"],
        "An operation on tensors returns a `Result`, which has no method `{name}`. Put `?` before the dot: `x.t()?.{name}()`.",
    ),
    (
        "E0608",
        &["Tensor"],
        "Index a tensor with `.i`: `x.i(0)?` for `x[0]`, `x.i((.., 1))?` for `x[:, 1]`, `x.i(1..3)?` for `x[1:3]`.",
    ),
    (
        "E0608",
        &["Result<"],
        "An operation on tensors returns a `Result`. Put `?` after it, then index with `.i(0)?`.",
    ),
    (
        "E0615",
        &["method"],
        "`{name}` is a method here: call it with parentheses, `.{name}()`.",
    ),
    (
        "E0616",
        &["private"],
        "`{name}` is private, so you cannot reach it. Is there a method of that name, `.{name}()`?",
    ),
    (
        "E0282",
        &[],
        "Rust must know which type of number you want. Name it: `x.to_scalar::<f32>()?`, `x.to_vec1::<f32>()?`, \
         or `let v: Vec<f32> = ...`.",
    ),
    (
        "E0277",
        &["`!: WithDType`"],
        "Rust must know which type of number you want. Name it: `x.to_scalar::<f32>()?`, `x.to_vec1::<f32>()?`, \
         or `let v: Vec<f32> = ...`.",
    ),
    (
        "E0283",
        &[],
        "Rust must know which type of number you want. Name it: `x.to_scalar::<f32>()?`, `x.to_vec1::<f32>()?`, \
         or `let v: Vec<f32> = ...`.",
    ),
    (
        "E0284",
        &[],
        "Rust must know which type you want. Name it: `let v: Vec<f32> = ...`.",
    ),
    (
        "",
        &["non-static lifetime"],
        "`{name}` is a reference, or holds one, and a reference cannot be kept for the next cells. Keep the value itself (a \
         tensor's `.clone()` costs nothing), or put braces around the whole cell, `{ ... }`: then none of it is kept.",
    ),
    (
        "E0384",
        &[],
        "A variable keeps its value unless you make it with `let mut`. A new one is often simpler, even with the same name: \
         `let {name} = ...;`.",
    ),
    (
        "E0061",
        &["Tensor"],
        "Rust has no optional arguments. `Tensor::zeros` takes shape, dtype and device; `.sum(0)?` takes the dimension, \
         and `.sum_all()?` takes all.",
    ),
    (
        "E0061",
        &[],
        "Rust has no optional arguments: give all that the function has, in their order. Shift+Tab in a call shows them.",
    ),
    (
        "E0107",
        &[],
        "The number of types between `<` and `>` is wrong. `Result<Tensor>` has one.",
    ),
    (
        "E0425",
        &["cannot find value"],
        "There is no `{name}` yet. Is it spelled like this above? Did you run the cell that makes it? After a restart, run \
         all cells again.",
    ),
    (
        "E0425",
        &["cannot find function"],
        "There is no function `{name}` here. Did you run the cell that makes it? Call a method with a dot, `x.{name}()`, and \
         a function of a module with the module's name, `ops::...`.",
    ),
    (
        "E0433",
        &["undeclared"],
        "There is no `{name}` here. Did you run the first cell, `use eosin::prelude::*;`?",
    ),
    (
        "E0433",
        &["unresolved"],
        "There is no `{name}` here. Did you run the first cell, `use eosin::prelude::*;`?",
    ),
    (
        "E0432",
        &[],
        "This `use` names something that does not exist. Lessons need only `use eosin::prelude::*;`. Before you use another \
         crate, add it with a line `:dep`.",
    ),
    (
        "E0425",
        &["cannot find type"],
        "There is no type `{name}` here. Did you run the first cell, `use eosin::prelude::*;`?",
    ),
    (
        "",
        &["expected identifier, found keyword `let`"],
        "The line above is not finished: something is missing at its end.",
    ),
    (
        "",
        &["expected expression, found `let`"],
        "The line above is not finished: something is missing at its end.",
    ),
    (
        "",
        &["expected `;`"],
        "A `;` is missing: every statement ends with one, except the last line of a cell, whose value is shown.",
    ),
    (
        "",
        &["expected one of", "`;`"],
        "Something is missing here, most often a `;`, a comma or an operator such as `*`.",
    ),
    (
        "",
        &["unclosed delimiter"],
        "A bracket was opened but not closed.",
    ),
    (
        "",
        &["mismatched closing delimiter"],
        "A bracket is closed by one of another kind.",
    ),
];

/// What an error means, where this is known.
pub fn explain(error: &CompilationError, moved: &Moved) -> Option<String> {
    let notes = error.json["children"].as_array().into_iter().flatten();
    let labels = error.json["spans"].as_array().into_iter().flatten();
    let texts = (notes.map(|note| &note["message"])).chain(labels.map(|span| &span["label"]));
    let message = error.message();
    let name = first_name(&message);
    if error.code() == Some("E0425") && moved.contains(name) {
        return Some(format!(
            "An earlier cell moved `{name}`, so it is gone. Run the cell that makes it again, and borrow it where you use \
             it: `&{name}`."
        ));
    }
    let everything = texts
        .filter_map(|text| text.as_str())
        .fold(message.clone(), |all, text| all + "\n" + text);
    meaning(&Told {
        code: error.code().unwrap_or_default(),
        message: &message,
        everything: &everything,
    })
}

/// What evcxr says of a variable that it cannot keep, in a learner's words.
pub fn not_kept(message: &str) -> Option<String> {
    const BRACES: &str = "or put braces around the whole cell, `{ ... }`: then none of it is kept";
    let name = first_name(message);
    if message.contains("is a closure, which cannot be persisted") {
        Some(format!(
            "`{name}` is a closure, and a closure cannot be kept for the next cells. Write it as a function, \
             `fn {name}(...) -> ... {{ ... }}`, {BRACES}."
        ))
    } else if message.contains("which cannot be persisted") {
        Some(format!(
            "`{name}` has a type that cannot be written down, so it cannot be kept for the next cells. Turn it into \
             something else (`.collect::<Vec<_>>()` turns an iterator into a list), {BRACES}."
        ))
    } else {
        None
    }
}

fn meaning(told: &Told) -> Option<String> {
    let name = first_name(told.message);
    known_elsewhere(told, name).or_else(|| {
        let fits = |(code, words, _): &&Meaning| {
            *code == told.code && words.iter().all(|word| told.everything.contains(word))
        };
        let (_, _, text) = MEANINGS.iter().find(fits)?;
        Some(text.replace("{name}", name))
    })
}

/// Names that the learner brings from PyTorch or Python.
fn known_elsewhere(told: &Told, name: &str) -> Option<String> {
    let of_tensor = || {
        told.everything
            .contains("Tensor")
            .then(|| of_tensors(name))
            .flatten()
    };
    let (source, ours) = match told.code {
        // A `Result` has none of a tensor's methods: learners must hear that first.
        "E0599" if told.message.contains("Result<") => None,
        "E0599" | "E0609" => of_tensor().map(|ours| ("PyTorch's", ours)),
        "E0425" | "E0423" | "E0433" => of_python(name).map(|ours| ("Python's", ours)),
        _ => None,
    }?;
    Some(format!("{source} `{name}` is {ours} here."))
}

/// The first words between backticks, as the compiler marks names.
pub fn first_name(message: &str) -> &str {
    message.split('`').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    // `tests/explanations.rs` checks that these are the compiler's words.
    #[test]
    fn the_first_meaning_that_fits_is_told_with_the_name() {
        let told = |code, message: &str, label: &str| {
            meaning(&Told {
                code,
                message,
                everything: &format!("{message}\n{label}"),
            })
            .unwrap_or_default()
        };
        let moved = told(
            "E0382",
            "borrow of moved value: `image`",
            "it has type `Tensor`",
        );
        assert!(
            moved.contains("`&image`") && moved.contains("shares"),
            "{moved}"
        );
        let other = told(
            "E0382",
            "borrow of moved value: `names`",
            "it has type `Vec<String>`",
        );
        assert!(
            other.contains("`names.clone()`") && !other.contains("shares"),
            "{other}"
        );
        let view = told(
            "E0599",
            "no method named `view` found for struct `Tensor`",
            "",
        );
        assert!(view.starts_with("PyTorch's `view` is `.reshape("), "{view}");
        assert_eq!(told("E9999", "something rare", ""), "");
    }
}
