//! The training loop and what hangs on it.

mod batches;
mod callback;
mod history;
pub mod interrupt;
mod optimizer;
mod schedule;
mod trainer;

pub use batches::{BatchIterator, Batches};
pub use callback::{Batch, Callback, Control, Plan};
pub use history::{Epoch, History};
pub use optimizer::{Adam, Optimizer, Sgd};
pub use schedule::Schedule;
pub use trainer::{Evaluation, Score, Trainer, evaluate};
