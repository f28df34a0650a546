//! When an `impl` takes the place of another: when the compiler would not accept both.

use ra_ap_syntax::ast::{self, HasGenericParams, HasName};
use ra_ap_syntax::{AstNode, NodeOrToken, SyntaxElement, SyntaxKind, SyntaxNode};

/// Whether both are about the same trait, or none, and the same type. The parameters of a generic `impl` stand for any type.
pub fn are_about_the_same(one: &ast::Impl, other: &ast::Impl) -> bool {
    let parameters = (parameters(one), parameters(other));
    let traits = match (one.trait_(), other.trait_()) {
        (None, None) => true,
        (Some(one), Some(other)) => same(one.syntax(), other.syntax(), &parameters),
        _ => false,
    };
    let types = match (one.self_ty(), other.self_ty()) {
        (Some(one), Some(other)) => {
            // `impl<T: Show> Trait for T` is not about every type, but about those that its bounds choose.
            let is_bare = [
                is_one_of(one.syntax(), &parameters.0),
                is_one_of(other.syntax(), &parameters.1),
            ];
            is_bare[0] == is_bare[1] && same(one.syntax(), other.syntax(), &parameters)
        }
        _ => false,
    };
    traits && types
}

/// What an `impl` without a trait adds to its type: functions and constants.
pub fn members(item: &ast::Impl) -> Vec<(String, SyntaxNode)> {
    let list = item.assoc_item_list();
    let members = list.iter().flat_map(|list| list.assoc_items());
    let named = members.filter_map(|member| {
        let name = match &member {
            ast::AssocItem::Const(member) => member.name(),
            ast::AssocItem::Fn(member) => member.name(),
            ast::AssocItem::TypeAlias(member) => member.name(),
            ast::AssocItem::MacroCall(_) => None,
        };
        Some((name?.text().to_string(), member.syntax().clone()))
    });
    named.collect()
}

type Parameters = (Vec<String>, Vec<String>);

fn parameters(item: &ast::Impl) -> Vec<String> {
    let list = item.generic_param_list();
    let parameters = list.iter().flat_map(|list| list.generic_params());
    let name = |parameter| match parameter {
        ast::GenericParam::TypeParam(parameter) => parameter.name(),
        ast::GenericParam::ConstParam(parameter) => parameter.name(),
        ast::GenericParam::LifetimeParam(_) => None,
    };
    parameters
        .filter_map(name)
        .map(|name| name.text().to_string())
        .collect()
}

fn is_one_of(node: &SyntaxNode, names: &[String]) -> bool {
    names.iter().any(|name| node.text() == name.as_str())
}

fn same(one: &SyntaxNode, other: &SyntaxNode, parameters: &Parameters) -> bool {
    if is_one_of(one, &parameters.0) || is_one_of(other, &parameters.1) {
        return true;
    }
    if let (Some(one), Some(other)) = (ast::Path::cast(one.clone()), ast::Path::cast(other.clone()))
    {
        // A path may be written with more or less of what is before the name: `Display`, `std::fmt::Display`.
        let segments = |path: &ast::Path| path.segments().collect::<Vec<_>>().into_iter().rev();
        return segments(&one)
            .zip(segments(&other))
            .all(|(one, other)| same_parts(one.syntax(), other.syntax(), parameters));
    }
    one.kind() == other.kind() && same_parts(one, other, parameters)
}

fn same_parts(one: &SyntaxNode, other: &SyntaxNode, parameters: &Parameters) -> bool {
    let (one, other) = (parts(one), parts(other));
    one.len() == other.len()
        && one.iter().zip(&other).all(|parts| match parts {
            (NodeOrToken::Node(one), NodeOrToken::Node(other)) => same(one, other, parameters),
            (NodeOrToken::Token(one), NodeOrToken::Token(other)) => one.text() == other.text(),
            _ => false,
        })
}

/// Everything but spaces, comments and lifetimes, which do not tell types apart.
fn parts(node: &SyntaxNode) -> Vec<SyntaxElement> {
    node.children_with_tokens()
        .filter(|part| {
            !part.kind().is_trivia()
                && !matches!(part.kind(), SyntaxKind::LIFETIME | SyntaxKind::LIFETIME_ARG)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ra_ap_syntax::{Edition, SourceFile, ast::HasModuleItem};

    fn parsed(code: &str) -> ast::Impl {
        let file = SourceFile::parse(&format!("{code} {{}}"), Edition::Edition2024).tree();
        match file.items().next() {
            Some(ast::Item::Impl(item)) => item,
            _ => panic!("{code}"),
        }
    }

    #[test]
    fn impls_that_exclude_each_other_are_about_the_same() {
        for (one, other) in [
            ("impl Net", "impl Net"),
            ("impl Module for Net", "impl eosin::nn::Module for Net"),
            (
                "impl<T> Show for Stack<T>",
                "impl<A: Debug> Show for Stack<A>",
            ),
            ("impl<T> Show for Stack<T>", "impl Show for Stack< f64 >"),
            (
                "impl<const N: usize> Show for Row<N>",
                "impl Show for Row<3>",
            ),
            ("impl<'a> Show for Line<'a>", "impl Show for Line<'_>"),
            ("impl<T> Show for T", "impl<U> Show for U"),
            ("impl<T> From<T> for Error", "impl From<i32> for Error"),
        ] {
            assert!(
                are_about_the_same(&parsed(one), &parsed(other)),
                "{one}, {other}"
            );
        }
        for (one, other) in [
            ("impl Net", "impl Module for Net"),
            ("impl Net", "impl Network"),
            ("impl From<A> for Net", "impl From<B> for Net"),
            ("impl fmt::Write for Net", "impl io::Write for Net"),
            ("impl Show for Stack<f32>", "impl Show for Stack<f64>"),
            ("impl<T> Show for T", "impl Show for f64"),
            ("impl Show for Net", "impl Show for &Net"),
        ] {
            assert!(
                !are_about_the_same(&parsed(one), &parsed(other)),
                "{one}, {other}"
            );
        }
    }
}
