"""Reads a lesson of the web site on a phone, by day and by night.

Usage: site.py CHROMIUM ADDRESS FOLDER
"""

import re
import shutil
import sys

from playwright.sync_api import Page, expect, sync_playwright

PHONE = {"width": 390, "height": 844}


def luminance(colour: str) -> float:
    """From 0 (black) to 1 (white), nearly."""
    red, green, blue = (float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def read(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"the page is {width} pixels wide"
    pictures = page.locator("article img")
    assert pictures.count() > 5
    assert pictures.evaluate_all("images => images.every(image => image.naturalWidth > 0)")
    assert page.locator("article mjx-container").count() > 20, "formulas are not drawn"
    raw = page.locator("article").inner_text()
    assert "$" not in raw and ":::" not in raw, "some of the source has not become a page"


def unfold(page: Page) -> None:
    """The solution of an exercise is there for those who ask."""
    solution = page.locator("details", has_text="Solution").first
    code = solution.locator("pre")
    expect(code).to_be_hidden()
    solution.locator("summary").click()
    expect(code).to_contain_text("let smoothed")
    # What tells right from wrong answers has no place here.
    assert 'check("' not in page.content()


def play(page: Page) -> None:
    """The displays are alive."""
    explorer = page.locator(".eosin-component").first
    equation = explorer.locator(".equation")
    before = equation.inner_text()
    explorer.get_by_role("button", name="One on").click()
    expect(equation).not_to_have_text(before)


def colours(page: Page) -> tuple[float, float]:
    """How bright the words in a display are, and the ground that they are read on."""
    words = page.locator(".eosin-component .equation").first
    ground = """element => {
        for (; element; element = element.parentElement ?? element.getRootNode().host) {
            const colour = getComputedStyle(element).backgroundColor;
            if (!colour.endsWith(", 0)")) return colour;
        }
        return "rgb(255, 255, 255)";
    }"""
    return luminance(words.evaluate("element => getComputedStyle(element).color")), luminance(words.evaluate(ground))


def main(chromium: str, address: str, folder: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(chromium), args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme in ["light", "dark"]:
            page = browser.new_page(viewport=PHONE, color_scheme=scheme)
            problems: list[str] = []
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
            page.on("request", lambda request: request.url.startswith("http") and problems.append(request.url))
            page.goto(address)
            page.wait_for_selector("article mjx-container")
            read(page)
            play(page)
            unfold(page)
            words, ground = colours(page)
            assert (words < 0.4 and ground > 0.8) if scheme == "light" else (words > 0.6 and ground < 0.3), (scheme, words, ground)
            page.screenshot(path=f"{folder}/{scheme}.png")
            assert not problems, problems
            page.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
