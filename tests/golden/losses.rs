//! Losses of pixels have the values and gradients of PyTorch, torchvision, MONAI and their authors. `losses.py` made the file.

use candle_core::{DType, Device};
use eosin::ops::*;
use eosin::{Result, Tensor, Var};
use std::collections::HashMap;

fn assert_close(name: &str, found: &Tensor, wanted: &Tensor) {
    assert_eq!(found.dims(), wanted.dims(), "{name}");
    let difference = (found - wanted).unwrap().abs().unwrap().max_all().unwrap();
    let worst = difference.to_scalar::<f64>().unwrap();
    assert!(worst < 1e-10, "{name} differs by {worst}");
}

#[test]
fn losses_and_gradients_are_those_of_the_field() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/losses.safetensors"
    );
    let golden = candle_core::safetensors::load(file, &Device::Cpu).unwrap();
    let golden: HashMap<String, Tensor> = golden
        .into_iter()
        .map(|(name, tensor)| (name, tensor.into()))
        .collect();
    let (masks, weights) = (&golden["masks"], &golden["weights"]);
    let (distances, classes) = (
        &golden["distances"],
        golden["classes"].to_dtype(DType::U32).unwrap(),
    );
    let mut names = 0;
    let mut check = |name: &str, loss: &dyn Fn(&Tensor) -> Result<Tensor>| {
        names += 1;
        let output = Var::from_tensor(&golden[&format!("{name}/output")]).unwrap();
        let found = loss(&output).unwrap();
        assert_close(name, &found, &golden[&format!("{name}/result")]);
        let gradients = backward(&found).unwrap();
        let gradient = gradients
            .get(&output)
            .unwrap_or_else(|| panic!("{name}: no gradient"));
        assert_close(
            &format!("gradient of {name}"),
            gradient,
            &golden[&format!("{name}/gradient")],
        );
    };
    check("focal_loss", &|x| focal_loss(x, masks, 2.0, Some(0.25)));
    check("focal_loss without alpha", &|x| {
        focal_loss(x, masks, 1.5, None)
    });
    check("tversky_loss", &|x| tversky_loss(x, masks, 0.3, 0.7));
    check("soft_dice_loss", &|x| soft_dice_loss(x, &classes));
    check("pixel_weighted_bce_with_logits", &|x| {
        pixel_weighted_bce_with_logits(x, masks, weights)
    });
    check("pixel_cross_entropy", &|x| pixel_cross_entropy(x, &classes));
    check("pixel_weighted_cross_entropy", &|x| {
        pixel_weighted_cross_entropy(x, &classes, weights)
    });
    check("l1_loss", &|x| l1_loss(x, distances, None));
    check("l1_loss weighted", &|x| {
        l1_loss(x, distances, Some(weights))
    });
    check("mse_loss", &|x| mse_loss(x, distances, None));
    check("mse_loss weighted", &|x| {
        mse_loss(x, distances, Some(weights))
    });
    check("smooth_l1_loss", &|x| {
        smooth_l1_loss(x, distances, 0.8, None)
    });
    check("lovasz_hinge", &|x| lovasz_hinge(x, masks));
    check("lovasz_softmax", &|x| lovasz_softmax(x, &classes));

    let in_file = golden
        .keys()
        .filter(|name| name.ends_with("/result"))
        .count();
    assert_eq!(names, in_file, "every loss of the file is compared");
}
