//! The items of a cell: its functions, types and `impl`s, and where they stand.

use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, Edition, SourceFile, SyntaxNode};

/// A cell consists of statements, which Rust knows only in a function.
const BEFORE: &str = "fn cell() {";

pub struct CellItems {
    statements: Vec<SyntaxNode>,
    /// Where the Rust code begins, behind evcxr's commands.
    begin: usize,
}

impl CellItems {
    pub fn of(code: &str) -> Self {
        let begin = after_commands(code);
        let source = format!("{BEFORE}{}\n}}", &code[begin..]);
        let file = SourceFile::parse(&source, Edition::Edition2024).tree();
        let function = file.syntax().children().find_map(ast::Fn::cast);
        let statements = function
            .and_then(|function| function.body()?.stmt_list())
            .map(|list| list.syntax().children().collect());
        CellItems {
            statements: statements.unwrap_or_default(),
            begin,
        }
    }

    /// The byte of the cell where its first statement begins.
    pub fn begin(&self) -> Option<usize> {
        self.statements.first().map(|first| self.place(first))
    }

    /// The byte of the cell where a statement begins.
    pub fn place(&self, statement: &SyntaxNode) -> usize {
        usize::from(statement.text_range().start()) - BEFORE.len() + self.begin
    }

    /// The byte of the cell where a statement ends.
    pub fn end(&self, statement: &SyntaxNode) -> usize {
        usize::from(statement.text_range().end()) - BEFORE.len() + self.begin
    }

    pub fn impls(&self) -> impl Iterator<Item = ast::Impl> {
        self.statements.iter().cloned().filter_map(ast::Impl::cast)
    }

    /// The calls of macros that are statements of the cell.
    pub fn macro_calls(&self) -> impl Iterator<Item = ast::MacroCall> {
        self.statements.iter().filter_map(|statement| {
            let expression = match ast::ExprStmt::cast(statement.clone()) {
                Some(statement) => statement.expr()?,
                None => ast::Expr::cast(statement.clone())?,
            };
            match expression {
                ast::Expr::MacroExpr(expression) => expression.macro_call(),
                _ => None,
            }
        })
    }

    /// The call of a macro that is the cell's last expression.
    pub fn shown_macro_call(&self) -> Option<ast::MacroCall> {
        ast::MacroExpr::cast(self.statements.last()?.clone())?.macro_call()
    }

    pub fn items(&self) -> impl Iterator<Item = ast::Item> {
        self.statements.iter().cloned().filter_map(ast::Item::cast)
    }

    /// The names of the types and traits that the cell defines.
    pub fn types(&self) -> Vec<String> {
        let name = |item| match item {
            ast::Item::Struct(item) => item.name(),
            ast::Item::Enum(item) => item.name(),
            ast::Item::Union(item) => item.name(),
            ast::Item::Trait(item) => item.name(),
            ast::Item::TypeAlias(item) => item.name(),
            _ => None,
        };
        self.items()
            .filter_map(name)
            .map(|name| name.text().to_string())
            .collect()
    }
}

/// evcxr takes lines at the beginning of a cell for commands: `:dep`, or `!ls` for the shell.
pub fn after_commands(code: &str) -> usize {
    let is_rust = |line: &&str| {
        let start = line.trim_start();
        !(start.is_empty()
            || start.starts_with(':')
            || line.starts_with('!')
            || line.starts_with("//"))
    };
    let before = code.split_inclusive('\n').take_while(|line| !is_rust(line));
    before.map(str::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_where_they_stand() {
        let code = ":dep rand\n// a comment\nlet x = 1;\n/// A net.\nimpl Net {}\nstruct Net;";
        let items = CellItems::of(code);
        assert_eq!(items.begin(), code.find("let"));
        let place = items.impls().map(|item| items.place(item.syntax()));
        assert_eq!(place.collect::<Vec<_>>(), [code.find("///").unwrap()]);
        assert_eq!(items.types(), ["Net"]);
        assert_eq!(CellItems::of(":vars").begin(), None);
    }
}
