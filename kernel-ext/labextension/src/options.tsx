// The options of a question: a button for each, of which the chosen one is pressed.

import * as React from 'react';

interface IOptions {
  options: string[];
  /** The letter of the chosen one. */
  chosen?: string;
  choose: (letter: string) => void;
}

export function Options({ options, chosen, choose }: IOptions): JSX.Element {
  return (
    <div className="eosin-Options">
      {options.map((text, index) => {
        const letter = String.fromCharCode('a'.charCodeAt(0) + index);
        return (
          <button key={letter} aria-pressed={letter === chosen} onClick={() => choose(letter)}>
            <b>{letter})</b> <span>{prose(text)}</span>
          </button>
        );
      })}
    </div>
  );
}

/** Words between backticks are code. */
function prose(text: string): React.ReactNode[] {
  return text.split('`').map((piece, index) => (index % 2 ? <code key={index}>{piece}</code> : piece));
}
