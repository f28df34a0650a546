//! What models learn of label maps is what SciPy and scikit-image say. `targets.py` made the file.

use eosin::morph::{
    LabelMap, border_weights, boundary_classes, distance_map, instance_targets, touching_classes,
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
}

fn assert_close(name: &str, found: Result<Tensor>, wanted: &[f32]) {
    let found: Vec<f32> = found.unwrap().flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(found.len(), wanted.len(), "{name}");
    for (place, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!((found - wanted).abs() < 2e-5, "{name}, pixel {place}: {found}, not {wanted}");
    }
}

#[test]
fn targets_are_those_of_scipy_and_scikit_image() {
    let golden: Golden = serde_json::from_str(include_str!("targets.json")).unwrap();
    let labels = LabelMap::new(golden.height, golden.width, golden.labels).unwrap();
    assert_close("distance_map", distance_map(&labels), &golden.distance_map);
    assert_close("border_weights", border_weights(&labels, 10.0, 5.0), &golden.border_weights);
    let depth = instance_targets(&labels).unwrap().narrow(0, 2, 1);
    assert_close("depth of instance_targets", depth, &golden.distance_map);
    let classes = |classes: Result<Tensor>| -> Vec<u32> {
        classes.unwrap().flatten_all().unwrap().to_vec1().unwrap()
    };
    assert_eq!(classes(boundary_classes(&labels, 1)), golden.boundary_classes);
    assert_eq!(classes(boundary_classes(&labels, 3)), golden.boundary_classes_3);
    assert_eq!(classes(touching_classes(&labels, 4)), golden.touching_classes_4);
}
