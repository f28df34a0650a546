//! A threshold to drag.

use crate::display::{Bundle, Show, show_result};
use crate::metrics::{Counts, roc_curve};
use crate::{Result, Tensor, plot};
use candle_core::DType;
use serde_json::json;

/// What a threshold makes of scores: see [`threshold`].
#[derive(Debug, Clone)]
pub struct Threshold {
    scores: Tensor,
    classes: Tensor,
    threshold: f64,
    positive: String,
    negative: String,
}

/// Shows what a threshold makes of scores (N), one for each image, whose classes (N) are 0 or 1. As a cell's last value it is a
/// display to play with: drag the threshold, and the confusion matrix, the rates and the points on the ROC curve and the
/// precision-recall curve move together. An image is called positive if its score is at least the threshold.
///
/// ```
/// use eosin::prelude::*;
/// let scores = Tensor::new(&[0.9f32, 0.8, 0.7, 0.6, 0.55, 0.4], &Device::Cpu)?;
/// let classes = Tensor::new(&[1u32, 1, 0, 1, 0, 0], &Device::Cpu)?;
/// visual::threshold(&scores, &classes)?.named("pneumonia", "normal");
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes differ, there is no image, a score is NaN, or a class is neither 0 nor 1.
pub fn threshold(scores: &Tensor, classes: &Tensor) -> Result<Threshold> {
    const FIRST: f64 = 0.5;
    Counts::at_threshold(scores, classes, FIRST)?;
    Ok(Threshold {
        scores: scores.detach(),
        classes: classes.clone(),
        threshold: FIRST,
        positive: "positive".to_owned(),
        negative: "negative".to_owned(),
    })
}

impl Threshold {
    /// Where it begins; 0.5 unless you say otherwise.
    pub fn at(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// What class 1 and class 0 are called.
    pub fn named(mut self, positive: &str, negative: &str) -> Self {
        (self.positive, self.negative) = (positive.to_owned(), negative.to_owned());
        self
    }

    /// Shows the display as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for Threshold {
    fn bundle(&self) -> Result<Bundle> {
        let Self {
            scores,
            classes,
            threshold,
            positive,
            negative,
        } = self;
        let counts = Counts::at_threshold(scores, classes, *threshold)?;
        let curve = roc_curve(scores, classes)?;
        let figure = plot::roc(&[(positive, &curve)], &[*threshold])?.compact()?;
        let text = format!(
            "At a threshold of {threshold}: {} true and {} false calls of {positive}, {} true and {} false calls of {negative}; \
             sensitivity {:.3}, specificity {:.3}, PPV {:.3}, NPV {:.3}\n{figure:?}",
            counts.true_positives,
            counts.false_positives,
            counts.true_negatives,
            counts.false_negatives,
            counts.sensitivity(),
            counts.specificity(),
            counts.positive_predictive_value(),
            counts.negative_predictive_value(),
        );
        let data = json!({
            "positive": positive,
            "negative": negative,
            "scores": scores.to_dtype(DType::F64)?.flatten_all()?.to_vec1::<f64>()?,
            "truths": classes.to_dtype(DType::U32)?.flatten_all()?.to_vec1::<u32>()?,
            "threshold": threshold,
        });
        let picture = figure.described(text).bundle()?;
        Ok(picture.with_component("threshold", data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn the_picture_and_the_text_say_what_the_first_threshold_does() {
        let scores = Tensor::new(&[0.9f32, 0.8, 0.7, 0.6, 0.55, 0.4], &Device::Cpu).unwrap();
        let classes = Tensor::new(&[1u32, 1, 0, 1, 0, 0], &Device::Cpu).unwrap();
        let display = threshold(&scores, &classes)
            .unwrap()
            .at(0.65)
            .named("ill", "well");
        let bundle = display.bundle().unwrap();
        let text = bundle.plain();
        assert!(text.contains("2 true and 1 false calls of ill"), "{text}");
        assert!(text.contains("sensitivity 0.667"), "{text}");
        assert!(bundle.data()["image/png"].is_string());
        let data = &bundle.data()["application/vnd.eosin.component+json"];
        assert_eq!(data["truths"], json!([1, 1, 0, 1, 0, 0]));
        let error = threshold(&scores, &(scores.clone() * 2.0).unwrap())
            .unwrap_err()
            .to_string();
        assert!(error.contains("class"), "{error}");
    }
}
