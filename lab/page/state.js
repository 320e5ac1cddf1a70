// The address holds all state: read it, write it, compare two.
/** @import {State, LeverMove, Kind, Tab, Language} from "./types.js" */

/** @type {State} */
export const INITIAL = Object.freeze({
  start: "baseline-2022", levers: [], seed: 1, n: 0, area: "", patron: "", quantity: "alignment",
  side: "what", year: null, sel: "", future: 0, tab: "compare", story: "", sweep: "", total: false, lang: "en", code: "", rule: "",
});
const TABS = ["compare", "why", "walk", "sweep", "class"];
const SIDES = ["what", "base", "diff"];
const LANGUAGES = ["en", "ru"];

/** A number as short as it can be without losing what a slider means. @param {number} value */
export function plain(value) {
  return String(Number(value.toPrecision(10)));
}

/** @param {LeverMove} lever */
export function leverText({ address, kind, number, from, until }) {
  return `${address}:${kind}:${plain(number)}:${from}${until === null ? "" : `-${until}`}`;
}

/** @param {string} text @returns {LeverMove|null} null if it is no lever */
export function leverOf(text) {
  const found = /^([a-z_0-9.*A-Z-]+):(value|factor):(-?[0-9.]+(?:e-?[0-9]+)?):(\d{4})(?:-(\d{4}))?$/.exec(text);
  if (!found || !Number.isFinite(Number(found[3]))) return null;
  return {
    address: found[1], kind: /** @type {Kind} */ (found[2]), number: Number(found[3]),
    from: Number(found[4]), until: found[5] ? Number(found[5]) : null,
  };
}

/** @param {string|null} text @param {number} fallback @param {number} [low] @returns {number} */
function whole(text, fallback, low = 0) {
  return text !== null && /^\d{1,9}$/.test(text) && Number(text) >= low ? Number(text) : fallback;
}

/** @template {string} T @param {string|null} text @param {readonly string[]} allowed @param {T} fallback @returns {T} */
function oneOf(text, allowed, fallback) {
  return text !== null && allowed.includes(text) ? /** @type {T} */ (text) : fallback;
}

/** @param {string|null} text @param {RegExp} shape @param {string} fallback */
function shaped(text, shape, fallback) {
  return text !== null && shape.test(text) ? text : fallback;
}

/**
 * State of an address; what it does not say, or says in a wrong form, is as at the start.
 * @param {string} query with or without its question mark
 * @param {Partial<State>} [defaults]
 * @returns {State}
 */
export function read(query, defaults = {}) {
  const words = new URLSearchParams(query);
  const first = { ...INITIAL, ...defaults };
  return {
    start: shaped(words.get("start"), /^[a-z0-9-]{1,80}$/, first.start),
    levers: words.getAll("l").map(leverOf).filter((lever) => lever !== null),
    seed: whole(words.get("seed"), first.seed),
    n: whole(words.get("n"), first.n),
    area: shaped(words.get("area"), /^[a-z_]{1,40}$/, first.area),
    patron: shaped(words.get("patron"), /^[a-z]{1,20}$/, first.patron),
    quantity: shaped(words.get("q"), /^[a-z_0-9.]{1,60}$/, first.quantity),
    side: oneOf(words.get("side"), SIDES, first.side),
    year: words.has("year") ? whole(words.get("year"), 0) || first.year : first.year,
    sel: shaped(words.get("sel"), /^[A-Z]{2}$/, first.sel),
    future: whole(words.get("future"), first.future),
    tab: oneOf(words.get("tab"), TABS, first.tab),
    story: shaped(words.get("story"), /^[a-z0-9-]{1,80}$/, first.story),
    total: words.get("total") === "1",
    sweep: shaped(words.get("sweep"), /^[a-z_0-9.*A-Z-]{1,80}$/, first.sweep),
    lang: oneOf(words.get("lang"), LANGUAGES, first.lang),
    code: shaped(words.get("class"), /^[A-Za-z0-9]{1,12}$/, first.code),
    rule: shaped(words.get("rule"), /^[a-z_.0-9]{1,60}:(china|russia):(accept|refuse)$/, first.rule),
  };
}

/** What the engine is asked: nothing of the view. @param {State} state @param {number} [n] */
export function asked(state, n = state.n) {
  const words = new URLSearchParams({ start: state.start });
  if (state.story) words.set("story", state.story);
  for (const lever of state.levers) words.append("l", leverText(lever));
  words.set("seed", String(state.seed));
  if (n) words.set("n", String(n));
  return tidy(words);
}

const OURS = ["start", "l", "seed", "n", "story", "tab", "area", "patron", "q", "side", "year", "sel", "future", "sweep", "total", "lang", "class", "rule"];

/**
 * The whole state as an address, without what is as at the start.
 * @param {State} state @param {string} [old] address before: what is not the page's own in it stays
 */
export function write(state, old = "") {
  const words = new URLSearchParams();
  for (const [key, value] of new URLSearchParams(old)) if (!OURS.includes(key)) words.append(key, value);
  if (state.start !== INITIAL.start) words.set("start", state.start);
  for (const lever of state.levers) words.append("l", leverText(lever));
  /** @type {[string, string|number|null, string|number|null][]} */
  const rest = [
    ["seed", state.seed, INITIAL.seed], ["n", state.n, INITIAL.n], ["story", state.story, ""],
    ["tab", state.tab, INITIAL.tab], ["area", state.area, ""], ["patron", state.patron, ""],
    ["q", state.quantity, INITIAL.quantity], ["side", state.side, INITIAL.side],
    ["year", state.year, null], ["sel", state.sel, ""], ["future", state.future, INITIAL.future],
    ["sweep", state.sweep, ""], ["total", state.total ? 1 : 0, 0], ["lang", state.lang, INITIAL.lang], ["class", state.code, ""], ["rule", state.rule, ""],
  ];
  for (const [key, value, initial] of rest) if (value !== initial) words.set(key, String(value));
  return tidy(words);
}

/** Colons and stars stay legible. @param {URLSearchParams} words */
function tidy(words) {
  return words.toString().replaceAll("%3A", ":").replaceAll("%2A", "*");
}

/** Whether the what-if differs from its baseline at all. @param {State} state */
export function moved(state) {
  return state.levers.length > 0 || state.story !== "";
}

/**
 * State with one lever moved, or put back if `number` is null.
 * @param {State} state @param {Omit<LeverMove, "number">} lever @param {number|null} number
 * @returns {State}
 */
export function withLever(state, lever, number) {
  const at = state.levers.findIndex((l) => l.address === lever.address);
  const levers = state.levers.filter((_, n) => n !== at);
  if (number !== null) levers.splice(at < 0 ? levers.length : at, 0, { ...lever, number });
  return { ...state, levers };
}
