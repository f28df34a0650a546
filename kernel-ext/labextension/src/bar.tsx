// What stands below the code of an exercise: its buttons, its state, and the help that was asked for.

import { ISessionContext } from '@jupyterlab/apputils';
import { Notebook } from '@jupyterlab/notebook';
import { OutputArea, OutputAreaModel, SimplifiedOutputArea } from '@jupyterlab/outputarea';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Panel } from '@lumino/widgets';
import * as React from 'react';
import { Action, check, choose, hint, Refusal, reset, solution } from './actions';
import { Effort } from './effort';
import { chosenLetter, IExercise } from './exercise';
import { Mark } from './mark';
import { Options } from './options';
import { States } from './states';

type Button = [string, Action, string];

const HINT: Button = ['Hint', hint, 'Show one more hint'];

const BUTTONS: Button[] = [
  ['Check', check, 'Run this cell, then its check'],
  HINT,
  ['Solution', solution, 'Show the solution, folded'],
  ['Reset', reset, 'Put back what this cell began with']
];

export class ExerciseBar extends Panel {
  constructor(
    private _exercise: IExercise,
    private _notebook: Notebook,
    private _session: ISessionContext,
    private _states: States
  ) {
    super();
    this.addClass('eosin-ExerciseBar');
    this._help = this._helpArea();
    this._buttons = new Rendered(() => this._render());
    this.addWidget(this._buttons);
    this.addWidget(this._help);
    this._states.changed.connect(this._buttons.update, this._buttons);
    const { answer, options } = this._exercise;
    if (options) {
      // The learner may also write the letter; and the verdict comes in the outputs of the answer itself.
      answer.model.contentChanged.connect(this._buttons.update, this._buttons);
      answer.outputArea.node.setAttribute('aria-live', 'polite');
    }
  }

  /** The same exercise, after something has happened to the notebook's cells. */
  set exercise(exercise: IExercise) {
    const isElsewhere = exercise.help !== this._exercise.help;
    this._exercise = exercise;
    if (isElsewhere) {
      this._help.dispose();
      this._help = this._helpArea();
      this.addWidget(this._help);
    }
    this._buttons.update();
  }

  /** Does what a button is for, and says why if it cannot be done. */
  async press(action: Action): Promise<void> {
    if (this._isActing) {
      return;
    }
    this._isActing = true;
    this._say(this._session.session?.kernel?.status === 'busy' ? 'Waiting for the cell that runs …' : '');
    let message = '';
    try {
      await action({
        exercise: this._exercise,
        help: this._help,
        notebook: this._notebook,
        session: this._session
      });
    } catch (reason) {
      message = reason instanceof Refusal ? reason.message : 'The kernel has stopped before it could answer.';
    }
    this._isActing = false;
    if (!this.isDisposed) {
      this._say(message);
    }
  }

  private _say(message: string): void {
    this._message = message;
    this._buttons.update();
  }

  /** Help is kept in the outputs of the help cell: they are saved, and shown where there is no such bar. */
  private _helpArea(): OutputArea {
    const { help, title } = this._exercise;
    const area = new SimplifiedOutputArea({
      model: help?.model.outputs ?? new OutputAreaModel({ trusted: true }),
      rendermime: this._notebook.rendermime
    });
    area.node.setAttribute('role', 'region');
    area.node.setAttribute('aria-label', `Help: ${title}`);
    area.node.setAttribute('aria-live', 'polite');
    return area;
  }

  private _render(): JSX.Element {
    const { id, title, options } = this._exercise;
    return (
      <div role="group" aria-label={`Exercise: ${title}`}>
        {options && (
          <Options
            options={options}
            chosen={chosenLetter(this._exercise)}
            choose={letter => void this.press(choose(letter))}
          />
        )}
        <div className="eosin-ExerciseBar-row">
          {(options ? [HINT] : BUTTONS).map(([name, action, description]) => (
            <button
              key={name}
              className="jp-mod-styled jp-mod-minimal"
              title={description}
              onClick={() => void this.press(action)}
            >
              {name}
            </button>
          ))}
          <Mark state={this._states.of(id)} />
          <Effort exercise={this._exercise} />
          <span role="status">{this._message}</span>
        </div>
      </div>
    );
  }

  private _buttons: Rendered;
  private _help: OutputArea;
  private _message = '';
  private _isActing = false;
}

/** A widget that is drawn by a function. */
class Rendered extends ReactWidget {
  constructor(protected render: () => JSX.Element) {
    super();
  }
}
