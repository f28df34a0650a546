//! Golden values: what PyTorch, captum, scikit-learn and StarDist compute, we compute, too. Beside each file of values is the script
//! that made it.

mod clip_gradients;
mod explanations;
mod initialisers;
mod instances;
mod losses;
mod metrics;
mod morphology;
mod networks;
mod operations;
mod optimizers;
mod shapes;
mod targets;
