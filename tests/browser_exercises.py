"""Works on the exercises of a lesson in a real browser, as a learner does.

Usage: browser_exercises.py CHROMIUM ADDRESS FOLDER
"""

import json
import re
import sys
from pathlib import Path

from notebook_page import notebook_page, run_command, wait_until_connected
from playwright.sync_api import Locator, Page, expect

LESSONS = json.loads((Path(__file__).parent.parent / "src/exercise/lessons.json").read_text())
EXERCISES = {exercise["id"]: exercise for lesson in LESSONS for exercise in lesson["exercises"]}
PATIENCE = 60_000


class Exercise:
    """An exercise on the page."""

    def __init__(self, page: Page, exercise: str) -> None:
        self.known = EXERCISES[exercise]
        title = self.known["title"]
        self.page = page
        self.bar = page.get_by_role("group", name=f"Exercise: {title}")
        self.mark = self.bar.locator(".eosin-Mark")
        self.message = self.bar.get_by_role("status")
        self.help = page.get_by_role("region", name=f"Help: {title}")
        self.answer = page.locator(".jp-CodeCell", has=self.bar)
        self.code = self.answer.locator(".cm-content")
        if self.known["options"]:
            self.verdict = self.answer.locator(".jp-Cell-outputArea .jp-OutputArea-output")
        else:
            source = self.known["check"].splitlines()[-1]
            self.check = page.locator(".jp-CodeCell", has_text=source).filter(has_not=self.bar)
            self.verdict = self.check.locator(".jp-OutputArea-output")
        self.entry = page.get_by_role("region", name="Exercises").get_by_role("button", name=title)

    def press(self, name: str) -> None:
        self.bar.get_by_role("button", name=name).click()

    def write(self, code: str) -> None:
        self.code.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)

    def expect_state(self, words: str) -> None:
        """The same at the exercise and in the panel."""
        expect(self.mark).to_contain_text(words, timeout=PATIENCE)
        expect(self.entry).to_contain_text(words)

    def expect_code(self, code: str) -> None:
        lines = self.code.locator(".cm-line")
        expect(lines).to_have_text(code.splitlines())


def run_cell(page: Page, cell: Locator) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(cell.locator(".jp-InputArea-prompt")).to_contain_text(re.compile(r"\d"), timeout=PATIENCE)


def restart_kernel(page: Page) -> None:
    run_command(page, "Restart Kernel…")
    page.get_by_role("button", name="Confirm Kernel Restart").click()


def main(chromium: str, address: str, folder: str) -> None:
    with notebook_page(chromium, address) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))

        def screenshot(name: str) -> None:
            page.screenshot(path=f"{folder}/{name}.png", animations="disabled")

        def expect_count(text: str) -> None:
            expect(page.get_by_role("region", name="Exercises").get_by_role("status")).to_have_text(text)

        first = Exercise(page, "tensors.new")
        known = first.known
        page.get_by_role("tab", name="Exercises").click()
        expect_count("0 of 12 solved, about 47 min left")
        expect(first.bar).to_contain_text("3 min · easy")
        expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle", timeout=PATIENCE)
        expect(page.locator(".jp-mod-dirty"), "nobody has changed the notebook yet").to_have_count(0)
        run_cell(page, page.locator(".jp-CodeCell").first)

        first.entry.click()
        expect(first.answer).to_be_in_viewport()
        first.press("Check")
        expect(first.verdict).to_contain_text("Not attempted yet", timeout=PATIENCE)
        first.expect_state("Not attempted")
        screenshot("not_attempted")

        wrong = known["wrong"][0]
        first.write(wrong["code"])
        first.press("Check")
        expect(first.verdict).to_contain_text(wrong["message"].replace("`", ""), timeout=PATIENCE)
        first.expect_state("Not right yet")
        screenshot("wrong")

        first.press("Hint")
        expect(first.help).to_contain_text("Hint 1 of 2", timeout=PATIENCE)
        expect(first.help).not_to_contain_text("Hint 2 of 2")
        first.press("Hint")
        expect(first.help).to_contain_text("Hint 2 of 2", timeout=PATIENCE)
        first.expect_code(wrong["code"])
        screenshot("hints")

        run_command(page, "Run All Cells")
        second = Exercise(page, "tensors.dtype")
        expect(second.answer).to_contain_text("You have not written this step yet", timeout=PATIENCE)
        expect(first.help).to_contain_text("Hint 2 of 2")
        expect(second.check.locator(".jp-InputArea-prompt")).to_have_text("[ ]:")

        # Of a cell that does not compile there is no verdict, nor is one left of what was there before.
        expect(first.verdict).to_contain_text("Not right yet")
        first.write("let numbers: Tensor = 1;")
        first.press("Check")
        expect(first.message).to_contain_text("ended with an error", timeout=PATIENCE)
        expect(first.verdict).to_have_count(0)

        first.press("Solution")
        solution = first.help.get_by_text(known["solution"])
        first.help.get_by_text("Show the solution").click(timeout=PATIENCE)
        expect(solution).to_be_hidden()
        first.help.get_by_text("Show it now").click()
        expect(solution).to_be_visible()
        screenshot("solution")

        first.write(known["solution"])
        first.press("Check")
        expect(first.verdict).to_contain_text("Correct", timeout=PATIENCE)
        first.expect_state("Solved")
        expect_count("1 of 12 solved, about 44 min left")
        screenshot("correct")

        dialog = page.get_by_role("dialog")
        first.press("Reset")
        dialog.get_by_role("button", name="Cancel").click()
        first.expect_code(known["solution"])
        first.press("Reset")
        dialog.get_by_role("button", name="Reset").click()
        first.expect_code(known["starter"])
        page.keyboard.press("Control+Z")
        first.expect_code(known["solution"])
        page.keyboard.press("Control+Shift+Z")
        first.expect_code(known["starter"])
        # The right answer is still in the kernel's memory, but no longer in the cell.
        first.press("Check")
        expect(first.verdict).to_contain_text("Not attempted yet", timeout=PATIENCE)
        first.expect_state("Solved")

        # Help is saved with the notebook.
        page.keyboard.press("Control+S")
        expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
        page.reload()
        wait_until_connected(page)
        first.expect_state("Solved")
        expect(first.help).to_contain_text("Show the solution")
        restart_kernel(page)
        # Before the first cell has run.
        first.press("Hint")
        expect(first.help).to_contain_text("That was the last hint", timeout=PATIENCE)
        first.expect_state("Solved")
        first.press("Check")
        expect(first.message).to_contain_text("ended with an error", timeout=PATIENCE)
        restart_kernel(page)
        cell = page.locator(".jp-CodeCell").first
        run_cell(page, cell)
        # Neither the question for the states nor a hint has counted.
        expect(cell.locator(".jp-InputArea-prompt")).to_have_text("[1]:")

        question = Exercise(page, "tensors.predict_shape")
        a_question(page, question)
        screenshot("question")
        by_keyboard(page, Exercise(page, "tensors.dtype"))
        expect_count("3 of 12 solved, about 40 min left")
        without_what_belongs_to_it(page, Exercise(page, "tensors.column"))

        run_command(page, "Use Theme: JupyterLab Dark")
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
        first.entry.click()
        screenshot("dark")
        assert not errors, errors


def a_question(page: Page, exercise: Exercise) -> None:
    """One that is answered by a button, by a key, and by writing a letter."""
    known = exercise.known
    exercise.entry.click()
    expect(exercise.bar.get_by_role("button", name="Check")).to_have_count(0)

    def expect_choice(letter: str) -> None:
        expect(exercise.bar.get_by_role("button", pressed=True)).to_contain_text(f"{letter})")
        exercise.expect_code(f'choose("{known["id"]}", "{letter}")')

    wrong = known["wrong"][0]
    exercise.press("a)")
    expect(exercise.verdict).to_contain_text(wrong["message"], timeout=PATIENCE)
    exercise.expect_state("Not right yet")
    expect_choice("a")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(exercise.verdict).to_contain_text(known["why"], timeout=PATIENCE)
    exercise.expect_state("Solved")
    expect_choice("c")
    expect(exercise.bar.get_by_role("button", name="c)")).to_be_focused()
    exercise.press("Hint")
    expect(exercise.help).to_contain_text("Hint 1 of 2", timeout=PATIENCE)
    exercise.write(known["starter"].replace("?", "D"))
    expect(exercise.bar.get_by_role("button", pressed=True)).to_contain_text("d)")
    page.keyboard.press("Shift+Enter")
    expect(exercise.verdict).to_contain_text("You chose d)", timeout=PATIENCE)
    exercise.expect_state("Solved")


def by_keyboard(page: Page, exercise: Exercise) -> None:
    """An exercise without a mouse; its check is run by Shift+Enter."""
    known = exercise.known
    page.keyboard.press("Alt+Shift+E")
    page.keyboard.press("Tab")
    expect(exercise.entry).to_be_focused()
    page.keyboard.press("Enter")
    expect(exercise.answer).to_have_class(re.compile("jp-mod-active"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(known["wrong"][0]["code"])
    page.keyboard.press("Alt+Shift+C")
    exercise.expect_state("Not right yet")
    page.keyboard.press("Escape")
    for _ in range(30):
        page.keyboard.press("Tab")
        if exercise.bar.locator(":focus").count():
            break
    expect(exercise.bar.get_by_role("button", name="Check")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(exercise.help).to_contain_text("Hint 1", timeout=PATIENCE)
    expect(exercise.bar.get_by_role("button", name="Hint")).to_be_focused()
    exercise.write(known["solution"])
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    exercise.expect_state("Solved")
    # The next cell is the one that comes to the eye.
    expect(page.locator(".jp-Cell.jp-mod-active")).to_be_visible()


def without_what_belongs_to_it(page: Page, exercise: Exercise) -> None:
    """What a learner may do to a notebook without meaning harm."""
    exercise.check.click()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("d")
    exercise.press("Check")
    expect(exercise.message).to_contain_text("not in the notebook any more")
    page.keyboard.press("Escape")
    exercise.answer.locator(".jp-InputArea-prompt").click()
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(exercise.entry).to_have_count(0)
    # Nothing stands in for it now.
    expect(page.locator(".jp-CodeCell", has_text='hint("tensors.column")')).to_be_visible()


if __name__ == "__main__":
    main(*sys.argv[1:])
