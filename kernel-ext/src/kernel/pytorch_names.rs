//! What learners know from PyTorch and Python, and its name here.

/// Methods of a tensor: PyTorch's name, and how candle says it.
const METHODS: &[(&str, &str)] = &[
    ("view", "`.reshape((2, 3))?`"),
    ("size", "`.dims()`, or `.dim(0)?` for one of them"),
    ("mm", "`.matmul(&b)?`"),
    ("bmm", "`.matmul(&b)?`"),
    ("item", "`.to_scalar::<f32>()?`"),
    (
        "numpy",
        "`.to_vec1::<f32>()?`, or `to_vec2` and `to_vec3` for more dimensions",
    ),
    (
        "tolist",
        "`.to_vec1::<f32>()?`, or `to_vec2` and `to_vec3` for more dimensions",
    ),
    ("float", "`.to_dtype(DType::F32)?`"),
    ("double", "`.to_dtype(DType::F64)?`"),
    ("long", "`.to_dtype(DType::I64)?`"),
    (
        "int",
        "`.to_dtype(DType::U32)?` (candle's integers are mostly u8, u32 and i64)",
    ),
    ("byte", "`.to_dtype(DType::U8)?`"),
    ("half", "`.to_dtype(DType::F16)?`"),
    ("bool", "`.to_dtype(DType::U8)?`: a mask is made of 0 and 1"),
    ("to", "`.to_dtype(DType::F32)?` or `.to_device(&device)?`"),
    ("type", "`.dtype()`"),
    ("cpu", "`.to_device(&Device::Cpu)?`"),
    ("cuda", "`.to_device(&Device::cuda_if_available(0)?)?`"),
    ("ndim", "`.rank()`"),
    ("dimension", "`.rank()`"),
    ("numel", "`.elem_count()`"),
    ("nelement", "`.elem_count()`"),
    (
        "add",
        "`(&a + &b)?`, or `.broadcast_add(&b)?` for unequal shapes",
    ),
    (
        "sub",
        "`(&a - &b)?`, or `.broadcast_sub(&b)?` for unequal shapes",
    ),
    (
        "mul",
        "`(&a * &b)?`, or `.broadcast_mul(&b)?` for unequal shapes",
    ),
    (
        "div",
        "`(&a / &b)?`, or `.broadcast_div(&b)?` for unequal shapes",
    ),
    ("pow", "`.powf(2.0)?`, or `.sqr()?` for the square"),
    ("square", "`.sqr()?`"),
    ("rsqrt", "`.sqrt()?.recip()?`"),
    ("reciprocal", "`.recip()?`"),
    ("negative", "`.neg()?`"),
    ("clip", "`.clamp(0.0, 1.0)?`"),
    ("std", "`.var(0)?.sqrt()?`"),
    ("select", "`.get_on_dim(1, 0)?`, or `.i((.., 0))?`"),
    (
        "slice",
        "`.i(1..3)?`, or `.narrow(0, 1, 2)?`: 2 elements from index 1",
    ),
    ("masked_fill", "`mask.where_cond(&filled, &x)?`"),
    (
        "masked_select",
        "`mask.where_cond(&x, &zeros)?`, which keeps the shape",
    ),
    ("expand_as", "`.broadcast_as(other.shape())?`"),
    ("repeat_interleave", "`.repeat((2, 1))?` for whole copies"),
    ("T", "`.t()?`"),
    ("mT", "`.t()?`"),
    ("softmax", "`ops::softmax(&x, 1)?`"),
    ("sigmoid", "`ops::sigmoid(&x)?`"),
    (
        "grad",
        "`gradients.get(&x)`, where `let gradients = loss.backward()?;`",
    ),
    (
        "requires_grad_",
        "`Var::from_tensor(&x)?`: gradients are kept for a `Var`",
    ),
];

/// Functions of a tensor's type.
const FUNCTIONS: &[(&str, &str)] = &[
    ("tensor", "`Tensor::new(&[1f32, 2.], &Device::Cpu)?`"),
    (
        "from_numpy",
        "`Tensor::from_vec(values, (2, 3), &Device::Cpu)?`",
    ),
    (
        "from_list",
        "`Tensor::from_vec(values, (2, 3), &Device::Cpu)?`",
    ),
    (
        "empty",
        "`Tensor::zeros((2, 3), DType::F32, &Device::Cpu)?`",
    ),
    (
        "linspace",
        "`Tensor::arange_step(0f32, 1., 0.1, &Device::Cpu)?`",
    ),
    ("concat", "`Tensor::cat(&[&a, &b], 0)?`"),
    ("concatenate", "`Tensor::cat(&[&a, &b], 0)?`"),
    ("vstack", "`Tensor::cat(&[&a, &b], 0)?`"),
    ("hstack", "`Tensor::cat(&[&a, &b], 1)?`"),
];

/// Python's own words.
const WORDS: &[(&str, &str)] = &[
    ("True", "`true`"),
    ("False", "`false`"),
    ("print", "`println!(\"{x}\")`, with an exclamation mark"),
    ("len", "`x.len()`, or `x.dim(0)?` of a tensor"),
    ("range", "`0..10`"),
    ("str", "`x.to_string()`"),
    (
        "torch",
        "`Tensor::...`: most functions of torch are methods of a tensor",
    ),
    ("np", "`Tensor::...`: arrays are tensors here"),
    (
        "plt",
        "`image_grid(&images, 4)?` and the other pictures in `plot`",
    ),
];

/// How a method or function of PyTorch's tensors is called here.
pub fn of_tensors(name: &str) -> Option<&'static str> {
    METHODS
        .iter()
        .chain(FUNCTIONS)
        .find(|(theirs, _)| *theirs == name)
        .map(|(_, ours)| *ours)
}

/// How a word of Python is called here.
pub fn of_python(word: &str) -> Option<&'static str> {
    WORDS
        .iter()
        .find(|(theirs, _)| *theirs == word)
        .map(|(_, ours)| *ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_name_is_there_once() {
        let mut seen = HashSet::new();
        for (theirs, _) in METHODS.iter().chain(FUNCTIONS) {
            assert!(seen.insert(theirs), "only the first `{theirs}` is found");
        }
        let words: HashSet<_> = WORDS.iter().map(|(theirs, _)| theirs).collect();
        assert_eq!(words.len(), WORDS.len());
    }
}
