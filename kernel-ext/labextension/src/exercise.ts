// The exercises of a notebook, found by what `eosin notebooks build` wrote into the metadata of their cells.

import { Cell, CodeCell } from '@jupyterlab/cells';
import { Notebook } from '@jupyterlab/notebook';

/** An exercise, as far as the learner has left its cells in the notebook. */
export interface IExercise {
  id: string;
  title: string;
  task?: Cell;
  answer: CodeCell;
  check?: CodeCell;
  help?: CodeCell;
  starter?: string;
  /** About how long it takes. */
  minutes?: number;
  difficulty?: string;
  /** What a question offers, from a) on; its answer cell is its own check. */
  options?: string[];
}

interface IPlace {
  exercise: string;
  role: 'task' | 'answer' | 'check' | 'help';
  starter?: string;
  minutes?: number;
  difficulty?: string;
  options?: string[];
}

/** Which exercise a cell belongs to, and what it is there. */
export function placeOf(cell: Cell): IPlace | undefined {
  return cell.model.getMetadata('eosin') as IPlace | undefined;
}

/** In the order of the notebook. Of cells that the learner has copied, the first one counts. */
export function exercisesOf(notebook: Notebook): IExercise[] {
  const first = (id: string, role: IPlace['role']) =>
    notebook.widgets.find(cell => {
      const place = placeOf(cell);
      return place?.exercise === id && place.role === role;
    });
  const code = (cell?: Cell) => (cell instanceof CodeCell ? cell : undefined);
  const ids = notebook.widgets.map(cell => placeOf(cell)?.exercise);
  return [...new Set(ids)].flatMap(id => {
    const answer = id && code(first(id, 'answer'));
    if (!answer) {
      return [];
    }
    const task = first(id, 'task');
    const { starter, minutes, difficulty, options } = placeOf(answer) ?? {};
    return {
      id,
      title: titleOf(task) ?? id,
      task,
      answer,
      check: code(first(id, 'check')),
      help: code(first(id, 'help')),
      starter,
      minutes,
      difficulty,
      options
    };
  });
}

/** The letter that a question's answer cell holds, in `choose("id", "b")`. */
export function chosenLetter({ answer }: IExercise): string | undefined {
  const call = /^\s*choose\s*\([^,]*,\s*["']\s*([a-z])\s*["']/im.exec(answer.model.sharedModel.getSource());
  return call?.[1].toLowerCase();
}

/** What stands in the heading of the task, `### Exercise: One column`. */
function titleOf(task?: Cell): string | undefined {
  const heading = /^#+ *(?:Exercise:)? *(.+)$/m.exec(task?.model.sharedModel.getSource() ?? '');
  return heading?.[1].replaceAll('`', '');
}
