//! The training loop and what hangs on it.

mod adam;
mod callback;
mod history;
mod one_pass;
mod optimizer;
mod rmsprop;
mod schedule;
mod sgd;
mod trainer;

pub use adam::{Adam, AdamW};
pub use callback::{Batch, Callback, Control, Plan};
pub use history::{Epoch, History};
pub use optimizer::Optimizer;
pub use rmsprop::RmsProp;
pub use schedule::Schedule;
pub use sgd::Sgd;
pub use trainer::{Evaluation, Score, Trainer, evaluate};
