//! Points of several classes in a plane.

use super::Figure;
use super::canvas::{BLUE, GREEN, GREY, ORANGE, PURPLE, SCALE, below_title, draw, failed};
use super::named::{named, names};
use super::principal_components::two_components;
use super::range::range;
use crate::{Error, Result, Tensor};
use candle_core::DType;
use plotters::prelude::*;
use std::fmt::Display;

/// CSS pixels of a panel; no figure is wider than three.
const SIDE: u32 = 220;
const IN_A_ROW: u32 = 3;

/// Draws clouds of points side by side: tensors (N, D), each with a name, anything that can be shown. `classes`, integers (N),
/// colour the points of all clouds. If points have more than two coordinates, you see their first two principal components:
/// the directions in which they are spread widest.
///
/// ```
/// use eosin::prelude::*;
/// let points = Tensor::new(&[[0f32, 0.], [1., 0.], [1., 1.]], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 1, 1], &Device::Cpu)?;
/// plot::point_clouds(&[("as they are", &points), ("squared", &points.sqr()?)], &classes)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no cloud, or one is not (N, D) with D of 2 or more.
pub fn point_clouds(
    clouds: &[(impl Display, impl AsRef<Tensor>)],
    classes: &Tensor,
) -> Result<Figure> {
    draw_clouds(&named(clouds), classes)
}

fn draw_clouds(clouds: &[(String, &Tensor)], classes: &Tensor) -> Result<Figure> {
    let classes: Vec<u32> = classes.to_dtype(DType::U32)?.flatten_all()?.to_vec1()?;
    for (name, cloud) in clouds {
        if !matches!(*cloud.dims(), [count, size] if count == classes.len() && size >= 2) {
            return Err(Error::Invalid(format!(
                "point_clouds: \"{name}\" is {:?}; for {} classes it must be ({}, 2), or have more than 2 values in each \
                 row",
                cloud.shape(),
                classes.len(),
                classes.len()
            )));
        }
    }
    let count = u32::try_from(clouds.len()).map_err(failed)?;
    if count == 0 {
        return Err(Error::Invalid(
            "point_clouds: there is nothing to draw: give at least one cloud".to_owned(),
        ));
    }
    let (columns, rows) = (count.min(IN_A_ROW), count.div_ceil(IN_A_ROW));
    let description = format!("{} points each: {}", classes.len(), names(clouds));
    draw(columns * SIDE, rows * SIDE, description, |area| {
        let panels = area.split_evenly((rows as usize, columns as usize));
        for ((name, cloud), panel) in clouds.iter().zip(&panels) {
            let points: Vec<Vec<f64>> = cloud.to_dtype(DType::F64)?.to_vec2()?;
            let points = match cloud.dim(1)? {
                2 => points,
                _ => two_components(&points),
            };
            let panel = below_title(panel, name, 13)?;
            let along = |axis: usize| range(points.iter().map(|point| point[axis]), 0.06);
            let mut chart = ChartBuilder::on(&panel)
                .margin(8 * SCALE)
                .build_cartesian_2d(along(0), along(1))
                .map_err(failed)?;
            let mesh = &mut chart.configure_mesh();
            mesh.disable_mesh()
                .axis_style(GREY)
                .draw()
                .map_err(failed)?;
            let colours = [BLUE, ORANGE, GREEN, PURPLE];
            let dots = points.iter().zip(&classes).map(|(point, class)| {
                let colour = colours[*class as usize % colours.len()];
                Circle::new(
                    (point[0], point[1]),
                    2 * SCALE as i32,
                    colour.mix(0.8).filled(),
                )
            });
            chart.draw_series(dots).map_err(failed)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn each_cloud_has_a_panel_and_a_cloud_of_another_size_is_refused() {
        let classes = Tensor::new(&[0u32, 1, 0], &Device::Cpu).unwrap();
        let points = Tensor::new(&[[0f32, 0.], [1., f32::NAN], [2., 3.]], &Device::Cpu).unwrap();
        let deep = Tensor::ones((3, 5), DType::F32, &Device::Cpu).unwrap();
        let clouds = [
            ("a", &points),
            ("b", &points),
            ("c", &points),
            ("deep", &deep),
        ];
        let figure = point_clouds(&clouds, &classes).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        assert_eq!(pixels.dimensions(), (3 * SIDE * SCALE, 2 * SIDE * SCALE));
        let flat = points.flatten_all().unwrap();
        let error = point_clouds(&[("flat", &flat)], &classes)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("\"flat\" is [6]") && error.contains("(3, 2)"),
            "{error}"
        );
    }
}
