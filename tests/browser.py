"""Opens the workshop in a real browser, as a learner does, and runs its first cells.

Usage: browser.py CHROMIUM ADDRESS FOLDER
"""

import sys
import time

from notebook_page import notebook_page
from playwright.sync_api import expect


def main(chromium: str, address: str, folder: str) -> None:
    with notebook_page(chromium, address) as page:
        cells = page.locator(".jp-Notebook .jp-Cell")
        cells.first.click()

        def run_until(text: str, wait: bool = True, timeout: int = 120_000) -> None:
            """Presses Shift+Enter cell by cell until a cell with this source has run (or, without `wait`, runs)."""
            for _ in range(60):
                active = page.locator(".jp-Cell.jp-mod-active")
                source = active.inner_text()
                is_code = "jp-CodeCell" in (active.get_attribute("class") or "")
                page.keyboard.press("Shift+Enter")
                if is_code and text in source:
                    if wait:
                        wait_until_idle(timeout)
                    return
                time.sleep(0.2)
            raise AssertionError(f"no cell holds {text!r}")

        def wait_until_idle(timeout: int) -> None:
            begun = time.time()
            while page.locator(".jp-InputArea-prompt", has_text="[*]").count():
                if time.time() - begun > timeout / 1000:
                    raise AssertionError("a cell did not end in time")
                time.sleep(0.2)

        def screenshot(name: str, output) -> None:
            # A live picture is replaced all the time: waiting until it stands still could last for ever.
            output.evaluate("element => element.scrollIntoView({ block: 'center' })")
            page.screenshot(path=f"{folder}/{name}.png")

        run_until("image_grid(&images")
        grid = page.locator(".jp-OutputArea-output img").first
        expect(grid).to_be_visible(timeout=60_000)
        size = grid.bounding_box()
        assert size and size["width"] > 300 and size["height"] > 200, size
        screenshot("grid", grid)

        run_until("before training")
        # The curve must move while the cell still runs.
        pictures_before = page.locator(".jp-OutputArea-output img").count()
        run_until("Trainer::new", wait=False)
        sources = set()
        heights = set()
        begun = time.time()
        while time.time() - begun < 240:
            images = page.locator(".jp-OutputArea-output img")
            if images.count() > pictures_before:
                source = images.last.get_attribute("src")
                is_new = source not in sources
                sources.add(source)
                box = images.last.bounding_box()
                heights.add(round(box["height"]) if box else 0)
                if is_new and len(sources) % 4 == 3:
                    screenshot("training", images.last)
            running = page.locator(".jp-InputArea-prompt", has_text="[*]").count()
            if not running:
                break
            time.sleep(0.1)
        assert len(sources) >= 5, f"the curve moved {len(sources)} times"
        assert len(heights - {0}) == 1, f"the curve jumps: {heights}"

        run_until("overlay_gallery")
        gallery = page.locator(".jp-OutputArea-output img").last
        expect(gallery).to_be_visible(timeout=60_000)
        screenshot("gallery", gallery)
        errors = page.locator('[data-mime-type="application/vnd.jupyter.stderr"], .jp-OutputArea-error')
        assert errors.count() == 0, errors.all_inner_texts()
        print(f"the curve moved {len(sources)} times")


if __name__ == "__main__":
    main(*sys.argv[1:])
