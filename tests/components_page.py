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
        assert not errors, errors
        outside = [url for url in requests if not url.startswith(("file:", "data:"))]
        assert not outside, outside
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
