//! The training loop and what hangs on it.

mod adam;
mod batch;
mod best_weights;
mod callback;
mod checkpoint;
mod clock;
mod early_stopping;
mod evaluate;
mod frozen;
mod history;
mod mean;
mod metric;
mod optimizer;
mod plan;
mod predict_patches;
mod rmsprop;
mod run;
mod schedule;
mod scheduling;
mod sgd;
mod state;
#[cfg(test)]
mod test_runs;
mod trainer;
mod training_loop;

pub use adam::{Adam, AdamW};
pub use callback::Callback;
pub use early_stopping::early_stop;
pub use evaluate::{Evaluation, Score, evaluate, predict_all};
pub use history::{Epoch, History};
pub use optimizer::Optimizer;
pub use plan::Plan;
pub use predict_patches::predict_patches;
pub use rmsprop::RmsProp;
pub use run::{Run, Step};
pub use schedule::Schedule;
pub use sgd::Sgd;
pub use trainer::Trainer;
