// One of a few, as radio buttons in a row.
import { el } from "./dom.js";

/** Radio buttons in a row. @param {string} name @param {string} label @param {[string, string][]} options @param {(value: string) => void} act */
export function choice(name, label, options, act) {
  const inputs = options.map(([value, text]) => {
    const input = el("input", { type: "radio", name, value });
    input.addEventListener("change", () => act(value));
    return { input, label: el("label", {}, input, el("span", {}, text)) };
  });
  return {
    element: el("fieldset", { class: "choice" }, el("legend", {}, label), ...inputs.map((i) => i.label)),
    /** @param {string} value */
    show: (value) => { for (const { input } of inputs) input.checked = input.value === value; },
  };
}
