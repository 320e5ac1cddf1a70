// A whole number with a step back and a step on.
import { el } from "./dom.js";
import { t } from "./text.js";

/** @param {string} id @param {string} name @param {number} low @param {number} high @param {(value: number) => void} act */
export function stepper(id, name, low, high, act) {
  const input = el("input", { type: "number", id, min: low, max: high });
  /** @param {number} value */
  const go = (value) => act(Math.min(high, Math.max(low, Math.round(value))));
  input.addEventListener("change", () => go(Number(input.value)));
  const back = el("button", { type: "button", "aria-label": t("step.back", { name }), onclick: () => go(Number(input.value) - 1) }, "‹");
  const on = el("button", { type: "button", "aria-label": t("step.on", { name }), onclick: () => go(Number(input.value) + 1) }, "›");
  return {
    element: el("span", { class: "stepper" }, el("label", { for: id }, name), back, input, on),
    /** @param {number} value */
    show: (value) => {
      input.value = String(value);
      back.disabled = value <= low;
      on.disabled = value >= high;
    },
  };
}
