// Eosin's exercises in JupyterLab: buttons and a state at each exercise, and a panel with the lesson's progress.

import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Action, check, hint, reset, solution } from './actions';
import { keepHelp } from './keep_help';
import { Lesson } from './lesson';
import { ExercisePanel } from './panel';
import { States } from './states';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'eosin:exercises',
  description: 'Buttons and states for the exercises of a lesson',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, ILayoutRestorer],
  activate
};

function activate(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null
): void {
  const states = new States();
  const lessons = new WeakMap<NotebookPanel, Lesson>();
  const lessonOf = (notebook: NotebookPanel) => {
    const lesson = lessons.get(notebook) ?? new Lesson(notebook, states);
    lessons.set(notebook, lesson);
    return lesson;
  };
  const current = () => (notebooks.currentWidget ? lessonOf(notebooks.currentWidget) : undefined);

  const panel = new ExercisePanel(states, (lesson, exercise) => {
    app.shell.activateById(lesson.panel.id);
    void lesson.goTo(exercise);
  });
  app.shell.add(panel, 'left', { rank: 600 });
  restorer?.add(panel, panel.id);

  keepHelp();
  notebooks.forEach(lessonOf);
  notebooks.widgetAdded.connect((_, notebook) => lessonOf(notebook));
  notebooks.currentChanged.connect(() => (panel.lesson = current()));
  panel.lesson = current();

  const addCommand = (name: string, label: string, isEnabled: () => boolean, execute: () => void) => {
    const command = `eosin:${name}`;
    app.commands.addCommand(command, { label, isEnabled, execute });
    palette?.addItem({ command, category: 'Exercises' });
  };
  const addAction = (name: string, label: string, action: Action) =>
    addCommand(
      name,
      label,
      () => Boolean(current()?.current),
      () => void current()?.currentBar?.press(action)
    );
  addAction('check', 'Check the Answer', check);
  addAction('hint', 'Show One More Hint', hint);
  addAction('solution', 'Show the Solution, Folded', solution);
  addAction('reset', 'Put the Starter Back', reset);
  addCommand(
    'exercises',
    'Show the Exercises of the Lesson',
    () => true,
    () => app.shell.activateById(panel.id)
  );
}

export default plugin;
