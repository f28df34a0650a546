//! Shapes are found as scikit-image and SciPy find them, ties included. `morphology.py` made the file.

use candle_core::{DType, Device};
use eosin::morph::{
    Boundary, Connectivity, LabelMap, boundaries, dilate, distance_transform, erode, expand_labels,
    fill_holes, h_maxima, label, local_maxima, reconstruction, region_properties,
    remove_small_objects, watershed, watershed_with,
};
use eosin::{Result, Tensor};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Case {
    height: usize,
    width: usize,
    labels: Vec<u32>,
    four: Vec<u32>,
    eight: Vec<u32>,
    filled: Vec<u32>,
    inner: Vec<u32>,
    outer: Vec<u32>,
    thick: Vec<u32>,
    large: Vec<u32>,
    /// `None` for a mask without background.
    squared_distances: Option<Vec<f64>>,
    eroded: Option<Vec<u32>>,
    /// `None` for a mask without object.
    expanded: Option<Vec<u32>>,
    dilated: Option<Vec<u32>>,
    regions: Vec<Properties>,
    eighths: Vec<f32>,
    /// By h.
    maxima: HashMap<String, Vec<u32>>,
    seed_eighths: Vec<f32>,
    reconstruction_eighths: Vec<f32>,
    heights: Vec<f32>,
    /// By minimum distance.
    summits: HashMap<usize, Vec<u32>>,
    markers: Vec<u32>,
    basins_four: Vec<u32>,
    basins_eight: Vec<u32>,
    deepest: Vec<u32>,
    separated: Vec<u32>,
}

#[derive(Deserialize)]
struct Properties {
    id: u32,
    area: usize,
    centroid: (f64, f64),
    bounding_box: (usize, usize, usize, usize),
    equivalent_diameter: f64,
}

impl Case {
    fn map(&self, labels: &[u32]) -> LabelMap {
        LabelMap::new(self.height, self.width, labels.to_vec()).unwrap()
    }

    fn image(&self, pixels: &[f32], scale: f32) -> Tensor {
        let pixels = pixels.iter().map(|pixel| pixel * scale).collect();
        Tensor::from_vec(pixels, (self.height, self.width), &Device::Cpu).unwrap()
    }
}

fn golden() -> Vec<Case> {
    serde_json::from_str(include_str!("morphology.json")).unwrap()
}

fn pixels(image: &Tensor) -> Vec<f32> {
    image.flatten_all().unwrap().to_vec1().unwrap()
}

#[track_caller]
fn assert_mask(found: Result<Tensor>, wanted: &[u32]) {
    let found = found.unwrap().to_dtype(DType::U32).unwrap();
    let found: Vec<u32> = found.flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(found, wanted);
}

#[test]
fn objects_and_their_holes_boundaries_and_regions_are_scikit_images() {
    for case in golden() {
        let labels = case.map(&case.labels);
        let mask = labels.mask().unwrap();
        let labelled = |connectivity| label(&mask, connectivity).unwrap();
        assert_eq!(labelled(Connectivity::Four).labels(), case.four);
        assert_eq!(labelled(Connectivity::Eight).labels(), case.eight);
        assert_mask(fill_holes(&mask), &case.filled);
        assert_mask(boundaries(&labels, Boundary::Inner), &case.inner);
        assert_mask(boundaries(&labels, Boundary::Outer), &case.outer);
        assert_mask(boundaries(&labels, Boundary::Thick), &case.thick);
        let large = remove_small_objects(&labels, 10).unwrap();
        assert_eq!(large.labels(), case.large);
        let found = region_properties(&labels);
        assert_eq!(found.len(), case.regions.len());
        for (found, wanted) in found.iter().zip(&case.regions) {
            assert_eq!((found.id, found.area), (wanted.id, wanted.area));
            assert_eq!(found.bounding_box, wanted.bounding_box);
            let down = found.centroid.0 - wanted.centroid.0;
            let right = found.centroid.1 - wanted.centroid.1;
            let wider = 2.0 * found.equivalent_radius() - wanted.equivalent_diameter;
            assert!([down, right, wider].iter().all(|off| off.abs() < 1e-9));
        }
    }
}

#[test]
fn distances_and_what_grows_and_shrinks_by_them_are_scipys() {
    for case in golden() {
        let labels = case.map(&case.labels);
        let mask = labels.mask().unwrap();
        if let Some(squared) = &case.squared_distances {
            let wanted: Vec<f32> = squared.iter().map(|square| square.sqrt() as f32).collect();
            assert_eq!(pixels(&distance_transform(&mask).unwrap()), wanted);
        }
        if let Some(eroded) = &case.eroded {
            assert_mask(erode(&mask, 2.3), eroded);
        }
        if let Some(expanded) = &case.expanded {
            assert_eq!(expand_labels(&labels, 3.0).unwrap().labels(), expanded);
        }
        if let Some(dilated) = &case.dilated {
            assert_mask(dilate(&mask, 2.3), dilated);
        }
    }
}

#[test]
fn maxima_are_scikit_images() {
    for case in golden() {
        let image = case.image(&case.eighths, 0.125);
        let seed = case.image(&case.seed_eighths, 0.125);
        let wanted = pixels(&case.image(&case.reconstruction_eighths, 0.125));
        assert_eq!(pixels(&reconstruction(&seed, &image).unwrap()), wanted);
        for (h, wanted) in &case.maxima {
            let found = h_maxima(&image, h.parse().unwrap()).unwrap();
            assert_mask(found.mask(), wanted);
        }
        let heights = case.image(&case.heights, 1.0);
        for (&distance, wanted) in &case.summits {
            assert_mask(local_maxima(&heights, distance).unwrap().mask(), wanted);
        }
    }
}

#[test]
fn water_meets_where_it_meets_in_scikit_image_also_on_level_ground() {
    for case in golden() {
        let mask = case.map(&case.labels).mask().unwrap();
        let elevation = case.image(&case.eighths, 0.125);
        let markers = case.map(&case.markers);
        let basins = watershed(&elevation, &markers, &mask).unwrap();
        assert_eq!(basins.labels(), case.basins_four);
        let basins = watershed_with(&elevation, &markers, &mask, Connectivity::Eight).unwrap();
        assert_eq!(basins.labels(), case.basins_eight);
        let depth = match &case.squared_distances {
            Some(_) => distance_transform(&mask).unwrap(),
            None => Tensor::zeros((case.height, case.width), DType::F32, &Device::Cpu).unwrap(),
        };
        let basins = watershed(&(depth * -1.0).unwrap(), &case.map(&case.deepest), &mask).unwrap();
        assert_eq!(basins.labels(), case.separated);
    }
}
