// A notebook with exercises: furnishes their cells, and follows what the learner does to the notebook.

import { Cell, CodeCell } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';
import { ISignal, Signal } from '@lumino/signaling';
import { PanelLayout } from '@lumino/widgets';
import { ExerciseBar } from './bar';
import { passOnDrawings } from './drawing';
import { exercisesOf, IExercise, placeOf } from './exercise';
import { States } from './states';

/** A help cell that the bar stands in for. */
export const REPLACED = 'eosin-mod-replaced';

export class Lesson {
  exercises: IExercise[] = [];

  constructor(
    readonly panel: NotebookPanel,
    private _states: States
  ) {
    const { content: notebook, context, sessionContext } = panel;
    passOnDrawings(panel);
    const ask = () => void _states.ask(sessionContext.session?.kernel);
    sessionContext.iopubMessage.connect((_, message) => _states.take(message));
    sessionContext.kernelChanged.connect(ask);
    sessionContext.statusChanged.connect(ask);
    void context.ready.then(() => {
      ask();
      this._furnish();
      notebook.model?.cells.changed.connect(this._furnish, this);
      notebook.activeCellChanged.connect(this._stepOver, this);
    });
  }

  /** Emitted when the exercises may be others than before, and when the learner goes to another cell. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The exercise that the learner is at. */
  get current(): IExercise | undefined {
    const cell = this.panel.content.activeCell;
    const id = cell && placeOf(cell)?.exercise;
    return this.exercises.find(exercise => exercise.id === id);
  }

  get currentBar(): ExerciseBar | undefined {
    return this.current && this._bars.get(this.current.answer);
  }

  /** Makes an exercise's answer the active cell, and shows its task. */
  async goTo(exercise: IExercise): Promise<void> {
    const { content: notebook } = this.panel;
    notebook.deselectAll();
    notebook.activeCellIndex = notebook.widgets.indexOf(exercise.answer);
    await notebook.scrollToItem(notebook.widgets.indexOf(exercise.task ?? exercise.answer), 'start');
  }

  private _furnish(): void {
    this.exercises = exercisesOf(this.panel.content);
    this.exercises.forEach(exercise => this._furnishOne(exercise));
    const helpCells = new Set<Cell | undefined>(this.exercises.map(({ help }) => help));
    for (const cell of this.panel.content.widgets) {
      cell.toggleClass(REPLACED, helpCells.has(cell));
    }
    this._changed.emit();
  }

  private _furnishOne(exercise: IExercise): void {
    const { answer, check } = exercise;
    const bar = this._bars.get(answer);
    if (bar) {
      bar.exercise = exercise;
    } else {
      const { content, sessionContext } = this.panel;
      const bar = new ExerciseBar(exercise, content, sessionContext, this._states);
      this._bars.set(answer, bar);
      // Below the header and the code, above the outputs, whose height changes.
      void answer.ready.then(() => (answer.layout as PanelLayout | null)?.insertWidget(2, bar));
    }
    // However the check was run, a screen reader reads the verdict.
    check?.outputArea.node.setAttribute('aria-live', 'polite');
  }

  /** Neither the arrow keys nor Shift+Enter in the cell above may end in a cell that nobody sees. */
  private _stepOver(): void {
    const { content: notebook } = this.panel;
    const index = notebook.activeCellIndex;
    const from = this._activeCellIndex;
    this._activeCellIndex = index;
    if (notebook.activeCell?.hasClass(REPLACED)) {
      const isBackwards = index < from || index === notebook.widgets.length - 1;
      notebook.activeCellIndex = index + (isBackwards ? -1 : 1);
    }
    this._changed.emit();
  }

  private _activeCellIndex = 0;
  private _bars = new WeakMap<CodeCell, ExerciseBar>();
  private _changed = new Signal<this, void>(this);
}
