//! Golden values: what PyTorch, captum and scikit-learn compute, we compute, too. Beside each file of values is the script that made it.

mod clip_gradients;
mod explanations;
mod initialisers;
mod metrics;
mod networks;
mod operations;
mod optimizers;
mod shapes;
