"""Plays with displays on a page of its own, without JupyterLab, a kernel or a network.

Usage: components_page.py CHROMIUM ADDRESS FOLDER
"""

import json
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright


def numbers(grids: Locator) -> list[float]:
    """Of the cells that show one, exactly."""
    found = grids.locator(".cell").evaluate_all("cells => cells.map(cell => cell.dataset.number)")
    return [float(number) for number in found if number != ""]


def compare(explorers: Locator, expected: list) -> None:
    for index, wanted in enumerate(expected):
        explorer = explorers.nth(index)
        if wanted is None:
            expect(explorer.locator(".equation"), f"case {index}").to_have_text("There is no output.")
            assert "= " in explorer.locator(".note.warning").inner_text(), f"case {index}: no formula"
            continue
        found = numbers(explorer.locator(".output"))
        assert len(found) == len(wanted), f"case {index}: {len(found)} numbers, not {len(wanted)}"
        for one, other in zip(found, wanted):
            assert abs(one - other) <= 1e-4 * (1 + abs(other)), f"case {index}: {one}, not {other}"


def play(page: Page, explorer: Locator, folder: str) -> None:
    """The image is 0 to 24 in five rows, the kernel nine ones: each output is nine times the number in the middle."""
    filled = explorer.locator(".output .cell:not([data-number=''])")
    equation = explorer.locator(".equation")
    note = explorer.locator(".note")

    def set_slider(name: str, value: int) -> None:
        explorer.get_by_role("slider", name=name, exact=True).evaluate(
            "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", value
        )

    expect(filled).to_have_count(9)
    explorer.screenshot(path=f"{folder}/explorer.png")
    explorer.get_by_role("button", name="One on").click()
    expect(filled).to_have_count(2)
    expect(equation).to_contain_text("row 1, column 2")
    expect(equation).to_contain_text("1·1 + 2·1 + 3·1 + 6·1 + 7·1 + 8·1 + 11·1 + 12·1 + 13·1 = 63")
    assert numbers(explorer.locator(".image .cell.marked").locator("..")) != []
    expect(explorer.locator(".image .cell.marked")).to_have_count(9)

    # By keyboard alone: to the place below, then to the left.
    explorer.get_by_role("slider", name="Place of the window").focus()
    page.keyboard.press("ArrowDown")
    expect(equation).to_contain_text("row 2, column 2")
    expect(filled).to_have_count(5)
    page.keyboard.press("ArrowLeft")
    expect(equation).to_contain_text("row 2, column 1")
    place = explorer.get_by_role("slider", name="Place of the window")
    expect(place).to_have_attribute("aria-valuetext", "row 2, column 1: 99")
    expect(explorer.get_by_role("img", name="kernel: 1 1 1; 1 1 1; 1 1 1")).to_be_visible()

    # By pointing, at the output and at the image.
    explorer.locator(".output .cell").last.hover()
    expect(equation).to_contain_text("row 3, column 3")
    explorer.locator(".image .cell").nth(6).hover()
    expect(equation).to_contain_text("row 1, column 1")

    explorer.get_by_role("button", name="Play").click()
    expect(filled).to_have_count(1)
    expect(filled).to_have_count(3, timeout=5_000)
    explorer.get_by_role("button", name="Pause").click()
    expect(explorer.get_by_role("button", name="Play")).to_be_visible()

    set_slider("Stride", 3)
    expect(note).to_contain_text("⌊(5 + 2 × 0 − 1 × (3 − 1) − 1) / 3⌋ + 1 = 1")
    expect(note).to_contain_text("the last 2 are in no window")
    set_slider("Stride", 1)
    set_slider("Dilation", 3)
    expect(note).to_contain_text("there is no place where it fits")
    expect(explorer.locator(".output")).to_have_count(0)
    set_slider("Padding", 1)
    expect(explorer.locator(".padding")).to_have_count(24)
    expect(explorer.locator(".output .cell")).to_have_count(1)
    explorer.get_by_role("combobox", name="filled with").select_option("the edge")
    expect(explorer.locator(".padding").first).to_have_attribute("data-number", "0")
    explorer.get_by_role("combobox", name="Kind").select_option("transposed")
    expect(note).to_contain_text("(5 − 1) × 1 − 2 × 1 + 3 × (3 − 1) + 1 = 9")

    # On a narrow page nothing is cut off: it wraps.
    page.set_viewport_size({"width": 420, "height": 800})
    fits = "explorer => explorer.scrollWidth <= explorer.clientWidth"
    assert explorer.locator("> div").first.evaluate(fits), "the explorer is wider than the page"


def draw(page: Page, pad: Locator) -> None:
    """Without a kernel the pad gives a line to copy."""
    page.set_viewport_size({"width": 1000, "height": 800})
    pad.get_by_role("button", name="Read it").click()
    expect(pad.get_by_role("status")).to_contain_text("The pad is empty")
    canvas = pad.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 120, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 200, steps=5)
    page.mouse.up()
    pad.get_by_role("button", name="Read it").click()
    line = pad.get_by_role("textbox").input_value()
    assert line.startswith("let drawn = digit_from(&[0, 0"), line
    pixels = [int(number) for number in line.split("[")[1].split("]")[0].split(",")]
    assert len(pixels) == 784 and max(pixels) == 255, pixels
    rows = [any(pixels[28 * row : 28 * row + 28]) for row in range(28)]
    assert (rows.index(True), sum(rows)) == (4, 20), rows
    pad.get_by_role("button", name="Clear").click()
    canvas.focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(pad.get_by_role("status")).to_contain_text("row 16, column 15")


def drag(page: Page, display: Locator, folder: str) -> None:
    """Six cases: ill at .9, .8 and .6, well at .7, .55 and .4."""
    page.set_viewport_size({"width": 1000, "height": 800})
    slider = display.get_by_role("slider", name="Threshold")
    rates = display.locator(".rates")
    matrix = display.locator(".matrix td:not(:empty)")
    point = display.locator("figure", has_text="ROC curve").locator("circle")
    expect(matrix).to_have_text(["3", "0", "2", "1"])
    before = point.get_attribute("cx")
    display.screenshot(path=f"{folder}/threshold.png")
    slider.evaluate("slider => { slider.value = 0.65; slider.dispatchEvent(new Event('input')); }")
    expect(matrix).to_have_text(["2", "1", "1", "2"])
    expect(rates).to_contain_text("Sensitivity0.667")
    assert point.get_attribute("cx") != before
    slider.focus()
    page.keyboard.press("End")
    expect(matrix).to_have_text(["0", "3", "0", "3"])
    expect(rates).to_contain_text("PPV–")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("1.000: Sensitivity 0.000, Specificity 1.000"))


def cover(page: Page, display: Locator, folder: str) -> None:
    """Three rows of three places; the probability is lowest, 0.3, at the last place of the second row."""
    told = display.locator(".told")
    place = display.get_by_role("slider", name="Place of the patch")
    expect(told).to_have_text("With the patch at row 2, column 3 of the places: 0.300, it falls by 0.500.")
    display.screenshot(path=f"{folder}/occlusion.png")
    place.focus()
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text("row 3, column 3 of the places: 0.750, it falls by 0.050")
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text("row 3, column 2 of the places: 0.900, it rises by 0.100")
    expect(place).to_have_attribute("aria-valuetext", re.compile("0.900, it rises"))
    point_at(display.locator(".picture"), 0.1, 0.1)
    expect(told).to_contain_text("row 1, column 1 of the places: 0.800")
    expect(display.locator(".bars td:last-child")).to_have_text(["0.800", "0.800"])
    display.locator(".map .cell").nth(4).hover()
    expect(told).to_contain_text("row 2, column 2 of the places: 0.400")
    assert display.locator(".patch").get_attribute("x") == "4"


def slide(page: Page, display: Locator, folder: str) -> None:
    """Six rows of eight pixels, whose probabilities grow from 0 to 1; 4.8 seconds for 48 patches."""
    told = display.locator(".told")
    mask = display.get_by_role("img", name=re.compile("^mask"))
    expect(told).to_have_text("Patch 1 of 48, around row 1, column 1: probability 0.00.")
    expect(mask).to_have_attribute("aria-label", "mask: 48 of 48 pixels are filled")
    display.screenshot(path=f"{folder}/sliding_patch.png")
    display.get_by_role("button", name="One on").click()
    expect(mask).to_have_attribute("aria-label", "mask: 2 of 48 pixels are filled")
    expect(display.locator(".clock")).to_contain_text("0.20 s of 4.80 s")
    expect(display.locator(".clock")).to_contain_text("was ready after 0.10 s: 48 times as fast")
    display.get_by_role("slider", name="Place of the patch").focus()
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text("Patch 10 of 48, around row 2, column 2: probability 0.19")
    point_at(display.locator(".picture").first, 0.99, 0.99)
    expect(told).to_contain_text("Patch 48 of 48, around row 6, column 8: probability 1.00")
    speed = display.get_by_role("combobox", name="Speed")
    speed.select_option("5 patches a second")
    display.get_by_role("button", name="Play").click()
    expect(mask).to_have_attribute("aria-label", re.compile("mask: [2-9] of 48"))
    speed.select_option("1000 a second")
    expect(mask).to_have_attribute("aria-label", "mask: 48 of 48 pixels are filled")
    expect(display.get_by_role("button", name="Play")).to_be_visible()


def flood(page: Page, display: Locator, folder: str) -> None:
    """Two pyramids that touch, with their tops seven pixels apart."""
    told = display.locator(".told")
    dams = display.locator(".dam")
    level = display.get_by_role("slider", name="Water level")
    expect(told).to_have_text("2 objects; in truth 2 objects. The water stands 0.0 below the background.")
    expect(dams).to_have_attribute("d", "".join(f"M8 {row}v1" for row in range(7)))
    display.screenshot(path=f"{folder}/rising_water.png")
    level.focus()
    page.keyboard.press("Home")
    expect(told).to_contain_text("4.0 below the background")
    expect(level).to_have_attribute("aria-valuetext", "2 objects under water, at 4.0 pixels from the background")
    expect(dams).to_have_attribute("d", "")
    apart = display.get_by_role("slider", name="Minimum distance of markers")
    apart.evaluate("slider => { slider.value = 8; slider.dispatchEvent(new Event('input')); }")
    expect(told).to_contain_text("1 object; in truth 2 objects")
    expect(display.locator(".spring")).to_have_count(1)
    point_at(display.locator(".picture").first, 0.5, 0.99)
    expect(display.locator("figcaption", has_text="from the side")).to_have_text("row 7 from the side")
    display.get_by_role("button", name="Play").click()
    expect(told).to_contain_text("stands 0.0 below", timeout=10_000)


def score(page: Page, display: Locator, folder: str) -> None:
    """Two pairs share three of five pixels and one of two; one object each is alone."""
    numbers_told = display.locator(".rates td:last-child")
    slider = display.get_by_role("slider", name="IoU threshold")
    point = display.locator("circle.point")
    expect(numbers_told).to_have_text(["1", "2", "2", "0.200"])
    expect(display).to_contain_text("Mean over 0.5, 0.55, … 0.95: 0.040")
    before = (point.get_attribute("cx"), display.locator(".picture .outline.found").get_attribute("d"))
    display.screenshot(path=f"{folder}/instance_scores.png")
    slider.evaluate("slider => { slider.value = 59; slider.dispatchEvent(new Event('input')); }")
    expect(numbers_told).to_have_text(["1", "2", "2", "0.200"])
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(numbers_told).to_have_text(["0", "3", "3", "0.000"])
    expect(slider).to_have_attribute("aria-valuetext", re.compile("0.60: found .* 0, false .* 3, missed .* 3, score 0.000"))
    after = (point.get_attribute("cx"), display.locator(".picture .outline.found").get_attribute("d"))
    assert after[0] != before[0] and (before[1], after[1]) == ("M0 0H4V1H0V0Z", ""), (before, after)


def explore(page: Page, display: Locator, folder: str) -> None:
    """Object 3 has two rows of two pixels at the upper left, object 7 three pixels in the last row."""
    told = display.locator(".told")
    outline = display.locator(".outline")
    expect(told).to_have_text("Object number 3: 4 pixels. Rows 1 to 2, columns 1 to 2.")
    expect(outline).to_have_attribute("d", "M0 0H2V2H0V0Z")
    display.screenshot(path=f"{folder}/label_explorer.png")
    display.get_by_role("button", name="One on").click()
    expect(told).to_have_text("Object number 7: 3 pixels. Rows 4 to 4, columns 4 to 6.")
    point_at(display.locator(".picture"), 0.1, 0.1)
    expect(told).to_contain_text("Object number 3")
    point_at(display.locator(".picture"), 0.5, 0.1)
    # The background is no object.
    expect(told).to_contain_text("Object number 3")
    display.get_by_role("slider", name="Object").focus()
    page.keyboard.press("End")
    expect(told).to_contain_text("Object number 7")
    fade = display.get_by_role("slider", name="Opacity")
    fade.evaluate("slider => { slider.value = 0; slider.dispatchEvent(new Event('input')); }")
    assert display.locator("canvas").evaluate("canvas => canvas.style.opacity") == "0"


def point_at(picture: Locator, across: float, down: float) -> None:
    """At a place of a picture, as a share of its size."""
    box = picture.bounding_box()
    assert box
    picture.hover(position={"x": box["width"] * across, "y": box["height"] * down})


def main(chromium: str, address: str, folder: str) -> None:
    expected = json.loads((Path(folder) / "expected.json").read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(chromium), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1000, "height": 800})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        components = page.locator(".eosin-component")
        compare(components, expected)
        play(page, components.nth(len(expected)), folder)
        draw(page, components.nth(len(expected) + 1))
        drag(page, components.nth(len(expected) + 2), folder)
        for place, play_with in enumerate([cover, slide, flood, score, explore], len(expected) + 3):
            play_with(page, components.nth(place), folder)
        assert not errors, errors
        outside = [url for url in requests if not url.startswith(("file:", "data:"))]
        assert not outside, outside
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
