//! The check of an exercise that has no answer yet.
//!
//! While a step is still `todo!()`, the variables that it should make do not exist, and the cell that checks them does not
//! compile. That is not the learner's mistake, so the crate's verdict takes the place of the compiler's errors.

use super::explanation::first_name;
use super::moved::Moved;
use evcxr::CompilationError;
use ra_ap_syntax::ast::{self, HasArgList};
use ra_ap_syntax::{AstNode, AstToken, Edition, SourceFile};

/// The functions that check an answer.
const CHECKS: [&str; 2] = ["check", "check_function"];

/// The code that gives the verdict, if the compiler misses nothing in a check but what the learner has yet to write.
pub fn not_attempted(code: &str, errors: &[CompilationError], moved: &Moved) -> Option<String> {
    let is_missed = |error: &CompilationError| {
        let message = error.message();
        let name = first_name(&message);
        // If `check` itself is unknown, the first cell was not run.
        is_of_unknown_name(error.code(), &message)
            && !CHECKS.contains(&name)
            && !moved.contains(name)
    };
    let misses_names = !errors.is_empty() && errors.iter().all(is_missed);
    let id = checked(code).filter(|_| misses_names)?;
    Some(format!("eosin::exercise::not_attempted({id:?})"))
}

/// Whether an error is about a variable that no cell has made. If there is a macro of that name, the error is another one.
fn is_of_unknown_name(code: Option<&str>, message: &str) -> bool {
    code == Some("E0425")
        || (code == Some("E0423") && message.starts_with("expected value, found macro"))
}

/// Which exercise a cell checks.
fn checked(code: &str) -> Option<String> {
    let file = SourceFile::parse(&format!("fn cell() {{\n{code}\n}}"), Edition::Edition2024).tree();
    let mut calls = file.syntax().descendants().filter_map(ast::CallExpr::cast);
    calls.find_map(|call| {
        let function = call.expr()?.syntax().text();
        let is_check = CHECKS.iter().any(|check| function == *check);
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
            "check_function(\n    \"tensors.sum\",\n    1, |r| Ok(r.integer(1..=2)), |a| Ok(f(*a)), |a| Ok(*a))",
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
