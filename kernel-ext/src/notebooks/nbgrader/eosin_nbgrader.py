"""How nbgrader handles Eosin's lessons. `eosin notebooks build --nbgrader` writes this file; your own settings belong into
nbgrader_config.py, which reads it."""

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

c = get_config()  # noqa: F821


class Starters(ClearSolutions):
    """Puts the starter of each exercise in place of its solution."""

    def preprocess_cell(self, cell, resources, cell_index):
        place = cell.metadata.get("eosin", {})
        if place.get("role") != "answer":
            return super().preprocess_cell(cell, resources, cell_index)
        cell.source = place["starter"]
        return cell, resources


steps = GenerateAssignment.preprocessors.default()
c.GenerateAssignment.preprocessors = [Starters if step is ClearSolutions else step for step in steps]

# For cells that you write yourself.
c.ClearSolutions.begin_solution_delimeter = "// ### BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "// ### END SOLUTION"
c.ClearSolutions.code_stub = {"rust": "todo!()"}
c.ClearHiddenTests.begin_test_delimeter = "// ### BEGIN HIDDEN TESTS"
c.ClearHiddenTests.end_test_delimeter = "// ### END HIDDEN TESTS"

# A cell may train a network.
c.Execute.timeout = 600
# nbgrader takes what a cell writes to stderr for an error, but `dbg!` in a right answer is none.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "(?s).*"
