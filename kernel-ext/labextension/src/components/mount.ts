// From data to a component on the page.

import { IData } from './component';
import { convolutionExplorer } from './convolution_explorer';
import { digitPad } from './digit_pad';
import { instanceScores } from './instance_scores';
import { labelExplorer } from './label_explorer';
import { occlusionByHand } from './occlusion';
import { risingWater } from './rising_water';
import { slidingPatch } from './sliding_patch';
import { STYLE } from './style';
import { thresholdToDrag } from './threshold';

const VERSION = 1;

const COMPONENTS: Record<string, (data: never, node: ShadowRoot) => void> = {
  convolution: convolutionExplorer,
  'digit-pad': digitPad,
  'instance-scores': instanceScores,
  'label-explorer': labelExplorer,
  occlusion: occlusionByHand,
  'rising-water': risingWater,
  'sliding-patch': slidingPatch,
  threshold: thresholdToDrag
};

/** Draws a component in the place of all that is in `host`. Does nothing, and says so, if the data are not for us. */
export function mount(host: HTMLElement, data: unknown): boolean {
  const { component, version } = (data ?? {}) as Partial<IData>;
  const draw = version === VERSION && component ? COMPONENTS[component] : undefined;
  if (!draw) {
    return false;
  }
  host.replaceChildren();
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const style = document.createElement('style');
  style.textContent = STYLE;
  root.replaceChildren(style);
  draw(data as never, root);
  return true;
}
