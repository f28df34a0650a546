"""A notebook, open in a real browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright


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
