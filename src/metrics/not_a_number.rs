//! No score for what is not a number.

use crate::{Error, Result, Tensor};
use candle_core::DType;

/// NaN is neither above nor below a threshold, so that a broken model could score well: a mask of NaN is as empty as the truth.
pub(super) fn refuse_nan(name: &str, what: &str, tensor: &Tensor) -> Result<()> {
    // NaN alone differs from itself.
    let differ = tensor.ne(tensor)?.to_dtype(DType::F64)?;
    let count = differ.sum_all()?.to_scalar::<f64>()?;
    if count > 0.0 {
        return Err(Error::Invalid(format!(
            "{name}: {count} of {} {what} are NaN (not a number), so no score would be right: train with a smaller learning rate, and \
             check whether the data contain NaN",
            tensor.elem_count()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::*;
    use candle_core::Device;

    #[test]
    fn no_metric_scores_what_is_not_a_number() {
        let image = |numbers: [f32; 2]| Tensor::new(&[numbers], &Device::Cpu).unwrap();
        let (good, bad) = (image([1.0, -1.0]), image([-1.0, f32::NAN]));
        let (mask, bad_mask) = (image([0.0, 0.0]), image([f32::NAN, 0.0]));
        for (name, metric) in [
            ("dice", dice as fn(&Tensor, &Tensor) -> Result<f64>),
            ("iou", iou),
            ("pixel", pixel_accuracy),
        ] {
            for (logits, target, reason) in [
                (&bad, &mask, "1 of 2 logits are NaN"),
                (&good, &bad_mask, "1 of 2 pixels of the target are NaN"),
            ] {
                let message = metric(logits, target).unwrap_err().to_string();
                assert!(
                    message.starts_with(name) && message.contains(reason),
                    "{message}"
                );
            }
            metric(&image([f32::INFINITY, -1.0]), &mask).unwrap();
        }
        // Precision, recall and F1 are those of a confusion matrix.
        let classes = Tensor::new(&[0u32], &Device::Cpu).unwrap();
        for message in [
            accuracy(&bad, &classes).unwrap_err(),
            ConfusionMatrix::from_logits(&bad, &classes).unwrap_err(),
        ] {
            let message = message.to_string();
            assert!(message.contains("1 of 2 logits are NaN"), "{message}");
        }
        let scores = Tensor::new(&[0.5f32, f32::NAN], &Device::Cpu).unwrap();
        let classes = Tensor::new(&[0u32, 1], &Device::Cpu).unwrap();
        for message in [
            roc_auc(&scores, &classes).unwrap_err(),
            roc_curve(&scores, &classes).unwrap_err(),
            auc_with_interval(&scores, &classes).unwrap_err(),
            average_precision(&scores, &classes).unwrap_err(),
            precision_recall_curve(&scores, &classes).unwrap_err(),
            spearman(&scores, &scores).unwrap_err(),
        ] {
            let message = message.to_string();
            assert!(message.contains("1 of 2 scores are NaN"), "{message}");
        }
    }
}
