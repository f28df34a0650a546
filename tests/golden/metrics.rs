//! Metrics give scikit-learn's values. `metrics.py` made the file.

use candle_core::Device;
use eosin::Tensor;
use eosin::metrics::{
    ConfusionMatrix, Counts, accuracy, auc_with_interval, average_precision, brier_score,
    fit_temperature, precision_recall_curve, reliability, roc_auc, roc_curve,
};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Golden {
    curves: Vec<Curve>,
    decisions: Decisions,
    counts: Vec<TwoClasses>,
    probable: Probable,
}

#[derive(Deserialize)]
struct Curve {
    classes: Vec<u32>,
    scores: Vec<f64>,
    auc: f64,
    average_precision: f64,
    standard_error: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    false_positive_rates: Vec<f64>,
    true_positive_rates: Vec<f64>,
    thresholds: Vec<f64>,
}

#[derive(Deserialize)]
struct Decisions {
    classes: Vec<u32>,
    logits: Vec<Vec<f64>>,
    accuracy: f64,
    confusion: Vec<Vec<usize>>,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
}

#[derive(Deserialize)]
struct TwoClasses {
    truth: Vec<u32>,
    predicted: Vec<u32>,
    /// `None` is NaN.
    rates: HashMap<String, Option<f64>>,
}

#[derive(Deserialize)]
struct Probable {
    truth: Vec<u32>,
    logits: Vec<f32>,
    probabilities: Vec<f32>,
    brier: f64,
    filled_bins: Vec<usize>,
    counts: Vec<usize>,
    mean_probabilities: Vec<f64>,
    positive_shares: Vec<f64>,
    expected_calibration_error: f64,
    temperature: f64,
    many: Vec<Vec<f64>>,
    many_classes: Vec<u32>,
    many_temperature: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("metrics.json")).unwrap()
}

fn assert_close(what: &str, found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(
            (found - wanted).abs() < 1e-12,
            "{what}: {found} is not {wanted}"
        );
    }
}

#[test]
fn curves_and_their_areas_are_scikit_learns_also_with_equal_scores() {
    for curve in golden().curves {
        let scores = Tensor::new(curve.scores, &Device::Cpu).unwrap();
        let classes = Tensor::new(curve.classes, &Device::Cpu).unwrap();
        assert_close("auc", &[roc_auc(&scores, &classes).unwrap()], &[curve.auc]);
        let precision = average_precision(&scores, &classes).unwrap();
        assert_close(
            "average precision",
            &[precision],
            &[curve.average_precision],
        );
        let roc = roc_curve(&scores, &classes).unwrap();
        assert_close(
            "false positives",
            &roc.false_positive_rate,
            &curve.false_positive_rates,
        );
        assert_close(
            "true positives",
            &roc.true_positive_rate,
            &curve.true_positive_rates,
        );
        assert_close("thresholds", &roc.thresholds[1..], &curve.thresholds);
        // The area by ranks is that under the points.
        assert_close("area", &[roc.auc()], &[curve.auc]);
        let found = precision_recall_curve(&scores, &classes).unwrap();
        assert_close("precision", &found.precision, &curve.precision);
        assert_close("recall", &found.recall, &curve.recall);
        assert_eq!(found.thresholds, roc.thresholds);
        let estimate = auc_with_interval(&scores, &classes).unwrap();
        assert_close("interval's middle", &[estimate.value], &[curve.auc]);
        assert_close(
            "standard error",
            &[estimate.standard_error],
            &[curve.standard_error],
        );
        let reach = 1.959963984540054 * curve.standard_error;
        assert_close(
            "interval",
            &[estimate.low, estimate.high],
            &[(curve.auc - reach).max(0.0), (curve.auc + reach).min(1.0)],
        );
    }
}

#[test]
fn rates_of_two_classes_are_scikit_learns_and_nan_where_nothing_can_be_judged() {
    for wanted in golden().counts {
        let predicted = Tensor::new(wanted.predicted, &Device::Cpu).unwrap();
        let truth = Tensor::new(wanted.truth, &Device::Cpu).unwrap();
        let counts = Counts::of(&predicted, &truth).unwrap();
        for (name, rate) in [
            ("accuracy", counts.accuracy()),
            ("sensitivity", counts.sensitivity()),
            ("specificity", counts.specificity()),
            (
                "positive_predictive_value",
                counts.positive_predictive_value(),
            ),
            (
                "negative_predictive_value",
                counts.negative_predictive_value(),
            ),
            ("f1", counts.f1()),
            ("balanced_accuracy", counts.balanced_accuracy()),
            ("matthews_correlation", counts.matthews_correlation()),
        ] {
            match wanted.rates[name] {
                Some(wanted) => assert_close(name, &[rate], &[wanted]),
                None => assert!(rate.is_nan(), "{name}: {rate}"),
            }
        }
    }
}

#[test]
fn probabilities_are_judged_and_corrected_as_scikit_learn_and_scipy_do() {
    let wanted = golden().probable;
    let truth = Tensor::new(wanted.truth, &Device::Cpu).unwrap();
    let probabilities = Tensor::new(wanted.probabilities, &Device::Cpu).unwrap();
    let brier = brier_score(&probabilities, &truth).unwrap();
    assert_close("brier", &[brier], &[wanted.brier]);
    let sorted = reliability(&probabilities, &truth, 10).unwrap();
    let filled = || (0..).zip(&sorted.bins).filter(|(_, bin)| bin.count > 0);
    let places: Vec<usize> = filled().map(|(place, _)| place).collect();
    assert_eq!(places, wanted.filled_bins);
    let counts: Vec<usize> = filled().map(|(_, bin)| bin.count).collect();
    assert_eq!(counts, wanted.counts);
    let means: Vec<f64> = filled().map(|(_, bin)| bin.mean_probability).collect();
    assert_close("means", &means, &wanted.mean_probabilities);
    let shares: Vec<f64> = filled().map(|(_, bin)| bin.positive_share).collect();
    assert_close("shares", &shares, &wanted.positive_shares);
    assert_close(
        "calibration error",
        &[sorted.expected_calibration_error()],
        &[wanted.expected_calibration_error],
    );
    let logits = Tensor::new(wanted.logits, &Device::Cpu).unwrap();
    let many = Tensor::new(wanted.many, &Device::Cpu).unwrap();
    let many_classes = Tensor::new(wanted.many_classes, &Device::Cpu).unwrap();
    for (logits, classes, wanted) in [
        (logits, truth, wanted.temperature),
        (many, many_classes, wanted.many_temperature),
    ] {
        let found = fit_temperature(&logits, &classes).unwrap();
        assert!(
            (found / wanted - 1.0).abs() < 1e-7,
            "{found} is not {wanted}"
        );
    }
}

#[test]
fn decisions_are_judged_as_scikit_learn_does() {
    let wanted = golden().decisions;
    let logits = Tensor::new(wanted.logits, &Device::Cpu).unwrap();
    let classes = Tensor::new(wanted.classes, &Device::Cpu).unwrap();
    let matrix = ConfusionMatrix::from_logits(&logits, &classes).unwrap();
    assert_eq!(matrix.counts(), wanted.confusion);
    assert_close(
        "accuracy",
        &[accuracy(&logits, &classes).unwrap()],
        &[wanted.accuracy],
    );
    let of_classes = |judge: fn(&ConfusionMatrix, usize) -> f64| -> Vec<f64> {
        (0..5).map(|class| judge(&matrix, class)).collect()
    };
    assert_close(
        "precision",
        &of_classes(ConfusionMatrix::precision),
        &wanted.precision,
    );
    assert_close(
        "recall",
        &of_classes(ConfusionMatrix::recall),
        &wanted.recall,
    );
    assert_close("f1", &of_classes(ConfusionMatrix::f1_score), &wanted.f1);
}

#[test]
fn what_cannot_be_judged_is_told() {
    let device = Device::Cpu;
    let scores = Tensor::new(&[0.1f32, 0.9], &device).unwrap();
    let classes = |classes: &[u32]| Tensor::new(classes, &device).unwrap();
    for (scores, classes, reason) in [
        (&scores, classes(&[1, 1]), "images of both classes"),
        (&scores, classes(&[0, 2]), "classes must be 0 and 1"),
        (&scores, classes(&[0, 1, 1]), "both must be (N)"),
        (
            &(&scores * f64::NAN).unwrap(),
            classes(&[0, 1]),
            "not a number",
        ),
    ] {
        let message = roc_auc(scores, &classes).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    }
    let message = auc_with_interval(&scores, &classes(&[0, 1])).unwrap_err();
    assert!(message.to_string().contains("at least two of each"));
    let logits = Tensor::new(&[[0.1f32, 0.9]], &device).unwrap();
    for (classes, reason) in [
        (classes(&[2]), "class 2 is not below 2"),
        (classes(&[0, 1]), "must be (N, C) and (N)"),
    ] {
        let message = accuracy(&logits, &classes).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    }
}
