//! What a network looked at: maps of the pixels that mattered for a class.
//!
//! Each function takes a model, images (N, C, H, W), its options, and at last the class to explain: one for all images, or one for
//! each (see [`Target`]). It returns a map for each image, (N, 1, H, W); only [`input_gradient`] keeps the channels apart.
//!
//! Models must give logits (N, classes): softmax would mix all classes into each gradient. Explanations are made in evaluation
//! mode, without changing the mode in which the model is.

mod grad_cam;
mod input_gradient;
mod integrated_gradients;
mod occlusion;
mod saliency;
mod share_within;
mod smooth_grad;
mod target;

pub use grad_cam::grad_cam;
pub use input_gradient::input_gradient;
pub use integrated_gradients::integrated_gradients;
pub use occlusion::{occlusion, occlusion_drops, occlusion_probabilities};
pub use saliency::saliency;
pub use share_within::share_within;
pub use smooth_grad::smooth_grad;
pub use target::Target;
