// What the buttons of an exercise do.

import { Dialog, ISessionContext, showDialog } from '@jupyterlab/apputils';
import { CodeCell } from '@jupyterlab/cells';
import { Notebook } from '@jupyterlab/notebook';
import { OutputArea } from '@jupyterlab/outputarea';
import { Kernel } from '@jupyterlab/services';
import { IExercise } from './exercise';
import { KERNEL } from './states';

/** What an action works on. */
export interface ISituation {
  exercise: IExercise;
  /** Where hints and the solution are shown. */
  help: OutputArea;
  notebook: Notebook;
  session: ISessionContext;
}

export type Action = (situation: ISituation) => Promise<void>;

/** Why something cannot be done, in words for the learner. */
export class Refusal extends Error {}

/** Runs the answer, then its check. */
export async function check({ exercise, session }: ISituation): Promise<void> {
  const kernel = kernelOf(session);
  const { id, answer, check, options } = exercise;
  if (options) {
    return runChoice(answer, session);
  }
  if (!check) {
    throw new Refusal('The cell that checks this exercise is not in the notebook any more.');
  }
  const reply = (await CodeCell.execute(answer, session))?.content;
  if (reply?.status === 'error' && reply.ename === 'NotWritten') {
    // Not the check itself: it would find the answer of an earlier try in the kernel's memory.
    await show(`not_attempted(${JSON.stringify(id)})`, check.outputArea, check, kernel);
  } else if (reply && reply.status !== 'ok') {
    // The verdict on an earlier try would be read as one on this.
    check.outputArea.model.clear();
    throw new Refusal('Your cell ended with an error, so there is nothing to check yet.');
  } else {
    await CodeCell.execute(check, session);
  }
  check.node.scrollIntoView({ block: 'nearest' });
}

/** Answers a question: writes the letter of an option into its cell, and runs the cell. */
export function choose(letter: string): Action {
  return async ({ exercise: { id, answer }, session }) => {
    kernelOf(session);
    answer.model.sharedModel.setSource(`choose(${JSON.stringify(id)}, ${JSON.stringify(letter)})`);
    await runChoice(answer, session);
  };
}

/** Runs a cell that answers a question; it gives the verdict itself. */
async function runChoice(answer: CodeCell, session: ISessionContext): Promise<void> {
  const reply = (await CodeCell.execute(answer, session))?.content;
  if (reply && reply.status !== 'ok') {
    throw new Refusal('The cell ended with an error. Run the first cell of the lesson, then choose again.');
  }
}

/** Shows the next hint, below those that were given before. */
export async function hint({ exercise, help, session }: ISituation): Promise<void> {
  await show(`hint(${JSON.stringify(exercise.id)})`, help, exercise.help, kernelOf(session));
  help.node.scrollIntoView({ block: 'nearest' });
}

/** Shows the solution, folded. */
export async function solution({ exercise, help, session }: ISituation): Promise<void> {
  await show(`solution(${JSON.stringify(exercise.id)})`, help, exercise.help, kernelOf(session));
  help.node.scrollIntoView({ block: 'nearest' });
}

/** Puts the starter back, if the learner really wants it. */
export async function reset({ exercise, notebook }: ISituation): Promise<void> {
  const { answer, starter, title } = exercise;
  if (starter === undefined) {
    throw new Refusal('This cell has lost what it began with.');
  }
  const { button } = await showDialog({
    title: 'Put the starter back?',
    body: `It takes the place of your code for “${title}”. Ctrl+Z in the cell brings your code back.`,
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Reset' })]
  });
  if (!button.accept || answer.isDisposed) {
    return;
  }
  answer.model.sharedModel.setSource(starter);
  notebook.activeCellIndex = notebook.widgets.indexOf(answer);
  notebook.mode = 'edit';
}

function kernelOf(session: ISessionContext): Kernel.IKernelConnection {
  const kernel = session.session?.kernel;
  if (!kernel) {
    throw new Refusal('There is no kernel: choose one at the top right of the notebook.');
  }
  if (kernel.name !== KERNEL) {
    throw new Refusal('Exercises need the kernel Rust (Eosin): choose it at the top right of the notebook.');
  }
  return kernel;
}

/** Shows what a function of the crate says, in the outputs of a cell, without a trace in the history or in numbers. */
async function show(
  call: string,
  area: OutputArea,
  keeper: CodeCell | undefined,
  kernel: Kernel.IKernelConnection
): Promise<void> {
  area.future = kernel.requestExecute({ code: `eosin::exercise::${call}`, store_history: false });
  // What was there before is gone by now, and what comes is the kernel's own.
  if (keeper) {
    keeper.model.trusted = true;
  }
  await area.future.done;
}
