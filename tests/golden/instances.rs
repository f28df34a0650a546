//! Metrics of instances give StarDist's values, or those of the definitions. `instances.py` made the file.

use eosin::data::rle;
use eosin::metrics::instances::{
    CHALLENGE_THRESHOLDS, ObjectErrors, aggregated_jaccard_index, average_precision,
    average_precision_at_thresholds, match_instances, object_errors, panoptic_quality,
};
use eosin::morph::LabelMap;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    height: usize,
    width: usize,
    predicted: Vec<u32>,
    target: Vec<u32>,
    true_positives: Vec<usize>,
    false_positives: Vec<usize>,
    false_negatives: Vec<usize>,
    precision: f64,
    recall: f64,
    f1: f64,
    threat_scores: Vec<f64>,
    panoptic_quality: f64,
    segmentation_quality: f64,
    aggregated_jaccard_index: f64,
    errors: Errors,
    runs: Vec<(u32, String)>,
}

#[derive(Deserialize)]
struct Errors {
    missed: Vec<u32>,
    false_objects: Vec<u32>,
    merged: Vec<u32>,
    split: Vec<u32>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("instances.json")).unwrap()
}

fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
}

#[test]
fn objects_are_matched_and_judged_as_stardist_does() {
    for case in cases() {
        let map = |labels| LabelMap::new(case.height, case.width, labels).unwrap();
        let (predicted, target) = (map(case.predicted), map(case.target));
        for (place, threshold) in CHALLENGE_THRESHOLDS.into_iter().enumerate() {
            let matching = match_instances(&predicted, &target, threshold).unwrap();
            assert_eq!(matching.true_positives(), case.true_positives[place]);
            assert_eq!(matching.false_positives(), case.false_positives[place]);
            assert_eq!(matching.false_negatives(), case.false_negatives[place]);
        }
        let matching = match_instances(&predicted, &target, 0.5).unwrap();
        close(matching.precision(), case.precision);
        close(matching.recall(), case.recall);
        close(matching.f1(), case.f1);
        let scores =
            average_precision_at_thresholds(&predicted, &target, &CHALLENGE_THRESHOLDS).unwrap();
        for (&found, &wanted) in scores.iter().zip(&case.threat_scores) {
            close(found, wanted);
        }
        close(
            average_precision(&predicted, &target).unwrap(),
            case.threat_scores.iter().sum::<f64>() / 10.0,
        );
        let quality = panoptic_quality(&predicted, &target).unwrap();
        // StarDist's IoU is in single precision.
        assert!((quality.quality() - case.panoptic_quality).abs() < 1e-6);
        assert!((quality.segmentation_quality - case.segmentation_quality).abs() < 1e-6);
    }
}

#[test]
fn errors_and_the_aggregated_jaccard_index_follow_their_definitions() {
    for case in cases() {
        let map = |labels| LabelMap::new(case.height, case.width, labels).unwrap();
        let (predicted, target) = (map(case.predicted), map(case.target));
        close(
            aggregated_jaccard_index(&predicted, &target).unwrap(),
            case.aggregated_jaccard_index,
        );
        let wanted = ObjectErrors {
            missed: case.errors.missed,
            false_objects: case.errors.false_objects,
            merged: case.errors.merged,
            split: case.errors.split,
        };
        assert_eq!(object_errors(&predicted, &target).unwrap(), wanted);
    }
}

#[test]
fn runs_are_those_that_numpy_finds_down_the_columns() {
    for case in cases() {
        let target = LabelMap::new(case.height, case.width, case.target).unwrap();
        assert_eq!(rle::encode_objects(&target), case.runs);
        let texts: Vec<&String> = case.runs.iter().map(|(_, runs)| runs).collect();
        let decoded = rle::decode_objects(&texts, case.height, case.width).unwrap();
        assert_eq!(decoded, target.relabeled());
    }
}
