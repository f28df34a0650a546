//! The training loop and what hangs on it.

mod adam;
mod ahead;
mod batch;
mod best_weights;
mod blend;
mod callback;
mod checkpoint;
mod clip_gradients;
mod clock;
mod criterion;
mod early_stopping;
mod ensemble;
mod evaluate;
mod frozen;
mod history;
#[cfg(test)]
mod killed_run_tests;
mod mean;
mod metric;
mod optimizer;
mod plan;
mod predict_bands;
mod predict_patches;
mod resume;
#[cfg(test)]
mod resume_tests;
mod rmsprop;
mod run;
mod run_file;
mod saved_state;
mod schedule;
mod scheduling;
mod sgd;
mod state;
mod tensor_mean;
#[cfg(test)]
mod test_runs;
mod test_time_augmentation;
#[cfg(test)]
mod tests;
mod tiled;
mod tiles;
mod trainer;
mod training_loop;

pub use adam::{Adam, AdamW};
pub use callback::Callback;
pub use clip_gradients::{clip_gradient_norm, clip_gradient_value};
pub use early_stopping::early_stop;
pub use ensemble::ensemble;
pub use evaluate::{Evaluation, Score, evaluate, predict_all};
pub use history::{Epoch, History};
pub use optimizer::Optimizer;
pub use plan::Plan;
pub use predict_bands::predict_bands;
pub use predict_patches::predict_patches;
pub use rmsprop::RmsProp;
pub use run::{Run, Step};
pub use saved_state::SavedState;
pub use schedule::Schedule;
pub use sgd::Sgd;
pub use test_time_augmentation::test_time_augmentation;
pub use tiled::predict_tiled;
pub use tiles::Tiles;
pub use trainer::Trainer;
