//! Methods of [`Tensor`] with candle's names and arguments, computed by our operations: candle's own have wrong gradients, or none,
//! or are slow.

use super::{
    ConvOptions, ConvTransposeOptions, Pair, PoolOptions, avg_pool2d, backward, conv_transpose2d,
    conv1d, conv2d, elu, max_pool2d, relu, upsample_bilinear2d, upsample_nearest2d,
};
use crate::{Gradients, Result, Tensor};
use candle_core::D;

impl Tensor {
    /// The gradients of everything that this tensor was computed from: [`ops::backward`](backward()).
    pub fn backward(&self) -> Result<Gradients> {
        backward(self)
    }

    /// 0 for what is negative: [`ops::relu`](relu()). Its gradient at 0 is 0, as PyTorch's. (That of candle's own is 1.)
    pub fn relu(&self) -> Result<Tensor> {
        relu(self)
    }

    /// [`ops::elu`](elu()).
    pub fn elu(&self, alpha: f64) -> Result<Tensor> {
        elu(self, alpha)
    }

    /// The hyperbolic tangent: [`ops::tanh`](super::tanh()).
    pub fn tanh(&self) -> Result<Tensor> {
        super::tanh(self)
    }

    /// [`ops::conv1d`](conv1d()).
    pub fn conv1d(
        &self,
        weight: &Tensor,
        padding: usize,
        stride: usize,
        dilation: usize,
        groups: usize,
    ) -> Result<Tensor> {
        conv1d(
            self,
            weight,
            None,
            &conv_options(padding, stride, dilation, groups),
        )
    }

    /// [`ops::conv2d`](conv2d()).
    pub fn conv2d(
        &self,
        weight: &Tensor,
        padding: usize,
        stride: usize,
        dilation: usize,
        groups: usize,
    ) -> Result<Tensor> {
        conv2d(
            self,
            weight,
            None,
            &conv_options(padding, stride, dilation, groups),
        )
    }

    /// The adjoint of [`conv1d`](Self::conv1d): (N, C, L) with a weight (C, O / groups, K), as PyTorch's `conv_transpose1d`.
    /// (candle's own has no gradient.)
    pub fn conv_transpose1d(
        &self,
        weight: &Tensor,
        padding: usize,
        output_padding: usize,
        stride: usize,
        dilation: usize,
        groups: usize,
    ) -> Result<Tensor> {
        let options = ConvTransposeOptions::new()
            .padding((0, padding))
            .output_padding((0, output_padding))
            .stride((1, stride))
            .dilation((1, dilation))
            .groups(groups);
        let (input, weight) = (self.unsqueeze(D::Minus2)?, weight.unsqueeze(D::Minus2)?);
        conv_transpose2d(&input, &weight, None, &options)?.squeeze(D::Minus2)
    }

    /// [`ops::conv_transpose2d`](conv_transpose2d()).
    pub fn conv_transpose2d(
        &self,
        weight: &Tensor,
        padding: usize,
        output_padding: usize,
        stride: usize,
        dilation: usize,
    ) -> Result<Tensor> {
        let options = ConvTransposeOptions::new()
            .padding(padding)
            .output_padding(output_padding)
            .stride(stride)
            .dilation(dilation);
        conv_transpose2d(self, weight, None, &options)
    }

    /// [`ops::max_pool2d`](max_pool2d()) with a stride of the window's size.
    pub fn max_pool2d(&self, size: impl Into<Pair>) -> Result<Tensor> {
        max_pool2d(self, &PoolOptions::new(size))
    }

    /// [`ops::max_pool2d`](max_pool2d()).
    pub fn max_pool2d_with_stride(
        &self,
        size: impl Into<Pair>,
        stride: impl Into<Pair>,
    ) -> Result<Tensor> {
        max_pool2d(self, &PoolOptions::new(size).stride(stride))
    }

    /// [`ops::avg_pool2d`](avg_pool2d()) with a stride of the window's size.
    pub fn avg_pool2d(&self, size: impl Into<Pair>) -> Result<Tensor> {
        avg_pool2d(self, &PoolOptions::new(size))
    }

    /// [`ops::avg_pool2d`](avg_pool2d()).
    pub fn avg_pool2d_with_stride(
        &self,
        size: impl Into<Pair>,
        stride: impl Into<Pair>,
    ) -> Result<Tensor> {
        avg_pool2d(self, &PoolOptions::new(size).stride(stride))
    }

    /// (N, C, L) with each value repeated to this length.
    pub fn upsample_nearest1d(&self, length: usize) -> Result<Tensor> {
        upsample_nearest2d(&self.unsqueeze(D::Minus2)?, (1, length))?.squeeze(D::Minus2)
    }

    /// As [`upsample_nearest1d`](Self::upsample_nearest1d).
    pub fn interpolate1d(&self, length: usize) -> Result<Tensor> {
        self.upsample_nearest1d(length)
    }

    /// [`ops::upsample_nearest2d`](upsample_nearest2d()).
    pub fn upsample_nearest2d(&self, height: usize, width: usize) -> Result<Tensor> {
        upsample_nearest2d(self, (height, width))
    }

    /// As [`upsample_nearest2d`](Self::upsample_nearest2d).
    pub fn interpolate2d(&self, height: usize, width: usize) -> Result<Tensor> {
        self.upsample_nearest2d(height, width)
    }

    /// [`ops::upsample_bilinear2d`](upsample_bilinear2d()).
    pub fn upsample_bilinear2d(
        &self,
        height: usize,
        width: usize,
        align_corners: bool,
    ) -> Result<Tensor> {
        upsample_bilinear2d(self, (height, width), align_corners)
    }
}

fn conv_options(padding: usize, stride: usize, dilation: usize, groups: usize) -> ConvOptions {
    ConvOptions::new()
        .padding(padding)
        .stride(stride)
        .dilation(dilation)
        .groups(groups)
}
