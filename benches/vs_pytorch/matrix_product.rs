//! What a processor reaches at its best: the measure for all steps.

use candle_core::{Device, Result, Tensor};
use std::time::Instant;

/// Rows and columns of each factor.
const SIZE: usize = 2048;

/// Floating point operations a second of a large matrix product by candle, the best of ten.
pub fn operations_per_second(device: &str) -> Result<f64> {
    let device = match device {
        "cuda" => Device::new_cuda(0)?,
        _ => Device::Cpu,
    };
    let factor = Tensor::rand(-1f32, 1.0, (SIZE, SIZE), &device)?;
    let mut least = f64::INFINITY;
    for _ in 0..10 {
        let begun = Instant::now();
        factor.matmul(&factor)?;
        device.synchronize()?;
        least = least.min(begun.elapsed().as_secs_f64());
    }
    Ok(2.0 * (SIZE as f64).powi(3) / least)
}
