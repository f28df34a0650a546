//! How large the output of a convolution is, along one axis.

use crate::{Error, Result};

/// The output's size along one axis of a convolution, or of pooling, by PyTorch's formula (documentation of `torch.nn.Conv2d`):
/// `floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1`.
///
/// Without padding, stride or dilation (0, 1 and 1) that is `size - kernel + 1`. Where the stride does not divide evenly, the last
/// rows or columns are not seen, which is no error.
///
/// ```
/// use eosin::ops::conv_output_size;
/// assert_eq!(conv_output_size(16, 3, 1, 0, 1)?, 14);
/// assert_eq!(conv_output_size(24, 5, 2, 2, 1)?, 12);
/// assert_eq!(conv_output_size(4, 3, 2, 1, 1)?, 2);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the kernel is larger than the padded image, or size, kernel, stride or dilation is 0.
pub fn conv_output_size(
    size: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
) -> Result<usize> {
    check_at_least_one("conv_output_size", [size, kernel, stride, dilation])?;
    let reach = dilation * (kernel - 1) + 1;
    match (size + 2 * padding).checked_sub(reach) {
        Some(spare) => Ok(spare / stride + 1),
        None => Err(Error::Invalid(format!(
            "the kernel is larger than the image: floor(({size} + 2 * {padding} - {dilation} * ({kernel} - 1) - 1) / {stride}) + 1 \
             is less than 1; take a smaller kernel or dilation, or more padding"
        ))),
    }
}

/// The output's size along one axis of a transposed convolution, by PyTorch's formula (documentation of
/// `torch.nn.ConvTranspose2d`): `(size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1`.
///
/// ```
/// use eosin::ops::conv_transpose_output_size;
/// assert_eq!(conv_transpose_output_size(14, 2, 2, 0, 0, 1)?, 28);
/// assert_eq!(conv_transpose_output_size(12, 5, 2, 2, 1, 1)?, 24);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the padding cuts off everything; when the output padding is neither smaller than the stride nor than the dilation; and when
/// size, kernel, stride or dilation is 0.
pub fn conv_transpose_output_size(
    size: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    output_padding: usize,
    dilation: usize,
) -> Result<usize> {
    check_at_least_one(
        "conv_transpose_output_size",
        [size, kernel, stride, dilation],
    )?;
    if output_padding >= stride.max(dilation) {
        return Err(Error::Invalid(format!(
            "the output padding must be smaller than the stride or the dilation: it is {output_padding}, they are {stride} and \
             {dilation}"
        )));
    }
    let whole = (size - 1) * stride + dilation * (kernel - 1) + output_padding + 1;
    match whole.checked_sub(2 * padding).filter(|&rest| rest > 0) {
        Some(rest) => Ok(rest),
        None => Err(Error::Invalid(format!(
            "the padding leaves nothing: ({size} - 1) * {stride} - 2 * {padding} + {dilation} * ({kernel} - 1) + {output_padding} + 1 \
             is less than 1; take less padding"
        ))),
    }
}

fn check_at_least_one(name: &str, [size, kernel, stride, dilation]: [usize; 4]) -> Result<()> {
    if [size, kernel, stride, dilation].contains(&0) {
        return Err(Error::Invalid(format!(
            "{name}: size, kernel, stride and dilation must be at least 1; they are {size}, {kernel}, {stride} and {dilation}"
        )));
    }
    Ok(())
}
