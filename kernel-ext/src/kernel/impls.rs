//! The `impl`s of all cells.
//!
//! evcxr keeps an item by its name: who runs a cell again replaces the item. An `impl` has no name. evcxr keeps it as a part
//! of the named item before it, whatever that is, or for ever if there is none. So each `impl` gets a named item of its own
//! before it, its mark. An empty mark takes an `impl` away.

use super::cell_items::CellItems;
use super::same_impl::{are_about_the_same, members};
use ra_ap_syntax::ast::{self, HasModuleItem};
use ra_ap_syntax::{AstNode, Edition, SourceFile, SyntaxKind};

/// How marks begin; learners never see them.
pub const MARK: &str = "EOSIN_IMPL_";

#[derive(Clone)]
struct Known {
    mark: String,
    item: ast::Impl,
    /// The types that the same cell defined.
    beside: Vec<String>,
}

/// The `impl`s that evcxr has, by their marks.
#[derive(Clone, Default)]
pub struct Impls {
    known: Vec<Known>,
    marks: usize,
}

/// Which `impl`s stay when a cell defines their type anew.
#[derive(Clone, Copy, PartialEq)]
pub enum Staying {
    /// Those of other cells than the type's.
    OfOtherCells,
    None,
}

/// What becomes of the `impl`s if a cell runs.
pub struct Plan {
    /// What is to be added to the cell, and where.
    pub additions: Vec<(usize, String)>,
    pub impls: Impls,
    /// The heads of the `impl`s that go away because their type is defined anew.
    pub gone: Vec<String>,
}

impl Impls {
    /// evcxr has these items, and no others.
    pub fn retain(&mut self, is_there: impl Fn(&str) -> bool) {
        self.known.retain(|known| is_there(&known.mark));
    }

    /// Marks the `impl`s of a cell, and takes away those that they replace.
    pub fn plan(&self, items: &CellItems, staying: Staying) -> Plan {
        let types = items.types();
        let new: Vec<ast::Impl> = items.impls().collect();
        let mut impls = Impls {
            known: Vec::new(),
            marks: self.marks,
        };
        let (mut free, mut first, mut gone) = (Vec::new(), String::new(), Vec::new());
        for known in &self.known {
            if known.is_of(&types, staying) {
                free.push(known.mark.clone());
                if !new.iter().any(|new| are_about_the_same(new, &known.item)) {
                    gone.push(head(&known.item));
                }
                continue;
            }
            match what_stays(&known.item, &new) {
                Stays::All => impls.known.push(known.clone()),
                Stays::Nothing => free.push(known.mark.clone()),
                Stays::Part(item) => {
                    first += &format!("{}{} ", definition(&known.mark), item.syntax().text());
                    impls.known.push(Known {
                        item,
                        ..known.clone()
                    });
                }
            }
        }
        let mut additions = Vec::new();
        for item in new {
            let mark = free.pop().unwrap_or_else(|| {
                impls.marks += 1;
                format!("{MARK}{}", impls.marks)
            });
            additions.push((items.place(item.syntax()), definition(&mark)));
            impls.known.push(Known {
                mark,
                item,
                beside: types.clone(),
            });
        }
        first.extend(free.iter().map(|mark| definition(mark)));
        if let Some(begin) = items.begin() {
            additions.insert(0, (begin, first));
        }
        Plan {
            additions,
            impls,
            gone,
        }
    }
}

impl Known {
    /// Whether this is about one of these types, and does not outlive it.
    fn is_of(&self, types: &[String], staying: Staying) -> bool {
        let of = [
            self.item.trait_().map(|of| of.syntax().clone()),
            self.item.self_ty().map(|of| of.syntax().clone()),
        ];
        let mut names = of
            .into_iter()
            .flatten()
            .flat_map(|of| of.descendants())
            .filter_map(ast::NameRef::cast)
            .map(|name| name.text().to_string());
        names.any(|name| {
            types.contains(&name) && (staying == Staying::None || self.beside.contains(&name))
        })
    }
}

fn definition(mark: &str) -> String {
    format!("const {mark}: () = (); ")
}

/// What an `impl` is about: all before its braces, in one line.
fn head(item: &ast::Impl) -> String {
    let parts = item
        .syntax()
        .children_with_tokens()
        .skip_while(|part| !matches!(part.kind(), SyntaxKind::IMPL_KW | SyntaxKind::UNSAFE_KW))
        .take_while(|part| part.kind() != SyntaxKind::ASSOC_ITEM_LIST);
    let head: String = parts.map(|part| part.to_string()).collect();
    head.split_whitespace().collect::<Vec<_>>().join(" ")
}

enum Stays {
    All,
    Part(ast::Impl),
    Nothing,
}

/// What is left of an `impl` beside new ones. Of one without a trait, that is every member which they do not define.
fn what_stays(item: &ast::Impl, new: &[ast::Impl]) -> Stays {
    let new: Vec<_> = (new.iter())
        .filter(|new| are_about_the_same(new, item))
        .collect();
    if new.is_empty() {
        return Stays::All;
    }
    if item.trait_().is_some() {
        return Stays::Nothing;
    }
    let names: Vec<String> = (new.iter())
        .flat_map(|new| members(new))
        .map(|(name, _)| name)
        .collect();
    let all = members(item);
    let (replaced, kept): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(name, _)| names.contains(name));
    match (replaced.is_empty(), kept.is_empty()) {
        (true, false) => Stays::All,
        (_, true) => Stays::Nothing,
        (false, false) => without(item, &replaced).map_or(Stays::Nothing, Stays::Part),
    }
}

fn without(item: &ast::Impl, members: &[(String, ra_ap_syntax::SyntaxNode)]) -> Option<ast::Impl> {
    let mut text = item.syntax().text().to_string();
    let start = usize::from(item.syntax().text_range().start());
    for (_, member) in members.iter().rev() {
        let range = member.text_range();
        text.replace_range(
            usize::from(range.start()) - start..usize::from(range.end()) - start,
            "",
        );
    }
    let file = SourceFile::parse(&text, Edition::Edition2024).tree();
    file.items().find_map(|item| match item {
        ast::Item::Impl(item) => Some(item),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::extended::Extended;
    use super::*;

    fn run(impls: &mut Impls, code: &str) -> (String, Vec<String>) {
        let plan = impls.plan(&CellItems::of(code), Staying::OfOtherCells);
        *impls = plan.impls;
        (Extended::new(code, plan.additions).code, plan.gone)
    }

    #[test]
    fn an_impl_keeps_its_mark_when_its_cell_runs_again() {
        let mut impls = Impls::default();
        let wanted = "const EOSIN_IMPL_1: () = (); impl Show for Net {}";
        for code in ["impl Show for Net {}", "impl Show for Net {}"] {
            assert_eq!(run(&mut impls, code).0, wanted);
        }
        assert_eq!(run(&mut impls, "let x = 1;").0, "let x = 1;");
    }

    #[test]
    fn functions_that_are_not_defined_anew_stay() {
        let mut impls = Impls::default();
        run(&mut impls, "impl Net { fn a() {} fn b() {} }");
        let (code, _) = run(&mut impls, "impl Net { fn b() {} }");
        assert_eq!(
            code,
            "const EOSIN_IMPL_1: () = (); impl Net { fn a() {}  } const EOSIN_IMPL_2: () = (); impl Net { fn b() {} }"
        );
        let (code, _) = run(&mut impls, "impl Net { fn a() {} fn b() {} }");
        assert_eq!(code.matches("EOSIN_IMPL_").count(), 2, "{code}");
        assert_eq!(code.matches("fn ").count(), 2, "{code}");
    }

    #[test]
    fn a_type_that_is_defined_anew_loses_what_stood_beside_it() {
        let mut impls = Impls::default();
        run(&mut impls, "struct Net; impl Show for Net {}");
        run(&mut impls, "impl Net {}");
        let (code, gone) = run(&mut impls, "struct Net;");
        assert_eq!(code, "const EOSIN_IMPL_1: () = (); struct Net;");
        assert_eq!(gone, ["impl Show for Net"]);
        let items = CellItems::of("struct Net;");
        assert_eq!(impls.plan(&items, Staying::None).gone, ["impl Net"]);
    }
}
