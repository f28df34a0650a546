// Help that stays when a learner runs all cells: among them are the hidden help cells, which are comments.

import { CodeCell } from '@jupyterlab/cells';
import { NotebookActions } from '@jupyterlab/notebook';
import { REPLACED } from './lesson';

export function keepHelp(): void {
  NotebookActions.executionScheduled.connect((_, { cell }) => {
    if (cell instanceof CodeCell && cell.hasClass(REPLACED)) {
      const { outputs } = cell.model;
      const help = outputs.toJSON();
      // JupyterLab clears the outputs as soon as those who listen to this signal have returned.
      queueMicrotask(() => outputs.fromJSON(help));
    }
  });
}
