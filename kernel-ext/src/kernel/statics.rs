//! Statics of the learner's, which do not live from cell to cell.
//!
//! Each cell is compiled to a library of its own, with all items of the cells before it, and so with its own copy of each
//! `static`. Only variables are carried on.

use super::cell_items::CellItems;
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxNode};

/// Types of which a value that never changes is made: its copies are all the same.
const PLAIN: [&str; 17] = [
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
    "i128", "isize", "f32", "f64",
];

/// What a learner must know about the statics that a cell defines.
pub fn note(items: &CellItems) -> Option<String> {
    let statics = items
        .items()
        .filter(|item| !matches!(item, ast::Item::MacroRules(_)));
    let statics = statics
        .flat_map(|item| item.syntax().descendants().collect::<Vec<_>>())
        .filter_map(|node| about_static(&node).or_else(|| about_thread_local(&node)));
    let told: Vec<String> = (items
        .macro_calls()
        .filter(is_thread_local)
        .map(|_| THREAD_LOCAL.to_owned()))
    .chain(statics)
    .collect();
    (!told.is_empty()).then(|| told.join("\n") + "\n")
}

/// `thread_local!` at the end of a cell is no value to be shown: the `;` that says so, and its place.
pub fn endings(items: &CellItems) -> Vec<(usize, String)> {
    let last = items.shown_macro_call().filter(is_thread_local);
    last.map(|call| (items.end(call.syntax()), ";".to_owned()))
        .into_iter()
        .collect()
}

const THREAD_LOCAL: &str = "What `thread_local!` makes begins anew in each cell, because each cell is a program of its own, and \
     other cells do not know it at all. A variable keeps its value: make one with `let`, and pass it to the functions that use it.";

fn about_static(node: &SyntaxNode) -> Option<String> {
    let item = ast::Static::cast(node.clone())?;
    let (name, of, value) = (item.name()?, item.ty()?, item.body()?);
    let is_mut = item.mut_token().is_some();
    let mut names = of.syntax().descendants().filter_map(ast::NameRef::cast);
    if !is_mut && names.all(|name| PLAIN.contains(&name.text())) {
        return None;
    }
    let keyword = if is_mut { "mut " } else { "" };
    let variable = name.text().to_lowercase();
    let (of, value) = (of.syntax().text(), value.syntax().text());
    Some(format!(
        "`{}` begins anew in each cell, because each cell is a program of its own. A variable keeps its value: write \
         `let {keyword}{variable}: {of} = {value};`, and pass `&{keyword}{variable}` to the functions that use it.",
        name.text()
    ))
}

fn about_thread_local(node: &SyntaxNode) -> Option<String> {
    let call = ast::MacroCall::cast(node.clone())?;
    is_thread_local(&call).then(|| THREAD_LOCAL.to_owned())
}

fn is_thread_local(call: &ast::MacroCall) -> bool {
    let name = call.path().and_then(|path| path.segment()?.name_ref());
    name.is_some_and(|name| name.text() == "thread_local")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_change_is_told_with_the_variable_that_keeps_it() {
        let told = |code: &str| note(&CellItems::of(code)).unwrap_or_default();
        for (code, wanted) in [
            (
                "static STEPS: AtomicUsize = AtomicUsize::new(0);",
                "`let steps: AtomicUsize = AtomicUsize::new(0);`, and pass `&steps`",
            ),
            (
                "static mut N: u32 = 0;",
                "`let mut n: u32 = 0;`, and pass `&mut n`",
            ),
            (
                "fn next() { static N: OnceLock<u8> = OnceLock::new(); }",
                "`N` begins anew",
            ),
            (
                "thread_local! { static N: Cell<u8> = Cell::new(0) }",
                "`thread_local!`",
            ),
            (
                "fn next() { thread_local! { static N: u8 = 0 } }",
                "`thread_local!`",
            ),
        ] {
            assert!(told(code).contains(wanted), "{code}: {}", told(code));
        }
        for code in [
            "static NAMES: [&str; 2] = [\"a\", \"b\"];",
            "static RATE: f64 = 0.1;",
            "{ static N: AtomicUsize = AtomicUsize::new(0); }",
            "let x = 1;",
        ] {
            assert_eq!(told(code), "", "{code}");
        }
    }
}
