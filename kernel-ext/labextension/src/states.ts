// How far the learner is with each exercise. The kernel tells it, in messages of one MIME type.

import { Kernel, KernelMessage } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';

export type State = 'open' | 'tried' | 'solved';

/** The name of the kernel that knows exercises. */
export const KERNEL = 'eosin';

const STATES = 'application/vnd.eosin.exercises+json';

/** Has the crate tell all states. The full path works before the notebook's first cell has run, too. */
const QUESTION = 'let _ = eosin::display::display(&eosin::exercise::progress());';

/** The states of all exercises; notebooks share them, as they belong to the learner. */
export class States {
  /** Emitted when a state may have changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  of(id: string): State {
    return this._states.get(id) ?? 'open';
  }

  /** Takes over the states in a message of a kernel, if it tells some: every verdict does, and the map. */
  take(message: KernelMessage.IMessage): void {
    const { data } = message.content as { data?: Record<string, unknown> };
    const told = data?.[STATES] as Record<string, State> | undefined;
    if (told) {
      Object.entries(told).forEach(([id, state]) => this._states.set(id, state));
      this._changed.emit();
    }
  }

  /** Asks a kernel, once, and only when it has nothing else to do. */
  async ask(kernel?: Kernel.IKernelConnection | null): Promise<void> {
    if (kernel?.name !== KERNEL || kernel.status !== 'idle' || this._asked.has(kernel.id)) {
      return;
    }
    this._asked.add(kernel.id);
    const content = { code: QUESTION, silent: true, store_history: false, stop_on_error: false };
    const reply = await kernel.requestExecute(content).done.catch(() => undefined);
    // Behind a cell that failed, a kernel drops what waits; a kernel that was restarted has forgotten the question.
    if (!reply || reply.content.status === 'aborted') {
      this._asked.delete(kernel.id);
    }
  }

  private _states = new Map<string, State>();
  private _asked = new Set<string>();
  private _changed = new Signal<this, void>(this);
}
