//! Metrics give scikit-learn's values. `metrics.py` made the file.

use candle_core::Device;
use eosin::Tensor;
use eosin::metrics::{ConfusionMatrix, accuracy, average_precision, roc_auc, roc_curve};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    curves: Vec<Curve>,
    decisions: Decisions,
}

#[derive(Deserialize)]
struct Curve {
    classes: Vec<u32>,
    scores: Vec<f64>,
    auc: f64,
    average_precision: f64,
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
        let points = roc_curve(&scores, &classes).unwrap();
        let column = |of: fn(&eosin::metrics::CurvePoint) -> f64| -> Vec<f64> {
            points.iter().map(of).collect()
        };
        let false_rates = column(|point| point.false_positive_rate);
        assert_close("false positives", &false_rates, &curve.false_positive_rates);
        let true_rates = column(|point| point.true_positive_rate);
        assert_close("true positives", &true_rates, &curve.true_positive_rates);
        let thresholds = column(|point| point.threshold);
        assert_close("thresholds", &thresholds[1..], &curve.thresholds);
        // The area by ranks is that under the points.
        let trapezes = points.windows(2).map(|pair| {
            (pair[1].false_positive_rate - pair[0].false_positive_rate)
                * (pair[1].true_positive_rate + pair[0].true_positive_rate)
                / 2.0
        });
        assert_close("area", &[trapezes.sum()], &[curve.auc]);
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
    let logits = Tensor::new(&[[0.1f32, 0.9]], &device).unwrap();
    for (classes, reason) in [
        (classes(&[2]), "class 2 is not below 2"),
        (classes(&[0, 1]), "must be (N, C) and (N)"),
    ] {
        let message = accuracy(&logits, &classes).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    }
}
