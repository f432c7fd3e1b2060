/* Builds nodes from data; text always goes in as text. */
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const byId = (id) => document.getElementById(id);

export const nodes = (...children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

export const show = (place, ...children) => place.replaceChildren(...nodes(children));

let serial = 0;
export const freshId = (stem) => `${stem}-${(serial += 1)}`;
