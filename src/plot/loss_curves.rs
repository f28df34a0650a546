//! Losses and metrics over the epochs.

use super::Figure;
use super::canvas::{
    BLUE, GREEN, GREY, ORANGE, PURPLE, SCALE, below_title, draw, draw_legend, failed, font, line,
};
use crate::Result;
use crate::train::History;
use plotters::coord::Shift;
use plotters::prelude::*;

pub(super) const WIDTH: u32 = 720;
pub(super) const HEIGHT: u32 = 320;
/// More batches than this are thinned out: more points than pixels show nothing more.
const MOST_POINTS: usize = 1000;

type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A named line.
struct Line {
    name: String,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
}

/// Training and validation loss at the left, metrics (if there are any) at the right.
///
/// ```
/// use eosin::{plot, train::History};
/// let figure = plot::loss_curves(&History::default())?;
/// assert!(format!("{figure:?}").contains("no epoch"));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the picture cannot be drawn.
pub fn loss_curves(history: &History) -> Result<Figure> {
    let epochs = history.epochs.len().max(1);
    draw_history(history, epochs, None, &summary(history))
}

/// A run in one line of words.
pub(super) fn summary(history: &History) -> String {
    let Some(last) = history.epochs.last() else {
        return format!(
            "no epoch finished yet, {} batches",
            history.batch_losses.len()
        );
    };
    let mut words = format!("epoch {}: training loss {:.4}", last.epoch, last.train_loss);
    if let Some(loss) = last.valid_loss {
        words.push_str(&format!(", validation loss {loss:.4}"));
    }
    for (name, value) in &last.metrics {
        words.push_str(&format!(", {name} {value:.4}"));
    }
    words
}

/// The curves of a run that may still go on: `epochs` of it on the axis, `batches` to an epoch when batches are drawn.
pub(super) fn draw_history(
    history: &History,
    epochs: usize,
    batches: Option<usize>,
    title: &str,
) -> Result<Figure> {
    let losses = loss_lines(history);
    let metrics = metric_lines(history);
    let faint = batches
        .map(|batches| batch_line(history, batches))
        .unwrap_or_default();
    draw(WIDTH, HEIGHT, title.to_owned(), |area| {
        let area = below_title(area, title, 15)?;
        if metrics.is_empty() {
            return panel(&area, "loss", epochs, &losses, &faint, false);
        }
        let (left, right) = area.split_horizontally(((WIDTH * SCALE) / 2) as i32);
        panel(&left, "loss", epochs, &losses, &faint, false)?;
        panel(&right, "metric (validation)", epochs, &metrics, &[], true)
    })
}

fn loss_lines(history: &History) -> Vec<Line> {
    let of = |value: &dyn Fn(&crate::train::Epoch) -> Option<f64>| -> Vec<(f64, f64)> {
        history
            .epochs
            .iter()
            .filter_map(|epoch| Some((epoch.epoch as f64, value(epoch)?)))
            .collect()
    };
    let mut lines = vec![Line {
        name: "training".to_owned(),
        colour: BLUE,
        points: of(&|epoch| Some(epoch.train_loss)),
    }];
    let valid = of(&|epoch| epoch.valid_loss);
    if !valid.is_empty() {
        lines.push(Line {
            name: "validation".to_owned(),
            colour: ORANGE,
            points: valid,
        });
    }
    lines
}

fn metric_lines(history: &History) -> Vec<Line> {
    let Some(first) = history.epochs.first() else {
        return Vec::new();
    };
    let colours = [GREEN, PURPLE, ORANGE, BLUE];
    first
        .metrics
        .iter()
        .enumerate()
        .map(|(index, (name, _))| Line {
            name: name.clone(),
            colour: colours[index % colours.len()],
            points: history
                .epochs
                .iter()
                .filter_map(|epoch| Some((epoch.epoch as f64, epoch.metrics.get(index)?.1)))
                .collect(),
        })
        .collect()
}

/// Losses of single batches; the last batch of an epoch stands at the epoch's number.
fn batch_line(history: &History, batches: usize) -> Vec<(f64, f64)> {
    let every = history.batch_losses.len().div_ceil(MOST_POINTS).max(1);
    let place = |index: usize| (index + 1) as f64 / batches.max(1) as f64;
    history
        .batch_losses
        .iter()
        .enumerate()
        .step_by(every)
        .map(|(index, &loss)| (place(index), loss))
        .collect()
}

/// The range of all finite values, with room to breathe; for scores from 0 to 1 that whole range.
fn range<'a>(points: impl Iterator<Item = &'a (f64, f64)>, are_scores: bool) -> (f64, f64) {
    let (low, high) = points
        .map(|(_, value)| *value)
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    if low > high || are_scores && low >= 0.0 && high <= 1.0 {
        return (0.0, 1.0);
    }
    let margin = ((high - low) * 0.08).max(high.abs() * 0.02).max(1e-6);
    (
        if low >= 0.0 {
            (low - margin).max(0.0)
        } else {
            low - margin
        },
        high + margin,
    )
}

fn panel(
    area: &Area,
    title: &str,
    epochs: usize,
    lines: &[Line],
    faint: &[(f64, f64)],
    are_scores: bool,
) -> Result<()> {
    let (low, high) = range(
        lines.iter().flat_map(|line| &line.points).chain(faint),
        are_scores,
    );
    let start = if faint.is_empty() && epochs > 1 {
        1.0
    } else {
        0.0
    };
    let mut chart = ChartBuilder::on(area)
        .margin(8 * SCALE)
        .x_label_area_size(34 * SCALE)
        .y_label_area_size(52 * SCALE)
        .build_cartesian_2d(start..epochs as f64 + 0.02, low..high)
        .map_err(failed)?;
    let decimals = if high - low < 0.1 { 3 } else { 2 };
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GREY.mix(0.25))
        .axis_style(GREY)
        .label_style(font(12))
        .axis_desc_style(font(13))
        .x_desc("epoch")
        .y_desc(title)
        .x_labels(epochs.min(10) + 1)
        .y_labels(6)
        .x_label_formatter(&|x| {
            if (x - x.round()).abs() < 1e-6 {
                format!("{x:.0}")
            } else {
                String::new()
            }
        })
        .y_label_formatter(&|y| format!("{y:.decimals$}"))
        .draw()
        .map_err(failed)?;
    chart
        .draw_series(line(faint, BLUE.mix(0.35).stroke_width(SCALE)))
        .map_err(failed)?;
    for Line {
        name,
        colour,
        points,
    } in lines
    {
        let style = colour.stroke_width(2 * SCALE);
        chart
            .draw_series(line(points, style))
            .map_err(failed)?
            .label(name.clone())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16 * SCALE as i32, y)], style));
        let dots = points
            .iter()
            .filter(|(_, value)| value.is_finite())
            .map(|&point| Circle::new(point, 3 * SCALE as i32, colour.filled()));
        chart.draw_series(dots).map_err(failed)?;
    }
    // Losses fall and scores rise: the corner that curves leave free.
    let corner = if are_scores {
        SeriesLabelPosition::LowerRight
    } else {
        SeriesLabelPosition::UpperRight
    };
    draw_legend(&mut chart, corner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Epoch;

    fn history(epochs: usize) -> History {
        let epochs = (1..=epochs).map(|epoch| Epoch {
            epoch,
            train_loss: 1.0 / epoch as f64,
            valid_loss: Some(1.1 / epoch as f64),
            metrics: vec![("dice".to_owned(), 1.0 - 0.5 / epoch as f64)],
            learning_rate: 1e-3,
            seconds: 1.0,
        });
        History {
            epochs: epochs.collect(),
            batch_losses: vec![0.5; 7],
            interrupted: false,
            best_epoch: Some(1),
        }
    }

    fn count(figure: &Figure, colour: RGBColor) -> usize {
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        assert_eq!(pixels.dimensions(), (WIDTH * SCALE, HEIGHT * SCALE));
        pixels
            .pixels()
            .filter(|pixel| pixel.0 == [colour.0, colour.1, colour.2])
            .count()
    }

    #[test]
    fn every_length_of_history_gives_a_picture_with_its_curves() {
        for epochs in [1, 2, 40] {
            let figure = loss_curves(&history(epochs)).unwrap();
            for colour in [BLUE, ORANGE, GREEN] {
                assert!(count(&figure, colour) > 50, "{epochs} epochs, {colour:?}");
            }
        }
        assert_eq!(count(&loss_curves(&History::default()).unwrap(), ORANGE), 0);
    }

    #[test]
    fn metrics_above_one_are_on_the_picture() {
        let mut large = history(3);
        for epoch in &mut large.epochs {
            epoch.metrics[0].1 *= 40.0;
        }
        let (low, high) = range(metric_lines(&large)[0].points.iter(), true);
        assert!(low < 20.0 && high > 100.0 / 3.0, "{low} {high}");
    }

    #[test]
    fn values_that_are_no_numbers_leave_gaps() {
        let mut broken = history(3);
        broken.epochs[1].train_loss = f64::NAN;
        broken.epochs[2].valid_loss = Some(f64::INFINITY);
        let gaps = count(&loss_curves(&broken).unwrap(), BLUE);
        assert!((50..count(&loss_curves(&history(3)).unwrap(), BLUE)).contains(&gaps));
    }
}
