//! Other sizes of an image on a GPU.

use super::kernel::{Source, a_thread_each, count, launch, source};
use super::numbers::{Number, Numbers, Output, elements, stored, unwritten};
use crate::ops::by_type::by_type;
use crate::ops::resample::Resample;

const SOURCE: Source = source!("resample");

pub fn resample(operation: &Resample, [input]: [Numbers; 1]) -> Output {
    fn run<T: Number>(operation: &Resample, input: Numbers) -> Output {
        let device = &input.0.device;
        let (images, channels, height, width) = input.1.shape().dims4()?;
        let (mut starts, mut sources, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for axis in [&operation.rows, &operation.columns] {
            for result in &axis.results {
                starts.push(count(sources.len())?);
                for &(source, weight) in result {
                    sources.push(count(source)?);
                    weights.push(weight);
                }
            }
            starts.push(count(sources.len())?);
        }
        let (starts, sources) = (device.clone_htod(&starts)?, device.clone_htod(&sources)?);
        let weights = device.clone_htod(&weights)?;
        let (new_height, new_width) = (
            operation.rows.results.len(),
            operation.columns.results.len(),
        );
        let length = images * channels * new_height * new_width;
        let numbers = elements::<T>(input)?;
        let mut result = unwritten::<T>(device, length)?;
        launch!(
            SOURCE.kernel::<T>(device, "resample")?, a_thread_each(count(length)?);
            &numbers, &mut result, &starts, &sources, &weights, &count(length)?,
            &count(height)?, &count(width)?, &count(new_height)?, &count(new_width)?,
        );
        stored(device, result, (images, channels, new_height, new_width))
    }
    by_type!("resample", input.0, run(operation, input))
}
