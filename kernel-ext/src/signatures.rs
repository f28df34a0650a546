//! Rust sources without what their functions do: rust-analyzer needs only names, types and documentation, and reads them
//! in half the time. Private items are marked, because evcxr makes rust-analyzer offer those too, as it would to the
//! crate's author.

use ra_ap_syntax::ast::{self, HasAttrs, HasVisibility};
use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxNode, T, TextRange,
};

/// rust-analyzer does not offer what is unstable.
const UNOFFERED: &str = "#[unstable] ";

/// The code with empty functions, without its tests, and with a mark on what is private.
pub fn signatures(code: &str) -> String {
    let file = SourceFile::parse(code, Edition::CURRENT).syntax_node();
    let mut shorter = String::with_capacity(code.len() / 2);
    let mut kept_from = 0;
    for node in file.descendants() {
        for (range, instead) in changes(&node) {
            let (start, end) = (usize::from(range.start()), usize::from(range.end()));
            // What is inside something that was left out is gone already.
            if start >= kept_from {
                shorter.push_str(&code[kept_from..start]);
                shorter.push_str(instead);
                kept_from = end;
            }
        }
    }
    shorter.push_str(&code[kept_from..]);
    shorter
}

/// Parts of this node, and what replaces them.
fn changes(node: &SyntaxNode) -> Vec<(TextRange, &'static str)> {
    if is_test(node) {
        return vec![(node.text_range(), "")];
    }
    let mark = private_item(node).map(|place| (place, UNOFFERED));
    mark.into_iter().chain(bodies(node)).collect()
}

fn is_test(node: &SyntaxNode) -> bool {
    ast::Module::cast(node.clone()).is_some_and(|module| {
        module
            .attrs()
            .any(|attribute| attribute.syntax().text() == "#[cfg(test)]")
    })
}

/// The place before a module's or a type's item that is not public.
fn private_item(node: &SyntaxNode) -> Option<TextRange> {
    let visibility = match ast::Item::cast(node.clone())? {
        ast::Item::Const(item) => item.visibility(),
        ast::Item::Enum(item) => item.visibility(),
        ast::Item::Fn(item) => item.visibility(),
        ast::Item::Module(item) => item.visibility(),
        ast::Item::Static(item) => item.visibility(),
        ast::Item::Struct(item) => item.visibility(),
        ast::Item::Trait(item) => item.visibility(),
        ast::Item::TypeAlias(item) => item.visibility(),
        _ => return None,
    };
    let is_public = visibility.is_some_and(|visibility| visibility.syntax().text() == "pub");
    // An item of a trait is as public as the trait.
    let of_trait = node.ancestors().skip(1).any(|outer| {
        ast::Trait::can_cast(outer.kind())
            || ast::Impl::cast(outer).is_some_and(|block| block.trait_().is_some())
    });
    let start = node.text_range().start();
    (!is_public && !of_trait).then(|| TextRange::empty(start))
}

/// What functions do.
fn bodies(node: &SyntaxNode) -> Vec<(TextRange, &'static str)> {
    if let Some(function) = ast::Fn::cast(node.clone()) {
        let body = function.body();
        return body
            .map(|body| (body.syntax().text_range(), "{}"))
            .into_iter()
            .collect();
    }
    match ast::TokenTree::cast(node.clone()) {
        Some(tokens) => bodies_in_macro(&tokens),
        None => Vec::new(),
    }
}

/// Macros hold functions as tokens: `fn`, a name, and the first braces that follow.
fn bodies_in_macro(tokens: &ast::TokenTree) -> Vec<(TextRange, &'static str)> {
    let (mut in_function, mut bodies) = (false, Vec::new());
    let mut before = SyntaxKind::WHITESPACE;
    for part in tokens.syntax().children_with_tokens() {
        match &part {
            NodeOrToken::Token(token) => match token.kind() {
                T![;] => in_function = false,
                SyntaxKind::IDENT | T![$] if before == T![fn] => in_function = true,
                SyntaxKind::WHITESPACE => continue,
                _ => {}
            },
            NodeOrToken::Node(group) => {
                let braced = group
                    .first_token()
                    .is_some_and(|first| first.kind() == T!['{']);
                if braced && std::mem::take(&mut in_function) {
                    bodies.push((group.text_range(), "{}"));
                }
            }
        }
        before = part.kind();
    }
    bodies
}

#[cfg(test)]
mod tests {
    use super::signatures;

    #[test]
    fn functions_keep_their_types_and_documentation_but_nothing_else() {
        let code = "/// Adds.\npub fn add(a: i32) -> i32 {\n    fn inner() { 1; }\n    a + 1\n}\ntrait Shape { fn area(&self) -> f32 { 0. } fn sides(&self) -> u8; }\nconst SIDES: u8 = { 4 };";
        assert_eq!(
            signatures(code),
            "/// Adds.\npub fn add(a: i32) -> i32 {}\n#[unstable] trait Shape { fn area(&self) -> f32 {} fn sides(&self) -> u8; }\n#[unstable] const SIDES: u8 = { 4 };"
        );
    }

    #[test]
    fn functions_that_macros_write_are_emptied_too() {
        let code = "macro_rules! unary { ($name:ident) => { pub fn $name(&self) -> Result<Self> where Self: Sized { self.go() } const N: u8 = { 1 }; }; }\nunary!(exp);";
        assert_eq!(
            signatures(code),
            "macro_rules! unary { ($name:ident) => { pub fn $name(&self) -> Result<Self> where Self: Sized {} const N: u8 = { 1 }; }; }\nunary!(exp);"
        );
    }

    #[test]
    fn tests_are_left_out() {
        assert_eq!(
            signatures("pub struct A;\n#[cfg(test)]\nmod tests { fn one() {} }"),
            "pub struct A;\n"
        );
    }

    #[test]
    fn types_of_functions_as_arguments_are_not_taken_for_functions() {
        let code = "macro_rules! call { () => { let f: fn(i32) = g; match f { _ => { 1 } } }; }";
        assert_eq!(signatures(code), code);
    }
}
