// How components look. Colours are those of the page around them: JupyterLab's, VS Code's, or the browser's own.

export const STYLE = `
:host {
  display: block;
  color: var(--jp-content-font-color1, var(--vscode-editor-foreground, CanvasText));
  font-family: var(--jp-ui-font-family, system-ui, sans-serif);
  font-size: var(--jp-ui-font-size1, 13px);
  line-height: 1.5;
}
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 20px; margin: 4px 0; }
.grids { align-items: center; gap: 8px 14px; }
.grids > span { font-size: 20px; }
.stack { display: flex; flex-direction: column; gap: 6px; }
.stack.slices { flex-flow: row wrap; max-width: 460px; }
figure { margin: 0; }
figcaption { margin-bottom: 2px; }
svg { display: block; max-width: 100%; height: auto; }
.field { stroke: currentColor; stroke-opacity: 0.35; }
.small .field { stroke-opacity: 0.08; }
.cell text { fill: currentColor; text-anchor: middle; dominant-baseline: central; pointer-events: none; }
.padding .field { stroke-dasharray: 2 3; }
.padding text { opacity: 0.6; font-style: italic; }
.mark { fill: none; stroke: currentColor; stroke-width: 2.5; pointer-events: none; }
.output .cell { cursor: pointer; }
label { display: inline-flex; align-items: center; gap: 6px; }
input[type='range'] { width: 90px; accent-color: var(--jp-brand-color1, #0072b2); }
.stepper { display: flex; flex-wrap: wrap; align-items: center; gap: 4px; }
.stepper input[type='range'] { width: 140px; }
.where { min-width: 5.5em; }
button, select {
  padding: 2px 8px;
  border: 1px solid currentColor;
  border-radius: 3px;
  background: transparent;
  color: inherit;
  font: inherit;
}
select option { color: CanvasText; background: Canvas; }
button { min-width: 34px; cursor: pointer; }
.stepper button[title='Play'], .stepper button[title='Pause'] { min-width: 60px; }
:focus-visible { outline: 2px solid var(--jp-brand-color1, #0072b2); outline-offset: 2px; }
.equation { min-height: 4.5em; font-family: var(--jp-code-font-family, monospace); }
.equation div { overflow-wrap: anywhere; }
.note { max-width: 46em; min-height: 3em; }
.warning::before { content: '⚠ '; }
canvas { border: 1px solid currentColor; background: #000; touch-action: none; max-width: 100%; cursor: crosshair; }
input[type='range'].wide { width: min(420px, 60vw); }
table { border-collapse: collapse; font: inherit; }
th { padding: 2px 8px; font-weight: normal; text-align: left; }
td { padding: 2px 10px; text-align: right; font-variant-numeric: tabular-nums; }
.matrix td { border: 1px solid currentColor; }
.matrix tr:first-of-type td { border: none; }
.rates td { min-width: 3.5em; }
.positive { color: #0072b2; fill: #0072b2; }
.negative { color: #d55e00; fill: #d55e00; }
.frame, .curve { fill: none; stroke: currentColor; }
.frame, .axis { stroke: currentColor; stroke-opacity: 0.4; }
.curve { stroke-width: 2; }
.point { fill: #d55e00; stroke: currentColor; }
.picture { position: relative; max-width: 100%; box-shadow: 0 0 0 1px currentColor; background: #000; overflow: hidden; }
.picture.pointed { cursor: crosshair; }
.picture > * { position: absolute; inset: 0; width: 100%; height: 100%; max-width: none; border: none; background: none; }
.picture > *, .view img { image-rendering: pixelated; pointer-events: none; }
.view { position: relative; overflow: hidden; border: 1px solid currentColor; background: #000; }
.view img { position: absolute; left: 0; top: 0; max-width: none; }
canvas.side { cursor: auto; background: none; }
.patch { stroke: #fff; stroke-width: 1; vector-effect: non-scaling-stroke; }
.mark.light { stroke: #f0e442; vector-effect: non-scaling-stroke; }
.outline { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; filter: drop-shadow(0 0 1px #000); }
.outline.chosen { stroke: #fff; stroke-width: 3; }
.outline.found { stroke: #3c96ff; }
.outline.false { stroke: #ff5a00; stroke-width: 3; }
.outline.missed { stroke: #ffeb46; stroke-dasharray: 4 3; }
.sample { background: #444; }
.dam { fill: none; stroke: #000; stroke-width: 2.5; vector-effect: non-scaling-stroke; }
.spring { fill: #fff; stroke: #000; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.cut { fill: none; stroke: #f0e442; stroke-width: 1; stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
.map .cell { cursor: pointer; }
.told { min-height: 1.5em; margin: 4px 0; }
td.bar { width: 160px; padding: 2px 0; text-align: left; border: 1px solid currentColor; }
td.bar div { height: 14px; background: #0072b2; }
textarea { width: min(40em, 100%); font-family: var(--jp-code-font-family, monospace); }
`;
