//! What all figures share: a sharp white canvas, a built-in font, colours that everybody can tell apart.

use super::Figure;
use crate::{Error, Result};
use plotters::coord::types::RangedCoordf64;
use plotters::data::float::FloatPrettyPrinter;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

/// Pixels for each CSS pixel, so that text is sharp on today's screens.
pub const SCALE: u32 = 2;

/// Okabe and Ito's palette (2008), which colour-blind people can tell apart, too.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
pub const ORANGE: RGBColor = RGBColor(213, 94, 0);
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
pub const GREY: RGBColor = RGBColor(110, 110, 110);

/// The colour at a share `strength` of its full strength, over white.
pub fn tint(colour: RGBColor, strength: f64) -> RGBColor {
    let mixed = |part: u8| (255.0 - strength * f64::from(255 - part)).round() as u8;
    RGBColor(mixed(colour.0), mixed(colour.1), mixed(colour.2))
}

/// The error of anything that cannot be drawn.
pub fn failed(error: impl std::fmt::Display) -> Error {
    Error::Plot(error.to_string())
}

/// The system's fonts are not used: there may be none.
fn register_our_font() -> Result<()> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = *REGISTERED.get_or_init(|| {
        register_font(
            "sans-serif",
            FontStyle::Normal,
            epaint_default_fonts::UBUNTU_LIGHT,
        )
        .is_ok()
    });
    match registered {
        true => Ok(()),
        false => Err(failed("the built-in font cannot be read")),
    }
}

/// Text of `size` CSS pixels.
pub fn font(size: u32) -> TextStyle<'static> {
    ("sans-serif", (size * SCALE) as i32)
        .into_font()
        .color(&BLACK)
}

/// The width of a text of `size` CSS pixels, in CSS pixels.
pub fn text_width(text: &str, size: u32) -> Result<u32> {
    register_our_font()?;
    let font = ("sans-serif", f64::from(size * SCALE)).into_font();
    let (pixels, _) = font.box_size(text).map_err(failed)?;
    Ok(pixels.div_ceil(SCALE))
}

/// Text that fits into `width` CSS pixels: `size` of them high, smaller if it is long, and cut if it is longer.
pub fn fitted(text: &str, size: u32, width: u32) -> Result<(String, TextStyle<'static>)> {
    const SMALLEST: u32 = 10;
    let fits = |text: &str, size: u32| -> Result<bool> { Ok(text_width(text, size)? <= width) };
    for size in (SMALLEST..=size).rev() {
        if fits(text, size)? {
            return Ok((text.to_owned(), font(size)));
        }
    }
    let mut characters: Vec<char> = text.chars().collect();
    loop {
        characters.pop();
        let cut: String = characters.iter().chain(['…'].iter()).collect();
        if characters.is_empty() || fits(&cut, SMALLEST)? {
            return Ok((cut, font(SMALLEST)));
        }
    }
}

/// A number at an axis; a rounding error around 0 has no minus.
pub fn axis_number(number: f64) -> String {
    let printer = FloatPrettyPrinter {
        allow_scientific: false,
        min_decimal: 1,
        max_decimal: 5,
    };
    printer.print(if number.abs() < 1e-9 { 0.0 } else { number })
}

/// A line through points, with gaps where a value is not finite. Each piece is drawn by itself: joined thick pieces grow long
/// spikes at sharp turns.
pub fn line(
    points: &[(f64, f64)],
    style: ShapeStyle,
) -> impl Iterator<Item = PathElement<(f64, f64)>> {
    let are_finite = |piece: &&[(f64, f64)]| piece.iter().all(|(_, y)| y.is_finite());
    let pieces = points.windows(2).filter(are_finite);
    pieces.map(move |piece| PathElement::new(piece.to_vec(), style))
}

/// A chart with two axes of numbers.
pub type Chart<'a> =
    ChartContext<'a, BitMapBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A line's sample in the legend.
pub fn legend_line((x, y): (i32, i32), style: ShapeStyle) -> PathElement<(i32, i32)> {
    PathElement::new([(x, y), (x + 16 * SCALE as i32, y)], style)
}

/// Draws the legend of a chart's labelled lines.
pub fn draw_legend(chart: &mut Chart, position: SeriesLabelPosition) -> Result<()> {
    chart
        .configure_series_labels()
        .position(position)
        .margin(6 * SCALE)
        .legend_area_size(22 * SCALE)
        .background_style(WHITE.mix(0.85))
        .border_style(GREY.mix(0.4))
        .label_font(font(12))
        .draw()
        .map_err(failed)
}

pub type Area<'a> = DrawingArea<BitMapBackend<'a>, plotters::coord::Shift>;

/// What is left of an area below its title.
pub fn below_title<'a>(area: &Area<'a>, title: &str, size: u32) -> Result<Area<'a>> {
    const ABOVE: u32 = 4;
    let (width, _) = area.dim_in_pixel();
    let (title, style) = fitted(title, size, (width / SCALE).saturating_sub(16))?;
    area.margin(ABOVE * SCALE, 0, 0, 0)
        .titled(&title, style)
        .map_err(failed)
}

/// Draws on a white canvas of `width` x `height` CSS pixels.
pub fn draw(
    width: u32,
    height: u32,
    description: String,
    paint: impl FnOnce(&Area) -> Result<()>,
) -> Result<Figure> {
    register_our_font()?;
    let (pixels_wide, pixels_high) = (width * SCALE, height * SCALE);
    let mut pixels = vec![255; (pixels_wide * pixels_high * 3) as usize];
    {
        let area =
            BitMapBackend::with_buffer(&mut pixels, (pixels_wide, pixels_high)).into_drawing_area();
        area.fill(&WHITE).map_err(failed)?;
        paint(&area)?;
        area.present().map_err(failed)?;
    }
    let mut png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new_with_quality(
        &mut png,
        image::codecs::png::CompressionType::Fast,
        image::codecs::png::FilterType::Adaptive,
    );
    image::ImageEncoder::write_image(
        encoder,
        &pixels,
        pixels_wide,
        pixels_high,
        image::ExtendedColorType::Rgb8,
    )
    .map_err(failed)?;
    Ok(Figure::new(png, width, height, description))
}
