// How a state looks: a sign, and what it means in words.

import * as React from 'react';
import { State } from './states';

const MARKS: Record<State, [string, string]> = {
  open: ['○', 'Not attempted'],
  tried: ['✗', 'Not right yet'],
  solved: ['✓', 'Solved']
};

export function Mark({ state }: { state: State }): JSX.Element {
  const [sign, words] = MARKS[state];
  return (
    <span className={`eosin-Mark eosin-mod-${state}`} title={words}>
      <span className="eosin-Mark-sign" aria-hidden>
        {sign}
      </span>
      <span className="eosin-Mark-words">{words}</span>
    </span>
  );
}
