// Small helpers to make and find elements. Text is set as text, never as markup.

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, any>} [attributes] @param {...(Node|string|null|undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) made.append(child);
  return made;
}

/** @param {string} tag @param {Record<string, any>} [attributes] @param {...(Node|string)} children @returns {SVGElement} */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

/** @param {Element} parent @param {...(Node|string|null|undefined)} children */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.filter((c) => c !== null && c !== undefined).map((c) => c));
}

/** Text of the server, which is English. @param {string} text @param {string} lang of the page */
export function english(text, lang) {
  return el("span", lang === "en" ? {} : { lang: "en" }, text);
}

/**
 * A dialog with a title and a button that closes it; Escape closes it too.
 * @param {string} title @param {string} closeText @param {...(Node|string|null)} children
 * @returns {HTMLDialogElement}
 */
export function dialog(title, closeText, ...children) {
  const heading = el("h2", { id: `d${Math.random().toString(36).slice(2)}` }, title);
  const close = el("button", { type: "button", class: "close", onclick: () => made.close() }, closeText);
  const made = el("dialog", { "aria-labelledby": heading.id },
    el("div", { class: "dialog-head" }, heading, close), el("div", { class: "dialog-body" }, ...children));
  made.addEventListener("close", () => made.remove());
  made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
  document.body.append(made);
  made.showModal();
  return made;
}

/** A table of data. @param {string} caption @param {string[]} head @param {(string|number)[][]} rows */
export function table(caption, head, rows) {
  return el("div", { class: "table", tabindex: 0, role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...head.map((h) => el("th", { scope: "col" }, h)))),
      el("tbody", {}, ...rows.map(([first, ...rest]) =>
        el("tr", {}, el("th", { scope: "row" }, String(first)), ...rest.map((c) => el("td", {}, String(c))))))));
}
