// For pages without our extension (an exported notebook, VS Code): draws all components that the page has as data.

import { mount } from './mount';

for (const host of document.querySelectorAll<HTMLElement>('.eosin-component')) {
  const data = host.querySelector('script[type="application/json"]')?.textContent;
  if (data) {
    mount(host, JSON.parse(data));
  }
}
