//! Kernels of image processing that have names.

use crate::{Error, Result, Tensor};
use candle_core::Device;

/// A name, and the rows of a kernel with what they are divided by.
type Named = (&'static str, [[i8; 3]; 3], f32);

const KERNELS: [Named; 11] = [
    ("identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]], 1.0),
    ("box blur", [[1, 1, 1], [1, 1, 1], [1, 1, 1]], 9.0),
    ("gaussian", [[1, 2, 1], [2, 4, 2], [1, 2, 1]], 16.0),
    ("sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]], 1.0),
    (
        "intensified sharpen",
        [[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]],
        1.0,
    ),
    ("emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], 1.0),
    ("laplacian", [[0, 1, 0], [1, -4, 1], [0, 1, 0]], 1.0),
    ("sobel x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 1.0),
    ("sobel y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], 1.0),
    ("prewitt x", [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], 1.0),
    ("prewitt y", [[-1, -1, -1], [0, 0, 0], [1, 1, 1]], 1.0),
];

/// The kernel with this name, (3, 3), f32, on the CPU; [`kernel_names`] lists them all. `reshape((1, 1, 3, 3))` makes it the weight of
/// [`ops::conv2d`](crate::ops::conv2d()).
///
/// The Sobel and Prewitt kernels are positive where the image becomes brighter to the right (x) or downwards (y).
///
/// ```
/// use eosin::visual;
/// let kernel = visual::kernel("sobel x")?;
/// assert_eq!(kernel.to_vec2::<f32>()?, [[-1., 0., 1.], [-2., 0., 2.], [-1., 0., 1.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is none; the message suggests a name, and lists those that there are.
pub fn kernel(name: &str) -> Result<Tensor> {
    let wanted = name.trim().to_lowercase();
    let Some((_, rows, divisor)) = KERNELS.iter().find(|(known, ..)| *known == wanted) else {
        let nearest = kernel_names()
            .into_iter()
            .min_by_key(|known| edits(known, &wanted));
        return Err(Error::Invalid(format!(
            "there is no kernel \"{name}\"; did you mean \"{}\"? All names: {}",
            nearest.unwrap_or_default(),
            kernel_names().join(", ")
        )));
    };
    let numbers = rows.map(|row| row.map(|number| f32::from(number) / divisor));
    Tensor::new(&numbers, &Device::Cpu)
}

/// The names of all kernels.
pub fn kernel_names() -> Vec<&'static str> {
    KERNELS.iter().map(|&(name, ..)| name).collect()
}

/// How many letters must be changed, added or removed to get from one text to the other (Levenshtein 1966).
fn edits(from: &str, to: &str) -> usize {
    // The edits to each beginning of `to`, for ever longer beginnings of `from`.
    let mut edits: Vec<usize> = (0..=to.chars().count()).collect();
    for (count, old) in from.chars().enumerate() {
        let mut diagonal = count;
        edits[0] = count + 1;
        for (place, new) in to.chars().enumerate() {
            let changed = diagonal + usize::from(old != new);
            diagonal = edits[place + 1];
            edits[place + 1] = changed.min(diagonal + 1).min(edits[place] + 1);
        }
    }
    edits[to.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_keep_brightness_or_are_zero_where_nothing_changes() -> Result<()> {
        for name in kernel_names() {
            let sum = kernel(name)?.sum_all()?.to_scalar::<f32>()?;
            let is_signed =
                ["laplacian", "sobel x", "sobel y", "prewitt x", "prewitt y"].contains(&name);
            let expected = if is_signed { 0.0 } else { 1.0 };
            assert!((sum - expected).abs() < 1e-6, "{name}: {sum}");
        }
        Ok(())
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_and_all() {
        let message = kernel("sobol X").unwrap_err().to_string();
        assert!(message.contains("did you mean \"sobel x\"?"), "{message}");
        assert!(message.contains("identity, box blur"), "{message}");
        assert!(kernel(" Sobel X ").is_ok());
        let counted = [
            edits("kitten", "sitting"),
            edits("", "abc"),
            edits("abc", "abc"),
        ];
        assert_eq!(counted, [3, 3, 0]);
    }
}
