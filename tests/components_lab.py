"""Plays with displays that somebody stored in a notebook, in JupyterLab, before any cell runs.

Usage: components_lab.py CHROMIUM ADDRESS FOLDER
"""

import sys

from notebook_page import notebook_page, run_command
from playwright.sync_api import expect


def main(chromium: str, address: str, folder: str) -> None:
    with notebook_page(chromium, address) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        cells = page.locator(".jp-Notebook .jp-CodeCell")
        explorer = page.get_by_role("group", name="Convolution explorer")
        expect(explorer).to_be_visible()
        filled = explorer.locator(".output .cell:not([data-number=''])")
        expect(filled).to_have_count(9)
        place = explorer.get_by_role("slider", name="Place of the window")
        place.focus()
        # JupyterLab itself would go to another cell.
        page.keyboard.press("ArrowDown")
        expect(explorer.locator(".equation")).to_contain_text("row 2, column 1")
        expect(filled).to_have_count(4)
        explorer.locator(".output .cell").nth(1).hover()
        expect(explorer.locator(".equation")).to_contain_text("row 1, column 2")
        page.screenshot(path=f"{folder}/explorer_light.png")
        # Shortcuts with Ctrl are still JupyterLab's, also from within the display.
        place.focus()
        run_command(page, "Use Theme: JupyterLab Dark")
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
        # Its logo covers the page while JupyterLab loads a theme.
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        page.screenshot(path=f"{folder}/explorer_dark.png")

        cells.nth(0).locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        expect(cells.nth(0).locator(".jp-InputArea-prompt")).to_contain_text("[1]", timeout=120_000)
        pad = page.get_by_role("group", name="Draw a digit")
        canvas = pad.locator("canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box
        page.mouse.move(box["x"] + 80, box["y"] + 60)
        page.mouse.down()
        for x, y in [(170, 60), (110, 200)]:
            page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
        page.mouse.up()
        page.screenshot(path=f"{folder}/pad.png")
        pad.get_by_role("button", name="Read it").click()
        expect(pad.get_by_role("status")).to_contain_text("The kernel has it")
        expect(cells.nth(3).locator(".jp-OutputArea-output")).to_contain_text("[1, 1, 28, 28]", timeout=60_000)
        assert not errors, errors


if __name__ == "__main__":
    main(*sys.argv[1:])
