//! What evcxr writes around a cell, changed so that it compiles faster and says more when it fails.
//!
//! evcxr writes a small runtime into every cell, which rustc then compiles anew, and calls `(expression).evcxr_display()`,
//! which compiles for few types, so that many cells are compiled twice. It also turns an error that leaves a cell through
//! `?` into text on stderr, and loses its place: `?` passes its place to `From::from` through `#[track_caller]`, and the
//! generated `From` only has to ask for it. The crate `eosin` has a replacement for all of this. No line is added and no
//! line of the learner's changes, so the lines that rustc reports stay those that evcxr wrote.

use ra_ap_syntax::ast::{HasModuleItem, HasName};
use ra_ap_syntax::{AstNode, Edition, SourceFile, TextRange, ast, match_ast};
use std::ops::Range;

const RUNTIME: &str = "evcxr_internal_runtime";
/// The error of a cell that `?` ended.
const ERROR: &str = "EvcxrUserCodeError";
const FROM: &str = "fn from(error: T) -> Self {";
const PANIC: &str = "println!(\"EVCXR_PANIC_NOTIFICATION\");";
/// How evcxr shows a last expression if it believes that it cannot be displayed.
const AS_TEXT: &str = "evcxr_send_text_plain(&format!(\"{:?}\",&(";
const AS_TEXT_END: &str = "\n)));";
/// What a cell returns when it ends.
const RETURNED: &str = "\nevcxr_variable_store\n}";

/// The generated code with the crate's replacements.
pub fn adapt(code: &str) -> String {
    let displayed = displayed(code);
    let code = displayed.as_deref().unwrap_or(code);
    let file = SourceFile::parse(code, Edition::Edition2024).tree();
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    changes.extend(runtime(code, &file));
    changes.extend(conversion(code, &file));
    changes.extend(code.rfind(PANIC).map(|start| {
        let call = "eosin::display::cell_panicked();".to_owned();
        (start..start + PANIC.len(), call)
    }));
    changes.extend(code.rfind(RETURNED).map(|start| {
        let call = "\neosin::display::cell_returned(); evcxr_variable_store\n}".to_owned();
        (start..start + RETURNED.len(), call)
    }));
    changes.extend(last_expression(&file));
    changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut adapted = code.to_owned();
    for (range, text) in changes {
        let lost_lines = code[range.clone()].matches('\n').count() - text.matches('\n').count();
        adapted.replace_range(range, &(text + &"\n".repeat(lost_lines)));
    }
    adapted
}

/// Whether the learner's code may run many times, so that it is worth optimising: a loop, a closure with parameters (as
/// iterators take), a function that calls itself.
pub fn may_run_often(adapted: &str) -> bool {
    let file = SourceFile::parse(adapted, Edition::Edition2024).tree();
    file.syntax().descendants().any(|node| {
        match_ast! {
            match node {
                ast::ForExpr(_) => true,
                ast::WhileExpr(_) => true,
                ast::LoopExpr(_) => true,
                ast::ClosureExpr(closure) => closure
                    .param_list()
                    .is_some_and(|list| list.params().next().is_some()),
                ast::Fn(function) => calls_itself(&function),
                _ => false,
            }
        }
    })
}

fn calls_itself(function: &ast::Fn) -> bool {
    let (Some(name), Some(body)) = (function.name(), function.body()) else {
        return false;
    };
    body.syntax()
        .descendants()
        .filter_map(ast::NameRef::cast)
        .any(|called| called.text() == name.text())
}

fn range(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

/// The store of variables.
fn runtime(code: &str, file: &SourceFile) -> Option<(Range<usize>, String)> {
    let module = file.items().find_map(|item| match item {
        ast::Item::Module(module) if module.name()?.text() == RUNTIME => Some(module),
        _ => None,
    })?;
    let place = range(module.syntax().text_range());
    // What rust-analyzer sees of a cell has an empty one.
    code[place.clone()]
        .contains("VariableStore")
        .then(|| (place, format!("use eosin::display as {RUNTIME};")))
}

/// The conversion of errors, if it is one that runs (evcxr also writes one for analysis, which prints no marker).
fn conversion(code: &str, file: &SourceFile) -> Option<(Range<usize>, String)> {
    // The learner may have written the same function for an error of their own.
    let generated = file.items().find_map(|item| match item {
        ast::Item::Impl(item) if item.self_ty()?.syntax().text() == ERROR => Some(item),
        _ => None,
    })?;
    let place = range(generated.syntax().text_range());
    let start = place.start + code[place.clone()].find(FROM)?;
    let body = &code[start..place.end];
    let format_start = body.find("eprintln!(")? + "eprintln!(".len();
    let format_end = format_start + body[format_start..].find(", error);")?;
    // The code that drops an error of many variants is longer than the rest of a cell, so the error is not dropped.
    let marker = format!("println!(\"{{}}\", {RUNTIME}::USER_ERROR_OCCURRED);");
    let marker_start = body.find(&marker)?;
    let report = format!(
        "#[track_caller] {FROM} let error = std::mem::ManuallyDrop::new(error); \
         eosin::display::cell_failed(format_args!({}, *error), std::panic::Location::caller().line());",
        &body[format_start..format_end]
    );
    Some((start..start + marker_start + marker.len(), report))
}

/// The code with a last expression that is displayed after all. evcxr falls back to text whenever an error has to do with
/// that expression, even if the expression only moves a variable, which therefore cannot be kept.
fn displayed(code: &str) -> Option<String> {
    let start = code.rfind(AS_TEXT)?;
    let end = code.rfind(AS_TEXT_END).filter(|end| *end > start)?;
    let (before, expression) = (&code[..start], &code[start + AS_TEXT.len()..end]);
    let after = &code[end + AS_TEXT_END.len()..];
    Some(format!("{before}({expression}\n).evcxr_display();{after}"))
}

/// The display of the last expression. Any value with a debug form has one: see `eosin::display::DisplayDebug`.
fn last_expression(file: &SourceFile) -> Option<(Range<usize>, String)> {
    let call = file
        .syntax()
        .descendants()
        .filter_map(ast::MethodCallExpr::cast)
        .filter(|call| {
            call.name_ref()
                .is_some_and(|name| name.text() == "evcxr_display")
        })
        .last()?;
    let ast::Expr::ParenExpr(receiver) = call.receiver()? else {
        return None;
    };
    let borrow = match receiver.expr()? {
        ast::Expr::RefExpr(_) => "&*",
        _ => "&",
    };
    Some((
        range(call.syntax().text_range()),
        format!(
            "{{ use eosin::display::{{DisplayDebug as _, DisplayValue as _}}; ({borrow}{}).evcxr_display() }}",
            receiver.syntax().text()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell as evcxr 0.22.0 writes it.
    const CELL: &str = r#"#![allow(unused_imports, unused_mut, dead_code)]
use eosin::prelude::*;

            struct EvcxrUserCodeError {}
            impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {
                fn from(error: T) -> Self {
                    eprintln!("{}", error);
                    println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);
                    EvcxrUserCodeError {}
                }
            }
        
mod evcxr_internal_runtime {
pub struct VariableStore {
}
}
#[unsafe(no_mangle)]
pub extern "C" fn run_user_code_8(
match std::panic::catch_unwind(
  std::panic::AssertUnwindSafe(||{
let _ = (|| -> std::result::Result<(), EvcxrUserCodeError> {
let y = (&x * 2.0)?;
(
vec![
(
1)]
).evcxr_display();
Ok(())})();
})) { 
  Ok(_) => {}
  Err(_) => {
    println!("EVCXR_PANIC_NOTIFICATION");
}}
evcxr_variable_store
}
"#;

    #[test]
    fn the_crates_replacements_come_in_and_every_line_keeps_its_number() {
        let adapted = adapt(CELL);
        assert_eq!(adapted.lines().count(), CELL.lines().count());
        let line = |text: &str, code: &str| code.lines().position(|line| line.contains(text));
        for kept in [
            "use eosin::prelude",
            "let y = (&x * 2.0)?;",
            "vec![",
            "fn run_user_code_8",
        ] {
            assert_eq!(
                line(kept, &adapted),
                line(kept, CELL),
                "{kept} in {adapted}"
            );
        }
        for new in [
            "use eosin::display as evcxr_internal_runtime;",
            "#[track_caller] fn from(error: T) -> Self { let error = std::mem::ManuallyDrop::new(error); \
             eosin::display::cell_failed(format_args!(\"{}\", *error), std::panic::Location::caller().line());",
            "(&(\nvec![\n(\n1)]\n)).evcxr_display() };",
            "eosin::display::cell_panicked();",
            "eosin::display::cell_returned(); evcxr_variable_store",
        ] {
            assert!(adapted.contains(new), "{new} in {adapted}");
        }
        assert!(!adapted.contains("struct VariableStore") && !adapted.contains("println!"));
    }

    #[test]
    fn what_evcxr_would_show_as_text_is_displayed() {
        let text = CELL
            .replace(
                "(\nvec![",
                "evcxr_send_text_plain(&format!(\"{:?}\",&(\n\nvec![",
            )
            .replace("\n).evcxr_display();", "\n)));");
        let adapted = adapt(&text);
        assert_eq!(adapted.lines().count(), text.lines().count());
        assert!(
            adapted.contains("(&(\n\nvec![\n(\n1)]\n)).evcxr_display() };"),
            "{adapted}"
        );
    }

    #[test]
    fn a_reference_is_shown_as_what_it_refers_to() {
        let adapted = adapt("fn f() {\n(\n&x\n).evcxr_display();\n}\n");
        assert!(
            adapted.contains("(&*(\n&x\n)).evcxr_display()"),
            "{adapted}"
        );
    }

    #[test]
    fn loops_closures_and_recursion_are_worth_optimising() {
        let with = |code: &str| adapt(CELL).replace("let y = (&x * 2.0)?;", code);
        assert!(!may_run_often(&with("let y = (&x * 2.0)?;")));
        for code in [
            "for i in 0..9 {}",
            "while true {}",
            "v.iter().map(|x| x + 1)",
            "fn f(n: u32) -> u32 { f(n - 1) }",
        ] {
            assert!(may_run_often(&with(code)), "{code}");
        }
    }

    #[test]
    fn code_that_only_rust_analyzer_sees_is_left_alone() {
        let analysed = "fn from(error: T) -> Self {\n eprintln!(\"{}\", error);\n \n EvcxrUserCodeError {}\n }\n";
        assert_eq!(adapt(analysed), analysed);
    }
}
