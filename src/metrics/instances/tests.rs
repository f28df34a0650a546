//! What can be worked out by hand, and what must hold for any label maps.

use super::*;
use crate::metrics;
use crate::morph::LabelMap;
use proptest::prelude::*;

fn row(labels: &[u32]) -> LabelMap {
    LabelMap::new(1, labels.len(), labels.to_vec()).unwrap()
}

/// From a function of row and column.
fn drawn(height: usize, width: usize, label: impl Fn(usize, usize) -> u32) -> LabelMap {
    let pixels = (0..height * width).map(|at| label(at / width, at % width));
    LabelMap::new(height, width, pixels.collect()).unwrap()
}

fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
}

#[test]
fn a_filled_gap_hardly_changes_dice_and_loses_both_objects() {
    // Two squares of 10 x 10 with a gap of one column.
    let truth = drawn(10, 21, |_, x| match x {
        10 => 0,
        _ => 1 + u32::from(x > 10),
    });
    let bridged = drawn(10, 21, |_, _| 1);
    assert_eq!(average_precision(&bridged, &truth).unwrap(), 0.0);
    let mut scores = InstanceScores::new();
    scores.add(&bridged, &truth).unwrap();
    close(scores.dice().unwrap(), 400.0 / 410.0);
    let logits = ((bridged.mask().unwrap() * 2.0).unwrap() - 1.0).unwrap();
    close(
        metrics::dice(&logits, &truth.mask().unwrap()).unwrap(),
        400.0 / 410.0,
    );
    assert_eq!(
        (scores.merged(), scores.missed(), scores.false_objects()),
        (1, 0, 0)
    );
}

#[test]
fn the_lessons_matrix_gives_one_hit_two_false_and_one_missed() {
    let matching = match_iou(&[[0.8, 0.1], [0.0, 0.45], [0.0, 0.3]], 0.5).unwrap();
    assert_eq!(
        (matching.pairs[0].predicted, matching.pairs[0].target),
        (1, 1)
    );
    assert_eq!(
        (
            matching.unmatched_predicted.as_slice(),
            matching.unmatched_target.as_slice()
        ),
        ([2, 3].as_slice(), [2].as_slice())
    );
    close(matching.threat_score(), 0.25);
    close(matching.precision(), 1.0 / 3.0);
    close(matching.recall(), 0.5);
    close(matching.f1(), 0.4);
}

#[test]
fn an_iou_of_72_hundredths_one_missed_and_one_false_score_a_sixth() {
    let labels = |object: std::ops::Range<usize>, other: usize| {
        drawn(1, 110, |_, x| {
            u32::from(object.contains(&x)) + 2 * u32::from(x == other)
        })
    };
    // 72 of 100 pixels; five of ten thresholds are below, and there 1 of 3 counts.
    let (predicted, target) = (labels(0..72, 105), labels(0..100, 108));
    close(iou_matrix(&predicted, &target).unwrap()[0][0], 0.72);
    close(average_precision(&predicted, &target).unwrap(), 0.5 / 3.0);
}

#[test]
fn an_iou_must_be_above_the_threshold_also_where_rounding_errors_add_up() {
    let target = drawn(1, 20, |_, _| 1);
    let mut summed = 0.5;
    for (place, threshold) in CHALLENGE_THRESHOLDS.into_iter().enumerate() {
        let matches = |pixels: usize, threshold: f64| {
            let predicted = drawn(1, 20, |_, x| u32::from(x < pixels));
            let matching = match_instances(&predicted, &target, threshold).unwrap();
            matching.true_positives() == 1
        };
        for threshold in [threshold, summed, 1.0 - (1.0 - threshold)] {
            assert!(!matches(10 + place, threshold), "{threshold}");
            assert!(matches(11 + place, threshold), "{threshold}");
        }
        summed += 0.05;
    }
}

#[test]
fn below_one_half_the_largest_iou_is_matched_first_and_each_object_once() {
    let matching = match_iou(&[[0.4, 0.3], [0.45, 0.0]], 0.2).unwrap();
    let pairs: Vec<(u32, u32)> = (matching.pairs.iter())
        .map(|pair| (pair.predicted, pair.target))
        .collect();
    assert_eq!(pairs, [(1, 2), (2, 1)]);
    let matching = match_iou(&[[0.4, 0.3], [0.4, 0.0]], 0.2).unwrap();
    assert_eq!(
        (matching.true_positives(), matching.pairs[0].target),
        (1, 1)
    );
}

#[test]
fn without_objects_everything_is_right_and_with_one_sided_objects_everything_is_wrong() {
    let (empty, full) = (row(&[0, 0, 0]), row(&[0, 3, 3]));
    let scores = |predicted: &LabelMap, target: &LabelMap| {
        let matching = match_instances(predicted, target, 0.5).unwrap();
        [
            matching.precision(),
            matching.recall(),
            matching.f1(),
            matching.threat_score(),
            average_precision(predicted, target).unwrap(),
            panoptic_quality(predicted, target).unwrap().quality(),
            panoptic_quality(predicted, target)
                .unwrap()
                .segmentation_quality,
            aggregated_jaccard_index(predicted, target).unwrap(),
        ]
    };
    assert_eq!(scores(&empty, &empty), [1.0; 8]);
    assert_eq!(scores(&full, &empty), [0.0; 8]);
    assert_eq!(scores(&empty, &full), [0.0; 8]);
    assert_eq!(scores(&full, &full), [1.0; 8]);
    let nothing = LabelMap::new(0, 0, Vec::new()).unwrap();
    assert_eq!(scores(&nothing, &nothing), [1.0; 8]);
}

#[test]
fn each_error_has_its_name() {
    let target = row(&[1, 1, 0, 2, 2, 0, 3, 3, 3, 0, 4, 4, 4, 0, 0]);
    let found = row(&[7, 7, 7, 7, 7, 0, 5, 5, 9, 0, 0, 0, 0, 0, 2]);
    let errors = object_errors(&found, &target).unwrap();
    assert_eq!(
        errors,
        ObjectErrors {
            missed: vec![4],
            false_objects: vec![2],
            merged: vec![7],
            split: vec![3],
        }
    );
    // Seen the other way round, what was merged is split, and what was missed is false.
    let other = object_errors(&target, &found).unwrap();
    assert_eq!((other.missed, other.false_objects), (vec![2], vec![4]));
    assert_eq!((other.merged, other.split), (vec![3], vec![7]));
    // Half of an object is not more than half.
    let reaching = object_errors(&row(&[1, 1, 1, 0]), &row(&[1, 1, 2, 2])).unwrap();
    assert_eq!((reaching.merged, reaching.missed), (vec![], vec![2]));
}

#[test]
fn a_test_sets_scores_are_means_of_images_and_its_errors_totals() {
    let truth = row(&[1, 1, 1, 1, 0, 2, 2, 2]);
    let mut scores = InstanceScores::new();
    assert!(scores.f1().unwrap_err().to_string().contains("call `add`"));
    assert_eq!(format!("{scores:?}"), "no images yet");
    scores.add(&truth, &truth).unwrap();
    scores.add(&row(&[1, 1, 1, 0, 0, 0, 0, 0]), &truth).unwrap();
    scores.add(&row(&[1, 1, 1, 1, 1, 1, 1, 1]), &truth).unwrap();
    let one = average_precision(&row(&[1, 1, 1, 0, 0, 0, 0, 0]), &truth).unwrap();
    close(one, 0.25);
    assert_eq!(scores.average_precision_of_images().len(), 3);
    // 4 of 8 pixels are an IoU of exactly one half, which is not above it.
    close(scores.average_precision().unwrap(), (1.0 + 0.25) / 3.0);
    let curve = scores.average_precision_at_thresholds().unwrap();
    close(curve[4], (1.0 + 0.5) / 3.0);
    close(curve[5], 1.0 / 3.0);
    close(scores.f1().unwrap(), (1.0 + 2.0 / 3.0) / 3.0);
    close(scores.dice().unwrap(), (1.0 + 0.6 + 14.0 / 15.0) / 3.0);
    assert_eq!(
        (scores.missed(), scores.merged(), scores.split()),
        (1, 1, 0)
    );
    assert!(
        format!("{scores:?}").contains("3 images: AP 0.417"),
        "{scores:?}"
    );
}

#[test]
fn what_cannot_be_compared_is_told() {
    let (small, large) = (row(&[1, 2]), drawn(2, 2, |_, _| 1));
    for error in [
        match_instances(&small, &large, 0.5).unwrap_err(),
        average_precision(&small, &large).unwrap_err(),
        panoptic_quality(&small, &large).unwrap_err(),
        InstanceScores::new().add(&small, &large).unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(
            error.contains("has 1 x 2 pixels and the true one 2 x 2"),
            "{error}"
        );
    }
    for threshold in [f64::NAN, -0.1, 1.0] {
        let error = match_instances(&small, &small, threshold)
            .unwrap_err()
            .to_string();
        assert!(error.contains("the threshold is"), "{error}");
        assert!(average_precision_at_thresholds(&small, &small, &[threshold]).is_err());
    }
    let error = match_iou(&[vec![0.5], vec![]], 0.5)
        .unwrap_err()
        .to_string();
    assert!(error.contains("row 1 has 0 numbers"), "{error}");
    let error = match_iou(&[[f64::NAN]], 0.5).unwrap_err().to_string();
    assert!(error.contains("row 0, column 0"), "{error}");
}

fn any_labels() -> impl Strategy<Value = (LabelMap, LabelMap)> {
    let map = || prop::collection::vec(0..6u32, 48);
    let made = |labels| LabelMap::new(6, 8, labels).unwrap();
    (map(), map()).prop_map(move |(predicted, target)| (made(predicted), made(target)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_do_not_matter_and_every_object_is_counted_once((predicted, target) in any_labels(), threshold in 0.0..0.99) {
        let matching = match_instances(&predicted, &target, threshold).unwrap();
        prop_assert_eq!(matching.pairs.len() + matching.unmatched_predicted.len(), predicted.count());
        prop_assert_eq!(matching.pairs.len() + matching.unmatched_target.len(), target.count());
        // By definition: the pixels of both, and of either.
        for pair in &matching.pairs {
            let count = |is: &dyn Fn(bool, bool) -> bool| {
                let pixels = predicted.labels().iter().zip(target.labels());
                pixels.filter(|(one, other)| is(**one == pair.predicted, **other == pair.target)).count() as f64
            };
            prop_assert_eq!(pair.iou, count(&|one, other| one && other) / count(&|one, other| one || other));
            prop_assert!(pair.iou > threshold);
        }
        let turned: Vec<u32> = predicted.labels().iter().map(|&label| if label == 0 { 0 } else { 4_000_000_000 - label }).collect();
        let turned = LabelMap::new(6, 8, turned).unwrap();
        prop_assert_eq!(average_precision(&turned, &target).unwrap(), average_precision(&predicted, &target).unwrap());
        prop_assert_eq!(average_precision(&target, &predicted).unwrap(), average_precision(&predicted, &target).unwrap());
    }
}
