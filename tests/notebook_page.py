"""A notebook, open in a real browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, TimeoutError, expect, sync_playwright


@contextmanager
def notebook_page(chromium: str, address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(chromium),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        wait_until_connected(page)
        yield page
        browser.close()


def wait_until_connected(page: Page) -> None:
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
    # The kernel's name stands in the toolbar once it is connected.
    expect(page.locator(".jp-KernelName")).to_contain_text("Rust (Eosin)", timeout=120_000)


def run_command(page: Page, label: str) -> None:
    """The palette closes when a cell that ends just now takes the focus: then once more."""
    item = page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=label)
    for _ in range(5):
        page.keyboard.press("Control+Shift+C")
        page.keyboard.insert_text(label)
        try:
            item.wait_for(timeout=3_000)
        except TimeoutError:
            continue
        page.wait_for_timeout(300)
        if item.is_visible():
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the palette does not offer {label!r}")
