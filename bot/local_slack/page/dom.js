// Building DOM nodes. Nothing on this page parses HTML: text becomes text nodes, always.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element. `on` holds listeners; `true` sets a bare attribute, `null` and `false` none. */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function s(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") listen(element, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value);
    }
  }
  element.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== null && child !== false && child !== undefined),
  );
  return element;
}

function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) {
    element.addEventListener(event, listener);
  }
}

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** A link that leaves the page, or its label as plain text where the address is of another kind. */
export function link(address, ...label) {
  const shown = label.length ? label : [address];
  if (!isSafe(address)) return h("span", { class: "no-link", title: "Not a link" }, shown);
  const props = { href: address, target: "_blank", rel: "noopener noreferrer", title: address };
  return h("a", props, shown);
}

function isSafe(address) {
  try {
    return SCHEMES.has(new URL(address).protocol);
  } catch {
    return false;
  }
}

/**
 * Make the children of `parent` match `items`, keeping what has not changed.
 *
 * `make(item, before)` returns a node; it may return `before`, the node of the same key, to keep
 * it with its focus, its selection and what a person has unfolded.
 */
export function reconcile(parent, items, key, make) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    const old = before.get(name);
    const node = make(item, old);
    node.dataset.key = name;
    before.delete(name);
    if (old && old !== node) {
      if (place === old) place = node;
      replaceKeepingFocus(old, node);
    }
    if (place === node) place = node.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const gone of before.values()) gone.remove();
}

function replaceKeepingFocus(old, node) {
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(node);
  if (!hadFocus) return;
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}

/** Ask a yes-or-no question; resolves to true for yes. Escape means no. */
export function confirmation({ title, body, yes = "Yes", no = "Cancel", danger = false }) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "dialog", "aria-labelledby": "dialog-title" },
      h("h2", { id: "dialog-title" }, title),
      h("div", { class: "dialog-body" }, body),
      h(
        "form",
        { method: "dialog", class: "dialog-buttons" },
        h("button", { class: "button", value: "no" }, no),
        h("button", { class: `button ${danger ? "danger" : "primary"}`, value: "yes" }, yes),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
