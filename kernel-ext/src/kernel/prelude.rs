//! What `use eosin::prelude::*;` brings into scope and has content: modules and types.

use ra_ap_syntax::ast::{self, HasVisibility};
use ra_ap_syntax::{AstNode, Edition, SourceFile};

/// The names of the modules and types in the source of the prelude, in its order.
pub fn modules_and_types(source: &str) -> Vec<String> {
    let file = SourceFile::parse(source, Edition::CURRENT).tree();
    let uses = file.syntax().descendants().filter_map(ast::Use::cast);
    let trees = uses
        .filter(|item| item.visibility().is_some())
        .filter_map(|item| item.use_tree());
    let mut names = Vec::new();
    for tree in trees {
        add(&tree, &[], &mut names);
    }
    names
}

fn add(tree: &ast::UseTree, outer: &[String], names: &mut Vec<String>) {
    let segments = tree.path().into_iter().flat_map(|path| {
        let segments: Vec<String> = path.segments().map(|part| part.to_string()).collect();
        segments
    });
    let path: Vec<String> = outer.iter().cloned().chain(segments).collect();
    if let Some(list) = tree.use_tree_list() {
        list.use_trees().for_each(|tree| add(&tree, &path, names));
        return;
    }
    names.extend(match &path[..] {
        [.., module, name] if name == "self" => Some(module.clone()),
        // The crate's root has modules alone; a function is in one of them.
        [root, module] if root == "crate" => Some(module.clone()),
        [.., name] if name.starts_with(char::is_uppercase) => Some(name.clone()),
        _ => None,
    });
}

#[cfg(test)]
mod tests {
    use super::modules_and_types;

    #[test]
    fn modules_and_types_are_told_from_functions() {
        let source = "use std::fmt;\npub use crate::data::{self, Mnist, load_image};\npub use crate::{Error, metrics};\n\
                      pub use candle_core::{D, Tensor};\npub use crate::display::display;\npub use crate::ops;";
        let names = modules_and_types(source);
        assert_eq!(
            names,
            ["data", "Mnist", "Error", "metrics", "D", "Tensor", "ops"]
        );
    }

    #[test]
    fn the_crates_own_prelude_is_understood() {
        let names = modules_and_types(include_str!("../../../src/prelude.rs"));
        for name in ["Tensor", "UNet", "data", "metrics", "nn", "ops", "plot"] {
            assert!(names.iter().any(|one| one == name), "{name}: {names:?}");
        }
        assert!(!names.iter().any(|one| one == "check"), "{names:?}");
    }
}
