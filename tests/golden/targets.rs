//! What models learn of label maps is what SciPy, scikit-image and StarDist say. `targets.py` made the file.

use eosin::morph::{
    LabelMap, border_weights, boundary_classes, distance_map, instance_targets, star_distances,
    touching_classes,
};
use eosin::{Result, Tensor};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    height: usize,
    width: usize,
    labels: Vec<u32>,
    distance_map: Vec<f32>,
    border_weights: Vec<f32>,
    boundary_classes: Vec<u32>,
    boundary_classes_3: Vec<u32>,
    touching_classes_4: Vec<u32>,
    /// 32 rays of every 40th pixel of all objects.
    star_distances_of_some: Vec<f32>,
}

fn assert_close(name: &str, found: Result<Tensor>, wanted: &[f32]) {
    let found: Vec<f32> = found.unwrap().flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(found.len(), wanted.len(), "{name}");
    for (place, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!(
            (found - wanted).abs() < 2e-5,
            "{name}, pixel {place}: {found}, not {wanted}"
        );
    }
}

#[test]
fn targets_are_those_of_scipy_scikit_image_and_stardist() {
    let golden: Golden = serde_json::from_str(include_str!("targets.json")).unwrap();
    let labels = LabelMap::new(golden.height, golden.width, golden.labels).unwrap();
    assert_close("distance_map", distance_map(&labels), &golden.distance_map);
    assert_close(
        "border_weights",
        border_weights(&labels, 10.0, 5.0),
        &golden.border_weights,
    );
    let depth = instance_targets(&labels).unwrap().narrow(0, 2, 1);
    assert_close("depth of instance_targets", depth, &golden.distance_map);
    let classes = |classes: Result<Tensor>| -> Vec<u32> {
        classes.unwrap().flatten_all().unwrap().to_vec1().unwrap()
    };
    assert_eq!(
        classes(boundary_classes(&labels, 1)),
        golden.boundary_classes
    );
    assert_eq!(
        classes(boundary_classes(&labels, 3)),
        golden.boundary_classes_3
    );
    assert_eq!(
        classes(touching_classes(&labels, 4)),
        golden.touching_classes_4
    );

    let rays = star_distances(&labels, 32).unwrap().flatten(1, 2).unwrap();
    let rays: Vec<Vec<f32>> = rays.t().unwrap().to_vec2().unwrap();
    let of_objects = rays
        .iter()
        .zip(labels.labels())
        .filter(|(_, label)| **label != 0);
    let some: Vec<f32> = of_objects
        .step_by(40)
        .flat_map(|(rays, _)| rays.clone())
        .collect();
    assert_eq!(some.len(), golden.star_distances_of_some.len());
    for (found, wanted) in some.iter().zip(golden.star_distances_of_some) {
        assert!(
            (found - wanted).abs() < 1e-3,
            "star_distances: {found}, not {wanted}"
        );
    }
}
