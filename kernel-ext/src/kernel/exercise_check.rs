//! The check of an exercise whose answer is not there yet.
//!
//! While a step is still `todo!()`, the variables that it is to make do not exist, and the cell that checks them does not
//! compile. That is no mistake of the learner: the crate's verdict is shown in the place of the compiler's errors.

use super::explanation::first_name;
use super::moved::Moved;
use evcxr::CompilationError;
use ra_ap_syntax::ast::{self, HasArgList};
use ra_ap_syntax::{AstNode, AstToken, Edition, SourceFile};

/// The code that gives the verdict, when all that the compiler misses in a check is what the learner has not written.
pub fn not_attempted(code: &str, errors: &[CompilationError], moved: &Moved) -> Option<String> {
    let is_missed = |error: &CompilationError| {
        let message = error.message();
        let name = first_name(&message);
        // Without `check` itself it is the first cell that was not run.
        is_of_unknown_name(error.code(), &message) && name != "check" && !moved.contains(name)
    };
    let misses_names = !errors.is_empty() && errors.iter().all(is_missed);
    let id = checked(code).filter(|_| misses_names)?;
    Some(format!("eosin::exercise::not_attempted({id:?})"))
}

/// Whether an error speaks of a variable that no cell has made; a macro of that name makes it another error.
fn is_of_unknown_name(code: Option<&str>, message: &str) -> bool {
    code == Some("E0425")
        || (code == Some("E0423") && message.starts_with("expected value, found macro"))
}

/// Which exercise a cell checks.
fn checked(code: &str) -> Option<String> {
    let file = SourceFile::parse(&format!("fn cell() {{\n{code}\n}}"), Edition::Edition2024).tree();
    let mut calls = file.syntax().descendants().filter_map(ast::CallExpr::cast);
    calls.find_map(|call| {
        let is_check = call.expr()?.syntax().text() == "check";
        let first = call.arg_list()?.args().next().filter(|_| is_check)?;
        let text = first.syntax().first_token().and_then(ast::String::cast)?;
        text.value().ok().map(|id| id.into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn only_a_call_of_check_with_a_name_checks_an_exercise() {
        for code in [
            "check(\"tensors.sum\", &y)",
            "let verdict = check(\"tensors.sum\", || Ok(f(&a)?));\nverdict",
        ] {
            assert_eq!(checked(code).as_deref(), Some("tensors.sum"), "{code}");
        }
        for code in [
            "checked(\"tensors.sum\", &y)",
            "check(name, &y)",
            "// check(\"tensors.sum\", y)",
            "f(\"check\")",
        ] {
            assert_eq!(checked(code), None, "{code}");
        }
    }
}
