// The panel at the left: the exercises of the lesson in front, and how many are solved.

import { LabIcon, ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Effort } from './effort';
import { IExercise } from './exercise';
import { Lesson } from './lesson';
import { Mark } from './mark';
import { States } from './states';

const icon = new LabIcon({
  name: 'eosin:exercises',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
    <path class="jp-icon3" fill="#616161" d="M11 5h10v2H11zM11 11h10v2H11zM11 17h10v2H11zM2.7 5.3l1.4-1.4L5.5 5.3 8.6
    2.2 10 3.6 5.5 8.1zM2.7 13.3l1.4-1.4 1.4 1.4 3.1-3.1 1.4 1.4-4.5 4.5zM4 17h4v2H4z"/></svg>`
});

export class ExercisePanel extends ReactWidget {
  constructor(
    private _states: States,
    private _goTo: (lesson: Lesson, exercise: IExercise) => void
  ) {
    super();
    this.id = 'eosin-exercises';
    this.addClass('eosin-ExercisePanel');
    this.title.caption = 'Exercises';
    this.title.icon = icon;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Exercises');
    this._states.changed.connect(() => this.update());
  }

  /** The lesson in front. */
  set lesson(lesson: Lesson | undefined) {
    this._lesson?.changed.disconnect(this.update, this);
    this._lesson = lesson;
    lesson?.changed.connect(this.update, this);
    this.update();
  }

  /** A keyboard comes right to the exercise that the learner is at. */
  protected onActivateRequest(): void {
    const button = this.node.querySelector<HTMLElement>('[aria-current]') ?? this.node.querySelector('button');
    button?.focus();
  }

  protected render(): JSX.Element {
    const lesson = this._lesson;
    if (!lesson?.exercises.length) {
      return <p>Open a lesson to see its exercises here.</p>;
    }
    const { exercises, current } = lesson;
    const open = exercises.filter(({ id }) => this._states.of(id) !== 'solved');
    const solved = exercises.length - open.length;
    const minutes = open.reduce((sum, exercise) => sum + (exercise.minutes ?? 0), 0);
    return (
      <>
        <h2>Exercises</h2>
        <p role="status">
          {solved} of {exercises.length} solved
          {minutes > 0 && `, about ${minutes} min left`}
        </p>
        <progress value={solved} max={exercises.length} aria-hidden />
        <ol>
          {exercises.map(exercise => (
            <li key={exercise.id}>
              <button
                aria-current={exercise.id === current?.id ? 'location' : undefined}
                onClick={() => this._goTo(lesson, exercise)}
              >
                <Mark state={this._states.of(exercise.id)} />
                <span className="eosin-ExercisePanel-title">{exercise.title}</span>
                <Effort exercise={exercise} />
              </button>
            </li>
          ))}
        </ol>
      </>
    );
  }

  private _lesson?: Lesson;
}
