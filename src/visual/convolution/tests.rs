use super::*;
use candle_core::Device;

fn tensor(rows: &[Vec<f32>]) -> Tensor {
    let numbers: Vec<f32> = rows.concat();
    Tensor::from_vec(numbers, (rows.len(), rows[0].len()), &Device::Cpu).unwrap()
}

fn image() -> Tensor {
    tensor(&[
        vec![-5., 3., 2., -5., 3.],
        vec![4., 3., 2., 1., -3.],
        vec![1., 0., 3., 3., 5.],
        vec![-2., 0., 1., 4., 4.],
        vec![5., 6., 7., 9., -1.],
    ])
}

fn sharpen() -> Tensor {
    tensor(&[vec![0., -1., 0.], vec![-1., 5., -1.], vec![0., -1., 0.]])
}

#[test]
fn signals_images_channels_and_volumes_give_the_sums_worked_out_by_hand() {
    let numbers = |explorer: Convolution| {
        let output = explorer.output().unwrap().unwrap();
        let values: Vec<f32> = output.flatten_all().unwrap().to_vec1().unwrap();
        (output.dims().to_vec(), values)
    };
    let (dims, values) = numbers(convolution(&image(), &sharpen()).unwrap());
    assert_eq!(
        (dims.as_slice(), values.as_slice()),
        (&[3, 3][..], &[6., 1., 8., -7., 9., 2., -5., -9., 3.][..])
    );
    let signal = Tensor::new(&[1f32, 2.], &Device::Cpu).unwrap();
    let kernel = Tensor::new(&[10f32, 20., 30.], &Device::Cpu).unwrap();
    let spread = convolution(&signal, &kernel)
        .unwrap()
        .transposed()
        .stride(2);
    assert_eq!(numbers(spread), (vec![5], vec![10., 20., 50., 40., 60.]));
    let corner = tensor(&[vec![105., 102.], vec![103., 99.]]);
    let padded = convolution(&corner, &sharpen()).unwrap().padding(1);
    assert_eq!(numbers(padded.clone()).1[0], 320.);
    assert_eq!(
        numbers(padded.padding_mode(PaddingMode::Replicate)).1[0],
        110.
    );
    let cube = Tensor::arange(1f32, 9., &Device::Cpu)
        .unwrap()
        .reshape((2, 2, 2))
        .unwrap();
    let as_channels = convolution(&cube, &cube).unwrap();
    assert_eq!(numbers(as_channels.clone()), (vec![1, 1], vec![204.]));
    assert_eq!(numbers(as_channels.volume()), (vec![1, 1, 1], vec![204.]));
}

#[test]
fn a_bundle_holds_data_a_picture_a_page_and_text() {
    let bundle = convolution(&image(), &sharpen())
        .unwrap()
        .stride(2)
        .padding(1)
        .bundle()
        .unwrap();
    let data = &bundle.data()["application/vnd.eosin.component+json"];
    assert_eq!(
        (&data["component"], &data["version"]),
        (&json!("convolution"), &json!(1))
    );
    assert_eq!(data["image"]["sizes"], json!([1, 5, 5]));
    assert_eq!(
        data["kernel"]["values"],
        json!([0., -1., 0., -1., 5., -1., 0., -1., 0.])
    );
    assert_eq!(data["options"]["stride"], 2);
    assert!(
        bundle.plain().contains("Output =\n[[-32.,  10.,  23.]"),
        "{}",
        bundle.plain()
    );
    let html = bundle.data()["text/html"].as_str().unwrap();
    assert!(html.contains("class=\"eosin-component\"") && html.contains("data:image/png;base64,"));
    // All of it is one display: a lesson has several, and is to stay small.
    let size: usize = bundle
        .data()
        .values()
        .map(|content| content.to_string().len())
        .sum();
    assert!(size < 150_000, "{size}");
}

#[test]
fn a_kernel_that_fits_nowhere_is_explained_and_what_cannot_be_shown_is_refused() {
    let small = tensor(&[vec![1., 2.]]);
    let explorer = convolution(&small, &sharpen()).unwrap();
    assert!(explorer.output().unwrap().is_none());
    assert!(
        explorer
            .bundle()
            .unwrap()
            .plain()
            .contains("no place where the kernel fits")
    );
    let refused =
        |image: &Tensor, kernel: &Tensor| convolution(image, kernel).unwrap_err().to_string();
    let large = Tensor::ones((40, 40), DType::F32, &Device::Cpu).unwrap();
    assert!(refused(&large, &sharpen()).contains("cut out a part"));
    assert!(refused(&image().unsqueeze(0).unwrap(), &sharpen()).contains("(C, H, W)"));
    assert!(refused(&(image() / 0.0).unwrap(), &sharpen()).contains("NaN"));
    let three = Tensor::ones((3, 5, 5), DType::F32, &Device::Cpu).unwrap();
    let one = sharpen().unsqueeze(0).unwrap();
    let error = convolution(&three, &one)
        .unwrap()
        .output()
        .unwrap_err()
        .to_string();
    assert!(error.contains("same number of channels"), "{error}");
    let error = convolution(&image(), &sharpen())
        .unwrap()
        .stride(0)
        .bundle()
        .unwrap_err()
        .to_string();
    assert!(error.contains("at least 1"), "{error}");
    let error = convolution(&image(), &sharpen())
        .unwrap()
        .transposed()
        .stride(1000)
        .output()
        .unwrap_err()
        .to_string();
    assert!(error.contains("too many numbers"), "{error}");
}
