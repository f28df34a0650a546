//! How far the random layers of a model have come.

use super::layers::{Layers, Part, Visitor};

/// For each layer that draws at random in training, such as dropout, in order: its first seed, and how many it has drawn since.
pub(crate) fn draws(model: &(impl Layers + ?Sized)) -> Vec<[u64; 2]> {
    let mut draws = Vec::new();
    Visitor::walk(model, &mut |_, part| {
        if let Part::Seeds(seeds) = part {
            draws.push(seeds.place());
        }
    });
    draws
}

/// Lets the layers go on from what [`draws`] gave for a model of the same layers.
pub(crate) fn set_draws(model: &(impl Layers + ?Sized), draws: &[[u64; 2]]) {
    let mut draws = draws.iter();
    Visitor::walk(model, &mut |_, part| {
        if let Part::Seeds(seeds) = part
            && let Some(&place) = draws.next()
        {
            seeds.set_place(place);
        }
    });
}
