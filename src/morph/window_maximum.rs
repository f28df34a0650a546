//! The highest pixel nearby.

/// For each pixel, the highest one that is at most `reach` rows and `reach` columns away.
pub(super) fn window_maximum(width: usize, pixels: &[f32], reach: usize) -> Vec<f32> {
    let mut highest = pixels.to_vec();
    if highest.is_empty() {
        return highest;
    }
    for row in highest.chunks_mut(width) {
        spread(row, 1, reach);
    }
    spread(&mut highest, width, reach);
    highest
}

/// Along lines whose elements are `stride` apart. What an element covers doubles with each step, so that there are few steps.
fn spread(elements: &mut [f32], stride: usize, reach: usize) {
    let reach = reach.min(elements.len() / stride);
    let mut covered = 0;
    while covered < reach {
        let step = (covered + 1).min(reach - covered);
        let offset = step * stride;
        // First what follows: an element takes in one that has not taken in anything in this step.
        for place in offset..elements.len() {
            elements[place - offset] = elements[place - offset].max(elements[place]);
        }
        covered += step;
    }
    covered = 0;
    while covered < reach {
        let step = (covered + 1).min(reach - covered);
        let offset = step * stride;
        for place in (offset..elements.len()).rev() {
            elements[place] = elements[place].max(elements[place - offset]);
        }
        covered += step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_maximum_is_that_of_looking_at_every_pixel(
            height in 0usize..8, width in 0usize..8, reach in 0usize..10, pixels in prop::collection::vec(0u8..90, 64),
        ) {
            let pixels: Vec<f32> = pixels[..height * width].iter().map(|&pixel| pixel.into()).collect();
            let near = |one: usize, other: usize| {
                (one / width).abs_diff(other / width) <= reach && (one % width).abs_diff(other % width) <= reach
            };
            let highest = |one: usize| {
                let near = (0..pixels.len()).filter(|&other| near(one, other));
                near.map(|other| pixels[other]).fold(f32::NEG_INFINITY, f32::max)
            };
            let wanted: Vec<f32> = (0..pixels.len()).map(highest).collect();
            prop_assert_eq!(window_maximum(width, &pixels, reach), wanted);
        }
    }
}
