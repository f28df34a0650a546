//! The same models in plain candle, with candle_nn's layers, losses and AdamW (without weight decay it is Adam).

use crate::batch::Batch;
use crate::{numbers, protocol};
use candle_core::{D, DType, Device, Module, ModuleT, Result, Tensor};
use candle_nn::{
    AdamW, BatchNorm, Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig, Dropout,
    Linear, Optimizer, ParamsAdamW, VarBuilder, VarMap,
};
use candle_nn::{batch_norm, conv_transpose2d, conv2d, conv2d_no_bias, linear, loss, ops, seq};

pub fn serve(name: &str, shape: [usize; 4]) -> Result<()> {
    let device = &Device::Cpu;
    let batch = Batch::new(shape, device)?;
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, device);
    let mut model = model(name, builder)?;
    let mut parameters = 0;
    for (name, variable) in variables.data().lock().unwrap().iter() {
        // The running statistics of batch normalisation are among the variables.
        if !name.contains("running_") {
            parameters += variable.elem_count();
            let values = numbers::parameter(variable.dims());
            variable.set(&Tensor::from_vec(values, variable.shape(), device)?)?;
        }
    }
    if name == "unet-inference" {
        model = without_gradients(name, &variables)?;
    }
    let loss = |train| {
        let output = model.forward_t(&batch.images, train)?;
        match name {
            "unet" | "unet-inference" => bce_dice(&output, &batch.masks),
            _ => loss::cross_entropy(&output, &batch.classes),
        }
    };
    let first = loss(false)?.to_scalar()?;
    let mut adam = AdamW::new(
        variables.all_vars(),
        ParamsAdamW {
            lr: 1e-3,
            weight_decay: 0.0,
            ..ParamsAdamW::default()
        },
    )?;
    for () in protocol::steps(parameters, first) {
        if name == "unet-inference" {
            ops::sigmoid(&model.forward_t(&batch.images, false)?)?;
        } else {
            adam.backward_step(&loss(true)?)?;
        }
    }
    Ok(())
}

fn model(name: &str, builder: VarBuilder<'static>) -> Result<Box<dyn ModuleT>> {
    Ok(match name {
        "mlp" => Box::new(mlp(builder)?),
        "mnist" => Box::new(Mnist::new(builder)?),
        "resnet18" => Box::new(ResNet18::new(builder)?),
        _ => Box::new(UNet::new(builder)?),
    })
}

/// As a model read from a file has it: with tensors that are no variables, so nothing is kept for a backward pass.
fn without_gradients(name: &str, variables: &VarMap) -> Result<Box<dyn ModuleT>> {
    let variables = variables.data().lock().unwrap();
    let tensors = variables
        .iter()
        .map(|(name, variable)| (name.clone(), variable.as_detached_tensor()));
    let builder = VarBuilder::from_tensors(tensors.collect(), DType::F32, &Device::Cpu);
    model(name, builder)
}

fn bce_dice(logits: &Tensor, masks: &Tensor) -> Result<Tensor> {
    let probabilities = ops::sigmoid(logits)?.flatten_from(1)?;
    let pixels = masks.flatten_from(1)?;
    let both = ((&probabilities * &pixels)?.sum(1)? * 2.0)?;
    let either = (probabilities.sum(1)? + pixels.sum(1)?)?;
    let dice = ((both + 1.0)? / (either + 1.0)?)?.mean_all()?;
    loss::binary_cross_entropy_with_logit(logits, masks)? + (1.0 - dice)?
}

fn mlp(builder: VarBuilder) -> Result<impl ModuleT> {
    Ok(seq()
        .add_fn(|images| images.flatten_from(1))
        .add(linear(784, 128, builder.pp("first"))?)
        .add_fn(Tensor::relu)
        .add(linear(128, 64, builder.pp("second"))?)
        .add_fn(Tensor::relu)
        .add(linear(64, 10, builder.pp("last"))?))
}

struct Mnist {
    first: Conv2d,
    second: Conv2d,
    hidden: Linear,
    dropout: Dropout,
    last: Linear,
}

impl Mnist {
    fn new(builder: VarBuilder) -> Result<Self> {
        Ok(Mnist {
            first: conv2d(1, 32, 5, padding(2), builder.pp("first"))?,
            second: conv2d(32, 64, 5, padding(2), builder.pp("second"))?,
            hidden: linear(3136, 1024, builder.pp("hidden"))?,
            dropout: Dropout::new(0.4),
            last: linear(1024, 10, builder.pp("last"))?,
        })
    }
}

impl ModuleT for Mnist {
    fn forward_t(&self, images: &Tensor, train: bool) -> Result<Tensor> {
        let features = self.first.forward(images)?.relu()?.max_pool2d(2)?;
        let features = self.second.forward(&features)?.relu()?.max_pool2d(2)?;
        let hidden = self.hidden.forward(&features.flatten_from(1)?)?.relu()?;
        self.last.forward(&self.dropout.forward(&hidden, train)?)
    }
}

fn padding(padding: usize) -> Conv2dConfig {
    Conv2dConfig {
        padding,
        ..Conv2dConfig::default()
    }
}

struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

impl ConvNorm {
    fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
        builder: VarBuilder,
    ) -> Result<Self> {
        let config = Conv2dConfig {
            stride,
            ..padding(kernel / 2)
        };
        Ok(ConvNorm {
            conv: conv2d_no_bias(inputs, outputs, kernel, config, builder.pp("conv"))?,
            norm: batch_norm(outputs, 1e-5, builder.pp("norm"))?,
        })
    }
}

impl ModuleT for ConvNorm {
    fn forward_t(&self, images: &Tensor, train: bool) -> Result<Tensor> {
        self.norm.forward_t(&self.conv.forward(images)?, train)
    }
}

struct Residual {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
}

impl Residual {
    fn new(inputs: usize, outputs: usize, stride: usize, builder: VarBuilder) -> Result<Self> {
        let shortcut = builder.pp("shortcut");
        Ok(Residual {
            first: ConvNorm::new(inputs, outputs, 3, stride, builder.pp("first"))?,
            second: ConvNorm::new(outputs, outputs, 3, 1, builder.pp("second"))?,
            shortcut: (stride != 1 || inputs != outputs)
                .then(|| ConvNorm::new(inputs, outputs, 1, stride, shortcut))
                .transpose()?,
        })
    }
}

impl ModuleT for Residual {
    fn forward_t(&self, images: &Tensor, train: bool) -> Result<Tensor> {
        let hidden = self.first.forward_t(images, train)?.relu()?;
        let change = self.second.forward_t(&hidden, train)?;
        let kept = match &self.shortcut {
            Some(shortcut) => shortcut.forward_t(images, train)?,
            None => images.clone(),
        };
        (change + kept)?.relu()
    }
}

struct ResNet18 {
    stem: ConvNorm,
    blocks: Vec<Residual>,
    last: Linear,
}

impl ResNet18 {
    fn new(builder: VarBuilder) -> Result<Self> {
        let mut blocks = Vec::new();
        let mut inputs = 64;
        for (outputs, stride) in [(64, 1), (128, 2), (256, 2), (512, 2)] {
            for stride in [stride, 1] {
                let builder = builder.pp(format!("block{}", blocks.len()));
                blocks.push(Residual::new(inputs, outputs, stride, builder)?);
                inputs = outputs;
            }
        }
        Ok(ResNet18 {
            stem: ConvNorm::new(1, 64, 3, 1, builder.pp("stem"))?,
            blocks,
            last: linear(512, 10, builder.pp("last"))?,
        })
    }
}

impl ModuleT for ResNet18 {
    fn forward_t(&self, images: &Tensor, train: bool) -> Result<Tensor> {
        let mut features = self.stem.forward_t(images, train)?.relu()?;
        for block in &self.blocks {
            features = block.forward_t(&features, train)?;
        }
        self.last
            .forward(&features.flatten_from(2)?.mean(D::Minus1)?)
    }
}

struct Block {
    first: Conv2d,
    dropout: Dropout,
    second: Conv2d,
}

impl Block {
    fn new(inputs: usize, outputs: usize, dropout: f32, builder: VarBuilder) -> Result<Self> {
        Ok(Block {
            first: conv2d(inputs, outputs, 3, padding(1), builder.pp("first"))?,
            dropout: Dropout::new(dropout),
            second: conv2d(outputs, outputs, 3, padding(1), builder.pp("second"))?,
        })
    }
}

impl ModuleT for Block {
    fn forward_t(&self, images: &Tensor, train: bool) -> Result<Tensor> {
        let hidden = self.first.forward(images)?.elu(1.0)?;
        let hidden = self.dropout.forward(&hidden, train)?;
        self.second.forward(&hidden)?.elu(1.0)
    }
}

struct UNet {
    down: Vec<Block>,
    up: Vec<(ConvTranspose2d, Block)>,
    last: Conv2d,
}

impl UNet {
    fn new(builder: VarBuilder) -> Result<Self> {
        let (mut down, mut up) = (Vec::new(), Vec::new());
        let mut inputs = 3;
        for (outputs, dropout) in [(16, 0.1), (32, 0.1), (64, 0.2), (128, 0.2), (256, 0.3)] {
            let builder = builder.pp(format!("down{outputs}"));
            down.push(Block::new(inputs, outputs, dropout, builder)?);
            inputs = outputs;
        }
        let twice = ConvTranspose2dConfig {
            stride: 2,
            ..ConvTranspose2dConfig::default()
        };
        for (outputs, dropout) in [(128, 0.2), (64, 0.2), (32, 0.1), (16, 0.1)] {
            let builder = builder.pp(format!("up{outputs}"));
            up.push((
                conv_transpose2d(inputs, outputs, 2, twice, builder.pp("enlarge"))?,
                Block::new(2 * outputs, outputs, dropout, builder)?,
            ));
            inputs = outputs;
        }
        let last = conv2d(inputs, 1, 1, Conv2dConfig::default(), builder.pp("last"))?;
        Ok(UNet { down, up, last })
    }
}

impl ModuleT for UNet {
    fn forward_t(&self, images: &Tensor, train: bool) -> Result<Tensor> {
        let mut skips = Vec::new();
        let mut features = images.clone();
        for (level, block) in self.down.iter().enumerate() {
            if level > 0 {
                features = features.max_pool2d(2)?;
            }
            features = block.forward_t(&features, train)?;
            skips.push(features.clone());
        }
        skips.pop();
        for ((enlarge, block), skip) in self.up.iter().zip(skips.iter().rev()) {
            let joined = Tensor::cat(&[&enlarge.forward(&features)?, skip], 1)?;
            features = block.forward_t(&joined, train)?;
        }
        self.last.forward(&features)
    }
}
