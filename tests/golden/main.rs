//! Golden values: what PyTorch and scikit-learn compute, we compute, too. Beside each file of values is the script that made it.

mod initialisers;
mod metrics;
mod networks;
mod operations;
mod optimizers;
mod shapes;
