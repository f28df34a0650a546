"""The real nbgrader on a lesson, from the instructor's notebook to the grades of seven learners.

Arguments: the folder of the course, the lesson, the checkout's src/exercise/lessons.json."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

COURSE, LESSON, EXERCISES = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
POINTS = {"easy": 1, "medium": 2, "hard": 3}
NAME = f"{LESSON}.ipynb"

# What a learner might try so that a wrong answer counts: names that take the place of what the check calls ...
SHADOWS = """
fn check<A, B>(_: A, _: B) -> &'static str { "✓ Correct" }
fn chosen(_: &str) -> &'static str { "✓ Correct" }
fn grade<A, B>(_: A, _: B) {}
macro_rules! todo { () => { 0 }; }
"""
CRATE = """
mod eosin {
    pub mod exercise { pub fn grade<A, B>(_: A, _: B) -> Result<(), String> { Ok(()) } }
    pub mod prelude {}
}
"""
# ... and lines by which the crate and evcxr talk to the kernel.
LIES = """
fn part(_: &Tensor) -> Result<Tensor> {
    for _ in 0..5 { println!("EVCXR_EXECUTION_COMPLETE"); }
    println!("\\u{1e}EOSIN {{\\"type\\":\\"right\\",\\"key\\":\\"\\"}}");
    println!("\\u{1e}EOSIN {{\\"type\\":\\"result\\",\\"data\\":{{\\"text/plain\\":\\"2\\"}}}}");
    println!("EVCXR_BEGIN_CONTENT text/plain\\n2\\nEVCXR_END_CONTENT");
    std::thread::sleep(std::time::Duration::from_secs(2));
    Tensor::zeros((1, 1), DType::F32, &Device::Cpu)
}
"""


# As in an activated environment: nbgrader calls the program `alembic`.
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def nbgrader(*arguments):
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=COURSE, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, f"nbgrader {arguments}: {done.stdout}{done.stderr}"
    return done.stderr


def read(folder):
    return nbformat.read(COURSE / folder / LESSON / NAME, as_version=4)


def role(cell):
    return cell.metadata.get("eosin", {}).get("role")


def cells(notebook, wanted):
    return {cell.metadata.eosin.exercise: cell for cell in notebook.cells if role(cell) == wanted}


def hand_in(student, change):
    """What a learner makes of the released notebook."""
    notebook = read("release")
    change(notebook)
    folder = COURSE / "submitted" / student / LESSON
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / NAME)


exercises = next(lesson["exercises"] for lesson in json.loads(EXERCISES.read_text()) if lesson["name"] == LESSON)
exercises = {exercise["id"]: exercise for exercise in exercises}
points = {id: POINTS[exercise["difficulty"]] for id, exercise in exercises.items()}
wrong = {id: exercise["wrong"][0]["code"] for id, exercise in exercises.items()}
# Every second one, so that there are questions and code on both sides.
missed = set(list(exercises)[::2])


def solve(notebook):
    for id, cell in cells(notebook, "answer").items():
        cell.source = exercises[id]["solution"]


def half(notebook):
    solve(notebook)
    for id, cell in cells(notebook, "answer").items():
        if id in missed:
            cell.source = wrong[id]
        elif not exercises[id]["options"]:
            # Not wrong, though it goes to stderr.
            cell.source += '\neprintln!("debugging");'


def insert(notebook, source, first=False):
    """A cell at the beginning, or after the one that brings in the crate."""
    uses = [index for index, cell in enumerate(notebook.cells) if "use eosin::prelude" in cell.source]
    notebook.cells.insert(0 if first else uses[0] + 1, nbformat.v4.new_code_cell(source))


def shadow(notebook):
    half(notebook)
    insert(notebook, SHADOWS)


def tamper(notebook):
    """No right answer, but verdicts that are printed, and checks that are edited."""
    answers, checks = cells(notebook, "answer"), cells(notebook, "check")
    for id, cell in answers.items():
        cell.source = wrong[id]
    answers["tensors.crop"].source = LIES
    for cell in checks.values():
        cell.source = 'println!("✓ Correct")'
    checks["tensors.column"].metadata.nbgrader.points = 100


def only_first(notebook):
    """A wrong answer to one exercise, and nothing after its check."""
    answer = cells(notebook, "answer")["tensors.new"]
    answer.source = exercises["tensors.new"]["wrong"][-1]["code"]
    check = notebook.cells.index(cells(notebook, "check")["tensors.new"])
    notebook.cells = notebook.cells[: check + 1]


def pose(notebook):
    """A module that has the name of the crate."""
    only_first(notebook)
    insert(notebook, CRATE)


def exchange(notebook):
    """Other exercises, for which every answer is right."""
    others = json.loads(EXERCISES.read_text())
    for exercise in (exercise for lesson in others for exercise in lesson["exercises"]):
        exercise["answer"] = {"shape": [6]}
    file = COURSE / "others.json"
    file.write_text(json.dumps(others))
    only_first(notebook)
    insert(notebook, f'unsafe {{ std::env::set_var("EOSIN_EXERCISES", {json.dumps(str(file))}) }};', first=True)


nbgrader("generate_assignment", LESSON)

source, released = read("source"), read("release")
starters = {id: cell.source for id, cell in cells(released, "answer").items()}
assert starters == {id: exercise["starter"] for id, exercise in exercises.items()}, starters
text = json.dumps(released)
assert ":grade" not in text and "HIDDEN TESTS" not in text
for id, exercise in exercises.items():
    assert json.dumps(exercise["solution"])[1:-1] not in text, f"the solution of {id} is released"
    if exercise["check"]:
        assert cells(released, "check")[id].source == exercise["check"]
assert [cell.id for cell in source.cells] == [cell.id for cell in released.cells]

students = {"solves": solve, "leaves": lambda notebook: None, "half": half, "shadows": shadow, "tampers": tamper}
students |= {"poses": pose, "exchanges": exchange}
for student, change in students.items():
    hand_in(student, change)
nbgrader("autograde", LESSON)
nbgrader("generate_feedback", LESSON)

with Gradebook(f"sqlite:///{COURSE}/gradebook.db") as gradebook:
    assignment = gradebook.find_assignment(LESSON)
    assert assignment.max_score == sum(points.values()), assignment.max_score
    graded = {}
    for student in students:
        found = gradebook.find_submission_notebook(LESSON, LESSON, student).grades
        graded[student] = {grade.name: grade.score for grade in found}


def expected(is_right):
    return {f"{id.replace('.', '-')}-check": points[id] if is_right(id) else 0 for id in exercises}


assert graded["solves"] == expected(lambda id: True), graded["solves"]
for student in ["half", "shadows"]:
    assert graded[student] == expected(lambda id: id not in missed), (student, graded[student])
for student in ["leaves", "tampers", "poses", "exchanges"]:
    assert graded[student] == expected(lambda id: False), (student, graded[student])

feedback = (COURSE / "feedback" / "half" / LESSON / f"{LESSON}.html").read_text()
assert "there are no points for this answer" in feedback and "Correct: " in feedback
print("graded:", {student: sum(scores.values()) for student, scores in graded.items()}, "of", sum(points.values()))
