//! The numbers that every peer begins with: the same images, answers and parameters, in whatever library and language.

/// Numbers that look random: number `index` of a tensor is the square of `index`, scaled, modulo a prime. In `0.0..1.0`.
pub fn number(index: usize) -> f32 {
    const PRIME: usize = 10_007;
    let index = index % PRIME;
    (index * index % PRIME * 7919 % PRIME) as f32 / PRIME as f32
}

pub fn images(count: usize) -> Vec<f32> {
    (0..count).map(number).collect()
}

/// Zeros and ones.
pub fn masks(count: usize) -> Vec<f32> {
    (0..count).map(|index| number(index).round()).collect()
}

/// Ten classes.
pub fn classes(count: usize) -> Vec<u32> {
    (0..count as u32).map(|index| index % 10).collect()
}

/// The numbers of a parameter, laid out as PyTorch does: as large as PyTorch draws them for a layer whose outputs add up
/// `count / shape[0]` products.
pub fn parameter(shape: &[usize]) -> Vec<f32> {
    let count: usize = shape.iter().product();
    let bound = 1.0 / ((count / shape[0]) as f32).sqrt();
    (0..count)
        .map(|index| (2.0 * number(index) - 1.0) * bound)
        .collect()
}
