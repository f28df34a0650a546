// What a display to play with is: data in, elements out. No framework, no network, no kernel.

/** What the crate writes into a notebook: which component, and what it shows. */
export interface IData {
  component: string;
  /** Of the format. A newer one than we know is not drawn. */
  version: number;
}

/** A component draws its data into a node. Nothing outside that node is touched. */
export type Component<Data extends IData> = (data: Data, node: ShadowRoot) => void;

type Attributes = Record<string, string | number | boolean | undefined>;
type Child = Node | string;

/** An HTML element with its attributes and children. */
export function html<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  return furnished(document.createElement(name), attributes, children);
}

/** An SVG element with its attributes and children. */
export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Name] {
  return furnished(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function furnished<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children);
  return element;
}
