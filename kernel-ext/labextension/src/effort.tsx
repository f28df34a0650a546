// What an exercise takes: its minutes, and how hard it is.

import * as React from 'react';
import { IExercise } from './exercise';

export function Effort({ exercise: { minutes, difficulty } }: { exercise: IExercise }): JSX.Element | null {
  if (minutes === undefined) {
    return null;
  }
  return (
    <span className="eosin-Effort">
      {minutes} min{difficulty ? ` · ${difficulty}` : ''}
    </span>
  );
}
