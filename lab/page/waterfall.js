// What an offer is worth, term by term: a waterfall that is a table too.
import { el } from "./dom.js";
import { listed } from "./findings.js";
import { signed } from "./format.js";
import { language, t } from "./text.js";

/** @typedef {{term: string, value: number}} Term */
const SMALL = 0.005; // terms below it are named, not drawn

/** Least and most of the sum of terms on the way, and of declining. @param {Term[]} terms @param {number} decline @returns {[number, number]} */
export function reachOf(terms, decline) {
  let sum = 0;
  const sums = [0, decline, ...terms.map(({ value }) => (sum += value))];
  return [Math.min(...sums), Math.max(...sums)];
}

/** Terms of an offer's worth as a waterfall, which is a table too. @param {string} caption @param {Term[]} terms @param {number} utility @param {number} decline @param {[number, number]} [reach] of its axis */
export function waterfall(caption, terms, utility, decline, reach = reachOf(terms, decline)) {
  const told = terms.filter(({ value }) => Math.abs(value) >= SMALL);
  const rest = terms.filter(({ value }) => Math.abs(value) < SMALL).map(({ term }) => t(`term.${term}`));
  let sum = 0;
  const steps = told.map(({ term, value }) => ({ term, value, from: sum, to: (sum += value) }));
  const [low, high] = reach;
  /** @param {number} value */
  const at = (value) => (100 * (value - low)) / (high - low || 1);
  /** @param {number} from @param {number} to @param {string} kind */
  const bar = (from, to, kind) => {
    const box = el("div", { class: "fall" }, el("i", { class: "zero" }), el("i", { class: `fall-bar ${kind}` }));
    const [zero, shape] = /** @type {HTMLElement[]} */ ([...box.children]);
    zero.style.left = `${at(0)}%`;
    shape.style.left = `${at(Math.min(from, to))}%`;
    shape.style.width = `${Math.max(0.4, Math.abs(at(to) - at(from)))}%`;
    return box;
  };
  /** @param {string} name @param {number} from @param {number} to @param {number} value @param {string} kind @param {string} [row] */
  const line = (name, from, to, value, kind, row = "") => el("tr", { class: row },
    el("th", { scope: "row" }, name), el("td", { class: "fall-cell" }, bar(from, to, kind)), el("td", {}, signed(language, value, 2)));
  return el("div", {},
    el("table", { class: "waterfall" }, el("caption", {}, caption),
      el("colgroup", {}, el("col", { class: "col-name" }), el("col"), el("col", { class: "col-value" })),
      el("thead", { class: "unseen" }, el("tr", {}, el("th", { scope: "col" }, t("why.term")), el("td"), el("th", { scope: "col" }, t("why.worth")))),
      el("tbody", {}, ...steps.map((s) => line(t(`term.${s.term}`), s.from, s.to, s.value, s.value > 0 ? "up" : "down")),
        line(t("why.utility"), 0, utility, utility, "total", "total-row"), line(t("why.decline"), 0, decline, decline, "open"))),
    rest.length ? el("p", { class: "fine" }, t("why.small", { terms: listed(rest) })) : null);
}
