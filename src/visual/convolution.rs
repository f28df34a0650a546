//! A kernel that moves over an image, to play with.

use crate::display::{Bundle, Show, show_result};
use crate::ops::{
    Conv3dOptions, ConvOptions, ConvTransposeOptions, PaddingMode, Pair, conv_output_size,
    conv_transpose_output_size, conv_transpose2d, conv3d,
};
use crate::plot::{Figure, Grid, SignedScale, draw_side_by_side};
use crate::{Error, Result, Tensor};
use candle_core::DType;
use serde_json::{Value, json};

/// More numbers in a row or column, and more grids side by side, do not fit onto a page.
const LONGEST: usize = 32;
const MOST_GRIDS: usize = 12;

/// Larger options make padding, or a transposed output, of far too many numbers.
const LARGEST_OPTION: usize = 8;

/// CSS pixels of a grid in the picture, and of one among many.
const WIDEST: u32 = 480;
const WIDEST_OF_MANY: u32 = 130;

/// The dimensions of an image and a kernel within (C, D, H, W).
const SPATIAL: [usize; 3] = [1, 2, 3];

/// A convolution that can be stepped through: see [`convolution`].
#[derive(Debug, Clone)]
pub struct Convolution {
    image: Tensor,
    kernel: Tensor,
    is_volume: bool,
    stride: usize,
    padding: usize,
    padding_mode: PaddingMode,
    dilation: usize,
    transposed: bool,
}

/// Shows how a kernel moves over an image: the window, the products and their sum at each place, and the output that fills up.
/// As a cell's last value it is a display to play with: step, play, or point at a number; change stride, padding and dilation.
///
/// `image` and `kernel` are a signal (L) and (K), an image (H, W) and (KH, KW), or an image with channels (C, H, W) and
/// (C, KH, KW); for [`Convolution::volume`] a volume (D, H, W) and (KD, KH, KW). As in PyTorch, the kernel is not flipped.
///
/// ```
/// use eosin::prelude::*;
/// let image = Tensor::arange(0f32, 25., &Device::Cpu)?.reshape((5, 5))?;
/// let edges = Tensor::new(&[[1f32, 0., -1.], [1., 0., -1.], [1., 0., -1.]], &Device::Cpu)?;
/// let explorer = visual::convolution(&image, &edges)?.stride(2).padding(1);
/// assert_eq!(explorer.output()?.unwrap().dims(), [3, 3]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the two do not have the same number of dimensions, hold numbers that are not finite, or are too large to look at (at most
/// 32 numbers in a row or column, at most 12 channels or slices). A kernel that is larger than the image is no error: the display
/// explains it.
pub fn convolution(image: &Tensor, kernel: &Tensor) -> Result<Convolution> {
    let refuse = |reason: &str| {
        Err(Error::Invalid(format!(
            "convolution: image {:?} and kernel {:?}: {reason}",
            image.shape(),
            kernel.shape()
        )))
    };
    let channels = |tensor: &Tensor| match tensor.dims() {
        [channels, _, _] => *channels,
        _ => 1,
    };
    if image.rank() != kernel.rank() || !(1..=3).contains(&image.rank()) {
        return refuse(
            "both must be (L), (H, W) or (C, H, W); take one image of a batch with `images.get(0)?`",
        );
    }
    let sizes = || image.dims().iter().chain(kernel.dims());
    if sizes().any(|&size| size == 0) {
        return refuse("there is nothing to look at");
    }
    if sizes().any(|&size| size > LONGEST) || channels(image) > MOST_GRIDS {
        return refuse(&format!(
            "more than {LONGEST} numbers in a row or column, or more than {MOST_GRIDS} channels, are too many to look at; \
             cut out a part, as `image.i((..12, ..12))?` does"
        ));
    }
    for tensor in [image, kernel] {
        if !numbers(tensor)?.iter().all(|number| number.is_finite()) {
            return refuse("one of them holds NaN or infinity");
        }
    }
    Ok(Convolution {
        image: image.detach(),
        kernel: kernel.detach(),
        is_volume: false,
        stride: 1,
        padding: 0,
        padding_mode: PaddingMode::Zeros,
        dilation: 1,
        transposed: false,
    })
}

impl Convolution {
    /// The distance from one window to the next, at least 1.
    pub fn stride(mut self, stride: usize) -> Self {
        self.stride = stride;
        self
    }

    /// Pixels added at each edge; in a transposed convolution, cut off.
    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = padding;
        self
    }

    /// What the added pixels hold.
    pub fn padding_mode(mut self, mode: PaddingMode) -> Self {
        self.padding_mode = mode;
        self
    }

    /// The distance from one tap of the kernel to the next, at least 1.
    pub fn dilation(mut self, dilation: usize) -> Self {
        self.dilation = dilation;
        self
    }

    /// A transposed convolution: each number of the image spreads the kernel over the output.
    pub fn transposed(mut self) -> Self {
        self.transposed = true;
        self
    }

    /// The first of three dimensions is depth, not channels: the kernel moves through the slices, too.
    pub fn volume(mut self) -> Self {
        self.is_volume = true;
        self
    }

    /// What the convolution gives, of as many dimensions as the kernel moves in; `None` if the kernel does not fit anywhere.
    ///
    /// # Errors
    /// When the channels of image and kernel differ, an option is 0 that must not be, or more than 8, or it is the transposed
    /// convolution of a volume.
    pub fn output(&self) -> Result<Option<Tensor>> {
        let (image, kernel) = self.parts()?;
        if !self.fits(&image, &kernel) {
            return Ok(None);
        }
        let rank = self.rank();
        // Options along dimensions that are not there must not change anything.
        let along = |at: usize, option: usize, neutral: usize| match at > 3 - rank {
            true => option,
            false => neutral,
        };
        let pair = |option, neutral| Pair(along(2, option, neutral), along(3, option, neutral));
        let output = if self.transposed {
            if self.is_volume {
                return Err(Error::Invalid(
                    "convolution: a transposed convolution of volumes cannot be computed yet"
                        .to_owned(),
                ));
            }
            let options = ConvTransposeOptions::new()
                .stride(pair(self.stride, 1))
                .padding(pair(self.padding, 0))
                .dilation(pair(self.dilation, 1));
            let kernel = kernel.squeeze(1)?.unsqueeze(1)?;
            conv_transpose2d(&image.squeeze(1)?.unsqueeze(0)?, &kernel, None, &options)?
        } else {
            let options = Conv3dOptions {
                depth_stride: along(1, self.stride, 1),
                depth_dilation: along(1, self.dilation, 1),
                within_slices: ConvOptions::new()
                    .stride(pair(self.stride, 1))
                    .dilation(pair(self.dilation, 1)),
                ..Default::default()
            };
            let padded = self.padded(&image)?;
            conv3d(&padded.unsqueeze(0)?, &kernel.unsqueeze(0)?, None, &options)?
        };
        let sizes = &output.dims()[output.rank() - rank..];
        Ok(Some(output.reshape(sizes)?))
    }

    /// Shows the explorer as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }

    /// In how many dimensions the kernel moves.
    fn rank(&self) -> usize {
        match self.image.rank() {
            3 if !self.is_volume => 2,
            rank => rank,
        }
    }

    /// Image and kernel as (C, D, H, W).
    fn parts(&self) -> Result<(Tensor, Tensor)> {
        let refuse = |reason: &str| {
            Err(Error::Invalid(format!(
                "convolution: image {:?} and kernel {:?}: {reason}",
                self.image.shape(),
                self.kernel.shape()
            )))
        };
        if self.stride == 0 || self.dilation == 0 {
            return refuse("stride and dilation must be at least 1");
        }
        if self.stride.max(self.padding).max(self.dilation) > LARGEST_OPTION {
            return refuse(&format!(
                "stride, padding and dilation of more than {LARGEST_OPTION} make too many numbers to look at"
            ));
        }
        if self.is_volume && self.image.rank() != 3 {
            return refuse("a volume has three dimensions, (D, H, W)");
        }
        let four = |tensor: &Tensor| match (tensor.dims(), self.is_volume) {
            (&[columns], _) => tensor.reshape((1, 1, 1, columns)),
            (&[rows, columns], _) => tensor.reshape((1, 1, rows, columns)),
            (&[slices, rows, columns], true) => tensor.reshape((1, slices, rows, columns)),
            _ => tensor.unsqueeze(1),
        };
        let (image, kernel) = (four(&self.image)?, four(&self.kernel)?);
        if image.dim(0)? != kernel.dim(0)? {
            return refuse("both must have the same number of channels, the first dimension");
        }
        Ok((image.to_dtype(DType::F32)?, kernel.to_dtype(DType::F32)?))
    }

    /// An image (C, D, H, W) with its padding, along the dimensions in which the kernel moves.
    fn padded(&self, image: &Tensor) -> Result<Tensor> {
        let moving = &SPATIAL[3 - self.rank()..];
        moving
            .iter()
            .try_fold(image.clone(), |image, &at| match self.padding_mode {
                PaddingMode::Zeros => image.pad_with_zeros(at, self.padding, self.padding),
                PaddingMode::Replicate => image.pad_with_same(at, self.padding, self.padding),
            })
    }

    /// Whether the kernel fits anywhere, in the dimensions in which it moves.
    fn fits(&self, image: &Tensor, kernel: &Tensor) -> bool {
        let &Self {
            stride,
            padding,
            dilation,
            ..
        } = self;
        SPATIAL[3 - self.rank()..].iter().all(|&at| {
            let (size, kernel) = (image.dims()[at], kernel.dims()[at]);
            match self.transposed {
                true => conv_transpose_output_size(size, kernel, stride, padding, 0, dilation),
                false => conv_output_size(size, kernel, stride, padding, dilation),
            }
            .is_ok()
        })
    }
}

impl Show for Convolution {
    fn bundle(&self) -> Result<Bundle> {
        let (image, kernel) = self.parts()?;
        let output = match self.transposed && self.is_volume {
            true => None,
            false => self.output()?,
        };
        let figure = self.first_state(&image, &kernel, output.as_ref())?;
        let data = json!({
            "rank": self.rank(),
            "image": volume(&image)?,
            "kernel": volume(&kernel)?,
            "options": {
                "stride": self.stride,
                "padding": self.padding,
                "dilation": self.dilation,
                "replicate": self.padding_mode == PaddingMode::Replicate,
                "transposed": self.transposed,
            },
        });
        Ok(figure.bundle()?.with_component("convolution", data))
    }
}

impl Convolution {
    /// What the display looks like before anybody plays with it: the first window, and all of the output.
    fn first_state(
        &self,
        image: &Tensor,
        kernel: &Tensor,
        output: Option<&Tensor>,
    ) -> Result<Figure> {
        let padded = match self.transposed {
            true => image.clone(),
            false => self.padded(image)?,
        };
        let mut images = grids("image", &padded)?;
        let kernels = grids("kernel", kernel)?;
        let mut outputs = Vec::new();
        if let Some(output) = output {
            let sizes = output.dims();
            let four: Vec<usize> = std::iter::repeat_n(1, 4 - sizes.len())
                .chain(sizes.iter().copied())
                .collect();
            outputs = grids("output", &output.reshape(four)?)?;
        }
        if !self.transposed
            && let Some(first) = outputs.first_mut()
        {
            first.marks = vec![(0, 0)];
            let taps = |at: usize| -> Result<Vec<usize>> {
                let dilation = if at > 3 - self.rank() {
                    self.dilation
                } else {
                    1
                };
                Ok((0..kernel.dim(at)?).map(|tap| tap * dilation).collect())
            };
            let (slices, rows, columns) = (taps(1)?, taps(2)?, taps(3)?);
            let depth = padded.dim(1)?;
            for (index, grid) in images.iter_mut().enumerate() {
                if slices.contains(&(index % depth)) {
                    let window = rows
                        .iter()
                        .flat_map(|&row| columns.iter().map(move |&column| (row, column)));
                    grid.marks = window.collect();
                }
            }
        }
        let all: Vec<Grid> = images.into_iter().chain(kernels).chain(outputs).collect();
        draw_side_by_side(&all, self.description(output))?.compact()
    }

    fn description(&self, output: Option<&Tensor>) -> String {
        let kind = if self.transposed {
            "Transposed convolution"
        } else {
            "Convolution"
        };
        let filled = match self.padding_mode {
            PaddingMode::Zeros => "zeros",
            PaddingMode::Replicate => "the values at the edge",
        };
        let given = format!(
            "{kind} of an image {:?} with a kernel {:?}, stride {}, padding {} ({filled}), dilation {}",
            self.image.dims(),
            self.kernel.dims(),
            self.stride,
            self.padding,
            self.dilation
        );
        match output {
            Some(output) => format!("{given}.\nOutput =\n{output}"),
            None => format!("{given}: there is no place where the kernel fits."),
        }
    }
}

/// A grid of numbers for each slice of each channel of (C, D, H, W).
fn grids(name: &str, tensor: &Tensor) -> Result<Vec<Grid>> {
    let (channels, depth, height, width) = tensor.dims4()?;
    let scale = SignedScale::of(numbers(tensor)?.into_iter().map(f64::from));
    // Slice by slice the colours show more than numbers could.
    let widest = match channels * depth {
        ..=4 => WIDEST,
        _ => WIDEST_OF_MANY,
    };
    let slices = tensor
        .to_dtype(DType::F64)?
        .reshape((channels * depth, height, width))?;
    (slices.to_vec3::<f64>()?.into_iter().enumerate())
        .map(|(index, rows)| {
            let title = match (channels, depth) {
                (1, 1) => name.to_owned(),
                (_, 1) => format!("{name}, channel {}", index + 1),
                _ => format!("{name}, slice {}", index + 1),
            };
            let mut grid = Grid::of_rows(&title, rows, widest)?;
            grid.scale = scale;
            Ok(grid)
        })
        .collect()
}

/// The data of (C, D, H, W) for the component.
fn volume(tensor: &Tensor) -> Result<Value> {
    let (channels, depth, height, width) = tensor.dims4()?;
    // The shortest text of each number: as a double, 0.1 would be 0.10000000149011612.
    let values = (numbers(tensor)?.iter())
        .map(|number| number.to_string().parse().unwrap_or_default())
        .collect::<Vec<f64>>();
    Ok(json!({ "channels": channels, "sizes": [depth, height, width], "values": values }))
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
}

#[cfg(test)]
mod tests;
