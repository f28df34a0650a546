//! What the commonest compiler errors of a lesson mean, in a learner's words.
//!
//! The compiler's own message stays; this comes below it. What is not in the table is left to the compiler.

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

/// Error code, words that must all be told, and what it means. `{name}` is the first name in the message.
type Meaning = (&'static str, &'static [&'static str], &'static str);

const MEANINGS: &[Meaning] = &[
    (
        "E0382",
        &["Tensor"],
        "`{name}` was given away where it was used before. Lend it there, `&{name}`, or give a clone, `{name}.clone()`: \
         a clone of a tensor shares its numbers and costs nothing.",
    ),
    (
        "E0382",
        &[],
        "`{name}` was given away where it was used before. Lend it there, `&{name}`, or give a copy, `{name}.clone()`.",
    ),
    (
        "E0277",
        &["can only be applied to values that implement `Try`"],
        "`?` takes the value out of a `Result`. Here there is no `Result`: leave the `?` away.",
    ),
    (
        "E0277",
        &["`?` operator can only be used"],
        "A function that uses `?` must return a `Result`: write `-> Result<Tensor>` and end it with `Ok(value)`.",
    ),
    (
        "E0277",
        &["implicitly `Sized`"],
        "Values of this type have no fixed size. Lend it instead: put `&` before it.",
    ),
    (
        "E0277",
        &["is not an iterator", "Tensor"],
        "A tensor cannot be run through by `for`. Count its parts: `for index in 0..x.dim(0)? { let part = x.i(index)?; }`.",
    ),
    (
        "E0277",
        &["doesn't implement `Debug`"],
        "This value cannot be printed. Print what it is made of, or show another expression.",
    ),
    (
        "E0277",
        &["doesn't implement", "Display"],
        "`{}` prints numbers and texts. For other values write `{:?}`.",
    ),
    (
        "E0277",
        &["Result<Tensor"],
        "An operation on tensors gives a `Result`. Put `?` behind it before you go on.",
    ),
    (
        "E0277",
        &["`{integer}: Borrow<", "Tensor"],
        "A number beside a tensor is a float: write `2.0`, not `2`.",
    ),
    (
        "E0277",
        &[": Borrow<", "Tensor"],
        "Beside a tensor there must be another one, or an `f64`: convert a number with `as f64`, whatever the tensor's dtype.",
    ),
    (
        "E0277",
        &["cannot ", "integer"],
        "Rust does not mix whole numbers and floats. Write `2.0` for `2`, or convert with `as f64`.",
    ),
    (
        "E0277",
        &["cannot ", "float"],
        "Rust does not mix whole numbers and floats. Write `2.0` for `2`, or convert with `as f64`.",
    ),
    (
        "E0369",
        &["Result<"],
        "An operation on tensors gives a `Result`. Put `?` behind it before you go on: `((&a + &b)? * &c)?`.",
    ),
    (
        "E0369",
        &["operation `==`", "Tensor"],
        "Tensors are compared number by number with `.eq(&b)?`, which gives a mask of 0 and 1.",
    ),
    (
        "E0369",
        &["Tensor", "operation `>"],
        "Tensors are compared number by number with `.gt(0.5)?` or `.ge(0.5)?`, which give a mask of 0 and 1.",
    ),
    (
        "E0369",
        &["Tensor", "operation `<"],
        "Tensors are compared number by number with `.lt(0.5)?` or `.le(0.5)?`, which give a mask of 0 and 1.",
    ),
    (
        "E0600",
        &["`-`", "Tensor"],
        "The negative of a tensor is `.neg()?`.",
    ),
    (
        "E0308",
        &["expected `Tensor`", "found `Result<"],
        "An operation on tensors gives a `Result`. Put `?` behind it, and it is the tensor.",
    ),
    (
        "E0308",
        &["found `&Result<"],
        "An operation on tensors gives a `Result`. Put `?` behind it, within the loan: `&x.t()?`.",
    ),
    (
        "E0308",
        &["expected `&", "found `Result<"],
        "An operation on tensors gives a `Result`. Put `?` behind it, and `&` before it: `&(x.t()?)`.",
    ),
    (
        "E0308",
        &["expected `&"],
        "The value is to be lent: put `&` before it.",
    ),
    (
        "E0308",
        &["expected `Tensor`", "found `&Tensor`"],
        "The tensor is to be given, not lent: `x.clone()`, which shares its numbers and costs nothing.",
    ),
    (
        "E0308",
        &["expected `Result<", "found `()`"],
        "A function gives back its last expression, which has no `;` behind it: end it with `Ok(value)`.",
    ),
    (
        "E0308",
        &["expected `Result<"],
        "A function that returns a `Result` gives its value back as `Ok(value)`.",
    ),
    (
        "E0308",
        &["found `()`", "semicolon"],
        "A function gives back its last expression: leave the `;` behind it away.",
    ),
    (
        "E0308",
        &["use a float literal"],
        "Rust does not mix whole numbers and floats. Write `2.0` for `2`.",
    ),
    (
        "E0308",
        &["expected `usize`"],
        "Places and sizes are of type `usize`: convert with `as usize`.",
    ),
    (
        "E0308",
        &["expected `f64`"],
        "A number of another type is asked for: convert with `as f64`, and write `2.0` for `2`.",
    ),
    (
        "E0308",
        &["expected `f32`"],
        "A number of another type is asked for: convert with `as f32`, and write `2.0` for `2`.",
    ),
    (
        "E0308",
        &["expected `String`", "found `&str`"],
        "A text that is written down is lent: make it your own with `.to_string()`.",
    ),
    (
        "E0599",
        &["Result<"],
        "An operation on tensors gives a `Result`, which has no method `{name}`. Put `?` before the dot: `x.t()?.{name}()`.",
    ),
    (
        "E0608",
        &["Tensor"],
        "A tensor is indexed by `.i`: `x.i(0)?` for `x[0]`, `x.i((.., 1))?` for `x[:, 1]`, `x.i(1..3)?` for `x[1:3]`.",
    ),
    (
        "E0608",
        &["Result<"],
        "An operation on tensors gives a `Result`. Put `?` behind it, then index with `.i(0)?`.",
    ),
    (
        "E0615",
        &["method"],
        "`{name}` is a method here: call it with parentheses, `.{name}()`.",
    ),
    (
        "E0616",
        &["private"],
        "`{name}` is inside of the value and cannot be reached. Is there a method of that name, `.{name}()`?",
    ),
    (
        "E0282",
        &[],
        "Rust must know which type of number comes out. Name it: `x.to_scalar::<f32>()?`, `x.to_vec1::<f32>()?`, \
         or `let v: Vec<f32> = ...`.",
    ),
    (
        "E0277",
        &["`!: WithDType`"],
        "Rust must know which type of number comes out. Name it: `x.to_scalar::<f32>()?`, `x.to_vec1::<f32>()?`, \
         or `let v: Vec<f32> = ...`.",
    ),
    (
        "E0283",
        &[],
        "Rust must know which type of number comes out. Name it: `x.to_scalar::<f32>()?`, `x.to_vec1::<f32>()?`, \
         or `let v: Vec<f32> = ...`.",
    ),
    (
        "E0284",
        &[],
        "Rust must know which type comes out. Name it: `let v: Vec<f32> = ...`.",
    ),
    (
        "",
        &["non-static lifetime"],
        "`{name}` is a loan, or holds one, and a loan cannot be kept for the next cells. Keep the value itself (a tensor's \
         `.clone()` costs nothing), or put braces around the whole cell, `{ ... }`: then nothing of it is kept.",
    ),
    (
        "E0384",
        &[],
        "A variable keeps its value unless it is made with `let mut`. Often a new one is simpler, also of the same name: \
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
        "Rust has no optional arguments: give as many as the function has, in this order. Shift+Tab in a call shows them.",
    ),
    (
        "E0107",
        &[],
        "The number of types between `<` and `>` does not fit. `Result<Tensor>` has one.",
    ),
    (
        "E0425",
        &["cannot find value"],
        "There is no `{name}` yet. Is it spelled like this above? Was the cell run that makes it? After a restart all cells \
         must be run again.",
    ),
    (
        "E0425",
        &["cannot find function"],
        "There is no function `{name}` here. Was the cell run that makes it? A method is called with a dot: `x.{name}()`; \
         functions of a module with its name: `ops::...`.",
    ),
    (
        "E0433",
        &["undeclared"],
        "There is no `{name}` here. Was the first cell run, `use eosin::prelude::*;`?",
    ),
    (
        "E0433",
        &["unresolved"],
        "There is no `{name}` here. Was the first cell run, `use eosin::prelude::*;`?",
    ),
    (
        "E0432",
        &[],
        "This `use` names something that is not there. What lessons need comes with `use eosin::prelude::*;`; another crate \
         needs a line `:dep` before.",
    ),
    (
        "E0425",
        &["cannot find type"],
        "There is no type `{name}` here. Was the first cell run, `use eosin::prelude::*;`?",
    ),
    (
        "",
        &["expected `;`"],
        "A `;` is missing: every statement ends with one. Only the last line of a cell, whose value is shown, has none.",
    ),
    (
        "",
        &["expected one of", "`;`"],
        "Something is missing here, most often a `;`, a comma or an operator such as `*`.",
    ),
    (
        "",
        &["unclosed delimiter"],
        "A bracket was opened and not closed.",
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
            "`{name}` was given away by an earlier cell, so it is gone. Run the cell that makes it again, and lend it where \
             it is used: `&{name}`."
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
    const BRACES: &str =
        "or put braces around the whole cell, `{ ... }`: then nothing of it is kept";
    let name = first_name(message);
    if message.contains("is a closure, which cannot be persisted") {
        Some(format!(
            "`{name}` is a closure, and a closure cannot be kept for the next cells. Make a function of it, \
             `fn {name}(...) -> ... {{ ... }}`, {BRACES}."
        ))
    } else if message.contains("which cannot be persisted") {
        Some(format!(
            "`{name}` has a type that cannot be written down, so it cannot be kept for the next cells. Make something else of \
             it (an iterator becomes a list with `.collect::<Vec<_>>()`), {BRACES}."
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
        // A result has no methods of a tensor; that is told first.
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

    // Whether these are the compiler's words, `tests/explanations.rs` tells.
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
