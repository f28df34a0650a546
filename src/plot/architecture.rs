//! A network as a row of boxes.

use super::Figure;
use super::canvas::{
    Area, BLUE, GREEN, GREY, ORANGE, PURPLE, SCALE, draw, failed, font, text_width, tint,
};
use crate::nn::{LayerKind, Source, Summary, SummaryStep};
use crate::{Error, Result};
use candle_core::Shape;
use plotters::prelude::*;
use plotters::style::FontTransform;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::collections::BTreeSet;

/// CSS pixels: between labels, between boxes with upright labels, around the picture, from one arc to the next, and of a line of
/// text.
const GAP: u32 = 12;
const UPRIGHT_GAP: u32 = 16;
const MARGIN: u32 = 14;
const ARC: u32 = 14;
const LINE: u32 = 16;
const TEXT: u32 = 12;
/// Labels stand upright where the picture would become wider than this.
const WIDTH: u32 = 1040;
/// More boxes are too small to read.
const MOST: usize = 100;

/// A layer that computes, or the input.
struct Layer {
    colour: RGBColor,
    /// Its kind, and the shape of its output without the batch.
    label: [String; 2],
    channels: usize,
    side: usize,
    /// The boxes that its input was computed from.
    sources: BTreeSet<usize>,
}

/// Where a box is drawn.
struct Place {
    centre: i32,
    width: i32,
    height: i32,
}

/// Draws what a summary knows of a model: from left to right a box for the input and for each convolution, pooling and fully connected
/// layer, with its kind and the shape of its output. A box is the wider the more channels, and the higher the larger the feature maps
/// (both by their logarithm). Arrows lead from layer to layer, and arcs above where a skip connection returns. Activations,
/// normalisation and dropout belong to the box before them. *Joined* are outputs that are added up or concatenated at the end of a
/// residual block.
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let figure = plot::architecture(&nn::summary(&model, (1, 1, 28, 28))?)?;
/// assert!(format!("{figure:?}").contains("Conv2d 5x5, 32 x 28 x 28"));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the model has no layer that computes, or more than a hundred.
pub fn architecture(summary: &Summary) -> Result<Figure> {
    let layers = layers(summary);
    if !(2..=MOST).contains(&layers.len()) {
        return Err(Error::Invalid(format!(
            "architecture: the model ran {} layers that compute; 1 to {} can be drawn: draw a part of a larger model",
            layers.len() - 1,
            MOST - 1
        )));
    }
    let widths: Vec<u32> = (layers.iter())
        .map(|layer| {
            let [kind, shape] = &layer.label;
            Ok(text_width(kind, TEXT)?.max(text_width(shape, TEXT)?))
        })
        .collect::<Result<_>>()?;
    let is_upright = widths.iter().map(|width| width + GAP).sum::<u32>() + 2 * MARGIN > WIDTH;

    let (unit, gap) = match is_upright {
        true => (3.0, UPRIGHT_GAP),
        false => (5.0, GAP),
    };
    let mut left = MARGIN;
    let mut places = Vec::new();
    for (layer, label) in layers.iter().zip(&widths) {
        let width = (4.0 + unit * (layer.channels as f64).log2()) as u32;
        let slot = match is_upright {
            true => width.max(LINE),
            false => width.max(*label),
        };
        places.push(Place {
            centre: (left + slot / 2) as i32,
            width: width as i32,
            height: (12.0 + 16.0 * (layer.side as f64).log2()) as i32,
        });
        left += slot + gap;
    }
    let arcs = arcs(&layers);
    let highest = places.iter().map(|place| place.height).max().unwrap_or(0);
    let levels = arcs.iter().map(|arc| arc.level + 1).max().unwrap_or(0);
    let top = (MARGIN + levels * ARC) as i32;
    let (middle, bottom) = (top + highest / 2, top + highest + GAP as i32 / 2);
    let labels = match is_upright {
        true => upright_height(&layers)?,
        false => 2 * LINE,
    };
    let size = (left - gap + MARGIN, bottom as u32 + labels + MARGIN);
    draw(size.0, size.1, described(&layers), |area| {
        for arc in &arcs {
            draw_arc(area, arc, &places, (top, middle))?;
        }
        for (number, (layer, place)) in layers.iter().zip(&places).enumerate() {
            if let Some(before) = number.checked_sub(1)
                && layer.sources.contains(&before)
            {
                let from = places[before].centre + places[before].width / 2;
                let to = place.centre - place.width / 2;
                draw_arrow(area, &[(from + 2, middle), (to - 2, middle)])?;
            }
            draw_box(area, layer.colour, place, middle)?;
            draw_label(area, layer, place.centre, bottom, is_upright)?;
        }
        Ok(())
    })
}

/// The input, then a box for each step that computes.
fn layers(summary: &Summary) -> Vec<Layer> {
    let mut layers = vec![Layer::new(GREY, "input".to_owned(), &summary.input)];
    // The boxes that hold the output of each step.
    let mut boxes: Vec<BTreeSet<usize>> = Vec::new();
    for step in &summary.steps {
        let sources = step.sources.iter().flat_map(|source| match source {
            Source::Input => BTreeSet::from([0]),
            Source::Step(number) => boxes[*number].clone(),
        });
        let sources = sources.collect();
        boxes.push(match drawn(summary, step) {
            Some(layer) => {
                layers.push(Layer { sources, ..layer });
                BTreeSet::from([layers.len() - 1])
            }
            None => sources,
        });
    }
    layers
}

/// The box of a step, unless it belongs to the box before.
fn drawn(summary: &Summary, step: &SummaryStep) -> Option<Layer> {
    let described = &summary.rows[step.row].layer;
    let name = described.split('(').next().unwrap_or(described);
    let (colour, window) = match step.kind {
        LayerKind::Convolution(window) => (BLUE, Some(window)),
        LayerKind::TransposedConvolution(window) => (PURPLE, Some(window)),
        LayerKind::Pooling(window) => (ORANGE, Some(window)),
        LayerKind::AdaptivePooling => (ORANGE, None),
        LayerKind::Linear => (GREEN, None),
        LayerKind::Join => return Some(Layer::new(GREY, "joined".to_owned(), &step.output)),
        LayerKind::Normalization | LayerKind::Elementwise => return None,
    };
    let kernel = window.map(|window| format!(" {}x{}", window.kernel.0, window.kernel.1));
    let label = format!("{name}{}", kernel.unwrap_or_default());
    Some(Layer::new(colour, label, &step.output))
}

impl Layer {
    fn new(colour: RGBColor, kind: String, output: &Shape) -> Self {
        let sizes = output.dims().get(1..).unwrap_or_default();
        let shape: Vec<String> = sizes.iter().map(ToString::to_string).collect();
        Layer {
            colour,
            label: [kind, shape.join(" x ")],
            channels: sizes.first().copied().unwrap_or(1).max(1),
            side: sizes.iter().skip(1).copied().max().unwrap_or(1).max(1),
            sources: BTreeSet::new(),
        }
    }
}

/// A connection that passes over boxes, in CSS pixels `level` steps above them.
struct Arc {
    from: usize,
    to: usize,
    level: u32,
}

/// Shorter arcs are below longer ones.
fn arcs(layers: &[Layer]) -> Vec<Arc> {
    let mut spans: Vec<(usize, usize)> = (layers.iter().enumerate())
        .flat_map(|(to, layer)| layer.sources.iter().map(move |&from| (from, to)))
        .filter(|(from, to)| to - from > 1)
        .collect();
    spans.sort_by_key(|(from, to)| to - from);
    let mut arcs: Vec<Arc> = Vec::new();
    for (from, to) in spans {
        let below = arcs.iter().filter(|arc| arc.from < to && from < arc.to);
        let level = below.map(|arc| arc.level + 1).max().unwrap_or(0);
        arcs.push(Arc { from, to, level });
    }
    arcs
}

fn described(layers: &[Layer]) -> String {
    let boxes = layers.iter().map(|layer| layer.label.join(", "));
    let mut text = boxes.collect::<Vec<_>>().join(" -> ");
    for Arc { from, to, .. } in arcs(layers) {
        let [from, to] = [from, to].map(|number| layers[number].label.join(", "));
        text.push_str(&format!("; from {from} also to {to}"));
    }
    text
}

fn scaled((x, y): (i32, i32)) -> (i32, i32) {
    (x * SCALE as i32, y * SCALE as i32)
}

/// A line with a head at its end.
fn draw_arrow(area: &Area, points: &[(i32, i32)]) -> Result<()> {
    let &[.., (before_x, before_y), (x, y)] = points else {
        return Ok(());
    };
    let path: Vec<_> = points.iter().copied().map(scaled).collect();
    area.draw(&PathElement::new(path, GREY.stroke_width(SCALE)))
        .map_err(failed)?;
    let (dx, dy) = ((x - before_x).signum(), (y - before_y).signum());
    let back = (x - 5 * dx, y - 5 * dy);
    let head = [
        (x, y),
        (back.0 + 3 * dy, back.1 + 3 * dx),
        (back.0 - 3 * dy, back.1 - 3 * dx),
    ];
    let head = Polygon::new(head.map(scaled), GREY.filled());
    area.draw(&head).map_err(failed)
}

fn draw_arc(area: &Area, arc: &Arc, places: &[Place], (top, middle): (i32, i32)) -> Result<()> {
    let y = top - ((arc.level + 1) * ARC) as i32;
    let above = |place: &Place| middle - place.height / 2 - 2;
    let (from, to) = (&places[arc.from], &places[arc.to]);
    // A box may have an arc that ends there and one that begins.
    let (start, end) = (from.centre + 3, to.centre - 3);
    let points = [(start, above(from)), (start, y), (end, y), (end, above(to))];
    draw_arrow(area, &points)
}

fn draw_box(area: &Area, colour: RGBColor, place: &Place, middle: i32) -> Result<()> {
    let (left, top) = (place.centre - place.width / 2, middle - place.height / 2);
    let corners = [(left, top), (left + place.width, top + place.height)].map(scaled);
    area.draw(&Rectangle::new(corners, tint(colour, 0.35).filled()))
        .map_err(failed)?;
    area.draw(&Rectangle::new(corners, colour.stroke_width(SCALE)))
        .map_err(failed)
}

/// Both parts of an upright label in one line.
fn upright(layer: &Layer) -> String {
    layer.label.join("  ")
}

fn upright_height(layers: &[Layer]) -> Result<u32> {
    let widths = layers.iter().map(|layer| text_width(&upright(layer), TEXT));
    let widths = widths.collect::<Result<Vec<_>>>()?;
    Ok(widths.into_iter().max().unwrap_or(0))
}

fn draw_label(area: &Area, layer: &Layer, x: i32, top: i32, is_upright: bool) -> Result<()> {
    let write = |text: String, y: i32, style: TextStyle<'static>| {
        area.draw(&Text::new(text, scaled((x, y)), style))
            .map_err(failed)
    };
    if is_upright {
        let style = font(TEXT).transform(FontTransform::Rotate270);
        let style = style.pos(Pos::new(HPos::Right, VPos::Center));
        return write(upright(layer), top, style);
    }
    let style = font(TEXT).pos(Pos::new(HPos::Center, VPos::Top));
    let [kind, shape] = layer.label.clone();
    write(kind, top, style.clone())?;
    write(shape, top + LINE as i32, style.color(&GREY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{self, Flatten, MnistModel, ResNet18, SmallUNet, UNet, summary};
    use candle_core::Device;

    #[test]
    fn each_layer_that_computes_has_a_box_and_each_skip_connection_an_arc() -> Result<()> {
        let cpu = &Device::Cpu;
        let mnist = summary(&MnistModel::new(1, cpu)?, (1, 1, 28, 28))?;
        let labels = layers(&mnist)
            .into_iter()
            .map(|layer| layer.label[0].clone());
        let expected = [
            "input",
            "Conv2d 5x5",
            "MaxPool2d 2x2",
            "Conv2d 5x5",
            "MaxPool2d 2x2",
            "Linear",
            "Linear",
        ];
        assert_eq!(labels.collect::<Vec<_>>(), expected);
        let figure = architecture(&mnist)?;
        assert!(!format!("{figure:?}").contains("also"), "{figure:?}");

        let ends = |summary: &Summary| {
            let arcs = arcs(&layers(summary)).into_iter();
            arcs.map(|arc| (arc.from, arc.to, arc.level))
                .collect::<Vec<_>>()
        };
        let small = summary(&SmallUNet::new(1, 2, 1, cpu)?, (1, 1, 64, 64))?;
        assert_eq!(ends(&small), [(3, 9, 0)]);
        // After the stem, a block of two convolutions: the second box returns where both meet.
        let resnet = summary(&ResNet18::small(1, 2, 1, cpu)?, (1, 1, 28, 28))?;
        let arcs = ends(&resnet);
        assert!(
            arcs.contains(&(1, 4, 0)) && arcs.contains(&(4, 7, 0)),
            "{arcs:?}"
        );
        let unet = summary(&UNet::new(1, cpu)?, (1, 3, 64, 64))?;
        assert_eq!(
            ends(&unet),
            [(11, 16, 0), (8, 19, 1), (5, 22, 2), (2, 25, 3)]
        );
        Ok(())
    }

    #[test]
    fn what_has_no_layer_to_draw_is_refused() -> Result<()> {
        let model = nn::sequential![Flatten];
        let message = architecture(&summary(&model, (1, 2))?)
            .unwrap_err()
            .to_string();
        assert!(message.contains("ran 0 layers"), "{message}");
        Ok(())
    }
}
