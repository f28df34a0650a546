//! Which class was predicted for which.

use super::Figure;
use super::canvas::{BLUE, GREY, ORANGE, SCALE, draw, failed, fitted, font, tint};
use crate::metrics::ConfusionMatrix;
use crate::{Error, Result};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Display;

/// CSS pixels of a field that holds a count, and of one that holds its share of the row, too.
const FIELD: u32 = 44;
const WIDE_FIELD: u32 = 64;
/// With more classes, shares would be more numbers than anybody reads; the colour tells them.
const MOST_WITH_SHARES: usize = 4;
/// CSS pixels of the space for the rates of two classes at the right and at the bottom.
const RIGHT: u32 = 84;
const BOTTOM: u32 = 36;
/// CSS pixels of the space for names at the left and at the top.
const LEFT: u32 = 90;
const TOP: u32 = 48;
const MARGIN: u32 = 10;
/// With more classes the numbers would be too small to read.
const MOST: usize = 20;

/// Draws a confusion matrix: a row for each true class, a column for each predicted one, and in each field how many images it
/// counts. The colour is the share of the row, blue where the prediction is right, orange where it is wrong; up to four classes
/// leave room for it as a number. `names` has a name for each class, anything that can be shown: `0..10` numbers ten classes.
///
/// For two classes, of which 1 is the positive one, specificity and sensitivity stand beside the rows, and the negative and the
/// positive predictive value (NPV and PPV) below the columns. A dash is a rate that no image gives.
///
/// ```
/// use eosin::prelude::*;
/// let matrix = metrics::ConfusionMatrix::from_classes(2, &[0, 0, 1, 1], &[0, 1, 1, 1])?;
/// plot::confusion_matrix(&matrix, ["healthy", "ill"])?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there are not as many names as classes, or more than 20 classes.
pub fn confusion_matrix(
    matrix: &ConfusionMatrix,
    names: impl IntoIterator<Item = impl Display>,
) -> Result<Figure> {
    let names = names.into_iter().take(MOST + 1);
    draw_matrix(
        matrix,
        &names.map(|name| name.to_string()).collect::<Vec<_>>(),
    )
}

fn draw_matrix(matrix: &ConfusionMatrix, names: &[String]) -> Result<Figure> {
    let counts = matrix.counts();
    let classes = counts.len();
    if classes > MOST || names.len() != classes {
        return Err(Error::Invalid(format!(
            "confusion_matrix: {classes} classes and {} names: there must be a name for each class, as in `0..{classes}`, and \
             at most {MOST} classes",
            names.len()
        )));
    }
    let with_shares = classes <= MOST_WITH_SHARES;
    let field = if with_shares { WIDE_FIELD } else { FIELD };
    let side = classes as u32 * field;
    let mut description = format!(
        "confusion matrix of {classes} classes, accuracy {:.4}",
        matrix.accuracy()
    );
    let (mut width, mut height) = (LEFT + side + MARGIN, TOP + side + MARGIN);
    let mut rates = Vec::new();
    if classes == 2 {
        let counts = matrix.one_against_rest(1)?;
        let (right, below) = (LEFT + side + RIGHT / 2, TOP + side + BOTTOM / 2);
        let middle = |class: u32| class * field + field / 2;
        rates = vec![
            (
                "specificity",
                counts.specificity(),
                (right, TOP + middle(0)),
            ),
            (
                "sensitivity",
                counts.sensitivity(),
                (right, TOP + middle(1)),
            ),
            (
                "NPV",
                counts.negative_predictive_value(),
                (LEFT + middle(0), below),
            ),
            (
                "PPV",
                counts.positive_predictive_value(),
                (LEFT + middle(1), below),
            ),
        ];
        for (name, rate, _) in &rates {
            description += &format!(", {name} {}", percent(*rate));
        }
        (width, height) = (width + RIGHT, height + BOTTOM);
    }
    draw(width, height, description, |area| {
        let write = |text: &str, size: u32, width: u32, (x, y): (u32, u32), at: HPos| {
            let (text, style) = fitted(text, size, width)?;
            let style = style.pos(Pos::new(at, VPos::Center));
            let place = ((x * SCALE) as i32, (y * SCALE) as i32);
            area.draw(&Text::new(text, place, style)).map_err(failed)
        };
        let write_both = |above: &str, below: &str, width: u32, (x, y): (u32, u32)| {
            write(above, 13, width, (x, y - 8), HPos::Center)?;
            write(below, 12, width, (x, y + 9), HPos::Center)
        };
        write("predicted", 13, side, (LEFT + side / 2, 14), HPos::Center)?;
        let truth = Text::new(
            "true",
            ((MARGIN * SCALE) as i32, (28 * SCALE) as i32),
            font(13),
        );
        area.draw(&truth).map_err(failed)?;
        for ((class, row), name) in (0..).zip(counts).zip(names) {
            let middle = class * field + field / 2;
            write(name, 13, field - 4, (LEFT + middle, 36), HPos::Center)?;
            write(name, 13, LEFT - 16, (LEFT - 8, TOP + middle), HPos::Right)?;
            let all: usize = row.iter().sum();
            for (predicted, &count) in (0..).zip(row) {
                let (x, y) = (LEFT + predicted * field, TOP + class * field);
                let corners = [(x, y), (x + field, y + field)]
                    .map(|(x, y)| ((x * SCALE) as i32, (y * SCALE) as i32));
                let share = count as f64 / all.max(1) as f64;
                let fill = colour(share, predicted == class).filled();
                area.draw(&Rectangle::new(corners, fill)).map_err(failed)?;
                let frame = GREY.mix(0.5).stroke_width(SCALE);
                area.draw(&Rectangle::new(corners, frame)).map_err(failed)?;
                let (place, count_text) = ((x + field / 2, y + field / 2), count.to_string());
                match (count, with_shares) {
                    (0, _) => {}
                    (_, true) => write_both(&count_text, &percent(share), field - 4, place)?,
                    (_, false) => write(&count_text, 13, field - 4, place, HPos::Center)?,
                }
            }
        }
        for (name, rate, place) in &rates {
            write_both(name, &percent(*rate), RIGHT - 8, *place)?;
        }
        Ok(())
    })
}

/// A dash for a rate that no image gives.
fn percent(share: f64) -> String {
    match share.is_nan() {
        true => "–".to_owned(),
        false => format!("{:.1} %", share * 100.0),
    }
}

/// Stays light enough for black text; a mistake can be seen although it is one of few.
fn colour(share: f64, is_right: bool) -> RGBColor {
    const STRONGEST: f64 = 0.6;
    let (ground, strength) = match is_right {
        true => (BLUE, share * STRONGEST),
        false => (ORANGE, share.sqrt() * STRONGEST),
    };
    tint(ground, strength)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_fields_are_blue_wrong_ones_orange_and_empty_ones_white() {
        let matrix = ConfusionMatrix::from_classes(3, &[0, 0, 1, 1], &[0, 0, 1, 2]).unwrap();
        let figure = confusion_matrix(&matrix, 0..3).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        assert_eq!(
            pixels.dimensions(),
            (
                (LEFT + 3 * WIDE_FIELD + MARGIN) * SCALE,
                (TOP + 3 * WIDE_FIELD + MARGIN) * SCALE
            )
        );
        let corner = |row: u32, column: u32| {
            let at = |field: u32, start: u32| (start + field * WIDE_FIELD + 4) * SCALE;
            let [red, green, blue] = pixels.get_pixel(at(column, LEFT), at(row, TOP)).0;
            RGBColor(red, green, blue)
        };
        assert_eq!(corner(0, 0), colour(1.0, true));
        assert_eq!(corner(1, 2), colour(0.5, false));
        assert_eq!(corner(2, 2), WHITE);
        assert!(format!("{figure:?}").contains("accuracy 0.75"));
    }

    #[test]
    fn two_classes_come_with_their_rates() {
        let (truth, predicted) = ([0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 0]);
        let matrix = ConfusionMatrix::from_classes(2, &truth, &predicted).unwrap();
        let figure = confusion_matrix(&matrix, ["healthy", "ill"]).unwrap();
        let description = format!("{figure:?}");
        let rates = "specificity 50.0 %, sensitivity 75.0 %, NPV 50.0 %, PPV 75.0 %";
        assert!(description.ends_with(rates), "{description}");
        let nobody_ill = ConfusionMatrix::from_classes(2, &[0], &[0]).unwrap();
        let figure = confusion_matrix(&nobody_ill, ["healthy", "ill"]).unwrap();
        assert!(format!("{figure:?}").contains("sensitivity –"));
    }

    #[test]
    fn names_must_fit_the_classes() {
        let matrix = ConfusionMatrix::from_classes(2, &[0], &[1]).unwrap();
        let error = confusion_matrix(&matrix, ["one"]).unwrap_err().to_string();
        assert!(error.contains("2 classes and 1 names"), "{error}");
        let large = ConfusionMatrix::from_classes(21, &[0], &[1]).unwrap();
        assert!(confusion_matrix(&large, 0..21).is_err());
    }
}
