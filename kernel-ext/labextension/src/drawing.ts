// What a learner draws on a pad goes to the kernel of the notebook that the pad is in.

import { CodeCell } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';
import { DRAWN, IDrawn } from './components/digit_pad';
import { KERNEL } from './states';

/** Hands each drawing to the kernel, then runs the code cell below the pad, as Shift+Enter there would. */
export function passOnDrawings({ content: notebook, sessionContext }: NotebookPanel): void {
  notebook.node.addEventListener(DRAWN, event => {
    const kernel = sessionContext.session?.kernel;
    const { target, detail } = event as CustomEvent<IDrawn>;
    if (kernel?.name !== KERNEL) {
      return;
    }
    // The pad learns that somebody took the drawing.
    event.preventDefault();
    // Only digits: a notebook that nobody trusts must not bring code of its own to the kernel.
    const pixels = detail.pixels.replace(/[^0-9a-f]/g, '');
    const code = `eosin::visual::receive_drawing("${pixels}")?;`;
    void kernel.requestExecute({ code, silent: true, store_history: false });
    const at = notebook.widgets.findIndex(cell => cell.node.contains(target as Node));
    const below = notebook.widgets.slice(at + 1).find(cell => cell instanceof CodeCell);
    if (below) {
      void CodeCell.execute(below as CodeCell, sessionContext);
    }
  });
}
