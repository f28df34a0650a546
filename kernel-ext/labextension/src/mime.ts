// Displays to play with, in JupyterLab: drawn by the page itself, so they need no kernel, and no trust in the notebook.

import { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import { mount } from './components/mount';

const MIME_TYPE = 'application/vnd.eosin.component+json';

/** On the node of a display to play with. */
const CLASS = 'eosin-mod-plays';

// JupyterLab takes arrow keys and letters for its own commands, before a display gets them. It leaves alone what has this
// attribute. Ctrl+S and the like remain JupyterLab's.
window.addEventListener(
  'keydown',
  ({ target, ctrlKey, metaKey, altKey }) => {
    const display = target instanceof Element ? target.closest(`.${CLASS}`) : null;
    display?.toggleAttribute('data-lm-suppress-shortcuts', !ctrlKey && !metaKey && !altKey);
  },
  true
);

class Rendered extends Widget implements IRenderMime.IRenderer {
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const host = document.createElement('div');
    host.className = CLASS;
    if (!mount(host, model.data[MIME_TYPE])) {
      // Written by a newer crate than this extension: its picture and its text are in the bundle, too.
      const picture = model.data['image/png'];
      host.textContent = picture ? '' : String(model.data['text/plain'] ?? '');
      if (picture) {
        const image = document.createElement('img');
        image.src = `data:image/png;base64,${String(picture)}`;
        image.alt = String(model.data['text/plain'] ?? '');
        host.append(image);
      }
    }
    this.node.replaceChildren(host);
  }
}

const extension: IRenderMime.IExtension = {
  id: 'eosin:components',
  description: 'Displays to play with',
  rendererFactory: { safe: true, mimeTypes: [MIME_TYPE], createRenderer: () => new Rendered() },
  // Before HTML, which has the same component for other pages.
  rank: 40,
  dataType: 'json'
};

export default extension;
