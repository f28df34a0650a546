//! Training or evaluation: the two ways in which dropout and batch normalisation work.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a layer is in training, as every layer is at first. `model.train()` and `model.eval()` set it for all layers of a
/// model, as in PyTorch.
#[derive(Debug)]
pub struct Mode(AtomicBool);

impl Default for Mode {
    fn default() -> Self {
        Mode(AtomicBool::new(true))
    }
}

impl Mode {
    pub fn is_training(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set_training(&self, training: bool) {
        self.0.store(training, Ordering::Relaxed);
    }
}

thread_local!(static WITHOUT_GRADIENTS: Cell<bool> = const { Cell::new(false) });

/// Runs `work` with parameters that nobody follows for gradients, as PyTorch's `torch.no_grad()`: what layers compute on the way
/// is freed at once, and `backward` cannot go through it.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{self, Layers, Linear, Module};
/// let layer = Linear::new(2, 1).init(42, &Device::Cpu)?;
/// let x = Tensor::zeros((1, 2), DType::F32, &Device::Cpu)?;
/// assert!(layer.forward(&x)?.track_op());
/// assert!(!nn::no_grad(|| layer.forward(&x))?.track_op());
/// # Ok::<(), eosin::Error>(())
/// ```
pub fn no_grad<T>(work: impl FnOnce() -> T) -> T {
    /// Sets the flag back, also after a panic.
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            WITHOUT_GRADIENTS.set(self.0);
        }
    }
    let _restore = Restore(WITHOUT_GRADIENTS.replace(true));
    work()
}

pub(super) fn follows_gradients() -> bool {
    !WITHOUT_GRADIENTS.get()
}
