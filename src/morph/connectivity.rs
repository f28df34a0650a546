//! Which pixels are neighbours.

/// Which pixels are neighbours: those that share an edge, or also those that share a corner.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, morph::{Connectivity, label}};
/// let diagonal = Tensor::new(&[[1u8, 0], [0, 1]], &Device::Cpu)?;
/// assert_eq!(label(&diagonal, Connectivity::Four)?.count(), 2);
/// assert_eq!(label(&diagonal, Connectivity::Eight)?.count(), 1);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connectivity {
    /// Above, left, right and below; `connectivity=1` in scikit-image.
    Four,
    /// The diagonal ones, too; `connectivity=2` in scikit-image.
    Eight,
}
