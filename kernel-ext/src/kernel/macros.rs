//! Macros that the learner defines.

use super::cell_items::CellItems;
use ra_ap_syntax::ast::{self, HasAttrs, HasName};
use ra_ap_syntax::{AstNode, SyntaxKind};
use std::collections::HashSet;

const EXPORT: &str = "macro_export";

/// A macro is known only below its definition, and evcxr keeps items in no order. This makes it known everywhere.
pub fn exports(items: &CellItems) -> Vec<(usize, String)> {
    definitions(items)
        .filter(|item| item.attrs().all(|attr| !is_export(&attr)))
        .map(|item| (items.place(item.syntax()), format!("#[{EXPORT}] ")))
        .collect()
}

fn is_export(attr: &ast::Attr) -> bool {
    attr.syntax().text().to_string().contains(EXPORT)
}

fn definitions(items: &CellItems) -> impl Iterator<Item = ast::MacroRules> {
    items.items().filter_map(|item| match item {
        ast::Item::MacroRules(item) => Some(item),
        _ => None,
    })
}

/// The macros that stand for items, such as a struct.
#[derive(Clone, Default)]
pub struct Macros {
    of_items: HashSet<String>,
}

impl Macros {
    /// Takes in what a cell defines.
    pub fn update(&mut self, items: &CellItems) {
        for item in definitions(items) {
            let Some(name) = item.name() else { continue };
            let name = name.text().to_string();
            if stands_for_items(&item) {
                self.of_items.insert(name);
            } else {
                self.of_items.remove(&name);
            }
        }
    }

    /// What a learner must know about the calls in a cell. evcxr takes them for expressions, so what they define belongs to
    /// the cell.
    pub fn note(&self, items: &CellItems) -> Option<String> {
        let call = items.macro_calls().find(|call| {
            let name = call.path().and_then(|path| path.segment()?.name_ref());
            name.is_some_and(|name| self.of_items.contains(name.text()))
        })?;
        let call = call.syntax().text();
        Some(format!(
            "Other cells do not know what `{call}` defines here. Call the macro in a module, which they know: `mod made {{ use \
             super::*; {call}; }}`, then `use made::*;`. Write `pub` before all that the macro defines.\n"
        ))
    }
}

fn stands_for_items(item: &ast::MacroRules) -> bool {
    let rules = item.syntax().descendants().filter_map(ast::TokenTree::cast);
    // A rule is a pattern, `=>`, and what it stands for. Within braces of its own, that is an expression.
    let mut bodies = rules.filter(|tree| {
        let before = std::iter::successors(tree.syntax().prev_sibling_or_token(), |element| {
            element.prev_sibling_or_token()
        });
        let mut before = before.filter(|element| !element.kind().is_trivia());
        before
            .next()
            .is_some_and(|element| element.kind() == SyntaxKind::R_ANGLE)
    });
    bodies.any(|body| {
        let mut words = body.syntax().children_with_tokens();
        words.any(|word| {
            matches!(
                word.kind(),
                SyntaxKind::STRUCT_KW
                    | SyntaxKind::ENUM_KW
                    | SyntaxKind::TRAIT_KW
                    | SyntaxKind::FN_KW
                    | SyntaxKind::IMPL_KW
                    | SyntaxKind::TYPE_KW
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_defines_items_is_told_from_one_that_computes() {
        let mut macros = Macros::default();
        for code in [
            "macro_rules! point { ($name:ident) => { #[derive(Debug)] struct $name { x: f64 } } }",
            "macro_rules! twice { ($x:expr) => { 2 * $x } }",
            "macro_rules! inner { () => {{ struct A; 1 }} }",
        ] {
            macros.update(&CellItems::of(code));
        }
        let told = |code: &str| macros.note(&CellItems::of(code)).unwrap_or_default();
        assert!(told("point!(Point);").contains("use super::*; point!(Point); }`"));
        for code in ["twice!(2)", "inner!()", "let x = twice!(2);", "vec![1]"] {
            assert_eq!(told(code), "", "{code}");
        }
    }

    #[test]
    fn a_macro_is_exported_once() {
        let code =
            "let x = 1;\nmacro_rules! a { () => {} }\n#[macro_export] macro_rules! b { () => {} }";
        let places: Vec<usize> = exports(&CellItems::of(code))
            .iter()
            .map(|(at, _)| *at)
            .collect();
        assert_eq!(places, [11]);
    }
}
