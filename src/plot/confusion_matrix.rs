//! What was taken for what.

use super::Figure;
use super::canvas::{BLUE, GREY, ORANGE, SCALE, draw, failed, fitted, font};
use crate::metrics::ConfusionMatrix;
use crate::{Error, Result};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// CSS pixels of a field, and of the room for names at the left and above.
const FIELD: u32 = 44;
const LEFT: u32 = 90;
const TOP: u32 = 48;
const MARGIN: u32 = 10;
/// With more classes the numbers are not readable.
const MOST: usize = 20;

/// Draws a confusion matrix: a row for each true class, a column for each predicted one, in each field how many images. The colour
/// is the share of the row, blue where the prediction is right, orange where it is wrong. A name for each class, or none: then
/// they are numbered.
///
/// ```
/// use eosin::prelude::*;
/// let matrix = metrics::ConfusionMatrix::from_classes(2, &[0, 0, 1, 1], &[0, 1, 1, 1])?;
/// plot::confusion_matrix(&matrix, &["healthy", "ill"])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there are not as many names as classes, or more than 20 classes.
pub fn confusion_matrix(matrix: &ConfusionMatrix, names: &[&str]) -> Result<Figure> {
    let counts = matrix.counts();
    let classes = counts.len();
    if classes > MOST || !names.is_empty() && names.len() != classes {
        return Err(Error::Invalid(format!(
            "confusion_matrix: {classes} classes and {} names: there must be a name for each class, or none, and at most \
             {MOST} classes",
            names.len()
        )));
    }
    let name = |class: usize| match names.get(class) {
        Some(name) => (*name).to_owned(),
        None => class.to_string(),
    };
    let side = classes as u32 * FIELD;
    let description = format!(
        "confusion matrix of {classes} classes, accuracy {:.4}",
        matrix.accuracy()
    );
    let (width, height) = (LEFT + side + MARGIN, TOP + side + MARGIN);
    draw(width, height, description, |area| {
        let write = |text: &str, size: u32, room: u32, (x, y): (u32, u32), at: HPos| {
            let (text, style) = fitted(text, size, room)?;
            let style = style.pos(Pos::new(at, VPos::Center));
            let place = ((x * SCALE) as i32, (y * SCALE) as i32);
            area.draw(&Text::new(text, place, style)).map_err(failed)
        };
        write("predicted", 13, side, (LEFT + side / 2, 14), HPos::Center)?;
        let truth = Text::new(
            "true",
            ((MARGIN * SCALE) as i32, (28 * SCALE) as i32),
            font(13),
        );
        area.draw(&truth).map_err(failed)?;
        for (class, row) in (0..).zip(counts) {
            let middle = class * FIELD + FIELD / 2;
            let own = name(class as usize);
            write(&own, 13, FIELD - 4, (LEFT + middle, 36), HPos::Center)?;
            write(&own, 13, LEFT - 16, (LEFT - 8, TOP + middle), HPos::Right)?;
            let all: usize = row.iter().sum();
            for (predicted, &count) in (0..).zip(row) {
                let (x, y) = (LEFT + predicted * FIELD, TOP + class * FIELD);
                let corners = [(x, y), (x + FIELD, y + FIELD)]
                    .map(|(x, y)| ((x * SCALE) as i32, (y * SCALE) as i32));
                let share = count as f64 / all.max(1) as f64;
                let fill = colour(share, predicted == class).filled();
                area.draw(&Rectangle::new(corners, fill)).map_err(failed)?;
                let frame = GREY.mix(0.5).stroke_width(SCALE);
                area.draw(&Rectangle::new(corners, frame)).map_err(failed)?;
                if count > 0 {
                    let place = (x + FIELD / 2, y + FIELD / 2);
                    write(&count.to_string(), 13, FIELD - 4, place, HPos::Center)?;
                }
            }
        }
        Ok(())
    })
}

/// Light enough for black text; a mistake is seen although it is one of few.
fn colour(share: f64, is_right: bool) -> RGBColor {
    const STRONGEST: f64 = 0.6;
    let (ground, strength) = match is_right {
        true => (BLUE, share * STRONGEST),
        false => (ORANGE, share.sqrt() * STRONGEST),
    };
    let mixed = |part: u8| (255.0 - strength * f64::from(255 - part)).round() as u8;
    RGBColor(mixed(ground.0), mixed(ground.1), mixed(ground.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_fields_are_blue_wrong_ones_orange_and_empty_ones_white() {
        let matrix = ConfusionMatrix::from_classes(3, &[0, 0, 1, 1], &[0, 0, 1, 2]).unwrap();
        let figure = confusion_matrix(&matrix, &[]).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        assert_eq!(
            pixels.dimensions(),
            (
                (LEFT + 3 * FIELD + MARGIN) * SCALE,
                (TOP + 3 * FIELD + MARGIN) * SCALE
            )
        );
        let corner = |row: u32, column: u32| {
            let at = |field: u32, start: u32| (start + field * FIELD + 4) * SCALE;
            let [red, green, blue] = pixels.get_pixel(at(column, LEFT), at(row, TOP)).0;
            RGBColor(red, green, blue)
        };
        assert_eq!(corner(0, 0), colour(1.0, true));
        assert_eq!(corner(1, 2), colour(0.5, false));
        assert_eq!(corner(2, 2), WHITE);
        assert!(format!("{figure:?}").contains("accuracy 0.75"));
    }

    #[test]
    fn names_must_fit_the_classes() {
        let matrix = ConfusionMatrix::from_classes(2, &[0], &[1]).unwrap();
        let error = confusion_matrix(&matrix, &["one"]).unwrap_err().to_string();
        assert!(error.contains("2 classes and 1 names"), "{error}");
        let large = ConfusionMatrix::from_classes(21, &[0], &[1]).unwrap();
        assert!(confusion_matrix(&large, &[]).is_err());
    }
}
