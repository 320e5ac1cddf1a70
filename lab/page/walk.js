// Step mode: one future, year by year, with the map and what each state chose.
/** @import {App} from "./app.js" */
/** @import {Quantity, RecordEvent} from "./types.js" */
import { Latest } from "./api.js";
import { choice } from "./choice.js";
import { el, english, fill } from "./dom.js";
import { StateMap } from "./map.js";
import { showEvents } from "./marks.js";
import { Scrubber } from "./scrubber.js";
import { asked } from "./state.js";
import { stepper } from "./stepper.js";
import { csv, download } from "./take.js";
import { capital, language, t } from "./text.js";
import { choiceWords } from "./why.js";

/**
 * @typedef {object} Chosen
 * @property {"model"|"record"|"unseen"} follows
 * @property {string} id
 * @property {number} year
 * @property {string} state
 * @property {string} area
 * @property {string} choice
 * @property {{patron: string, rung: number}[]} [offers]
 * @property {string|null} [host]
 * @property {string} text in English
 */
/** @typedef {{rung: number[][][][], packages: number[][][][], choices: Chosen[]}} WalkSide rung and packages [year][state][patron][area] */
/** @typedef {{future: number, years: number[], cut: number|null, moved: number|null, base: WalkSide, what: WalkSide|null}} WalkAnswer */

const ALIGNMENT = /** @type {Quantity} */ ({ id: "alignment", family: "alignment", unit: "", range: [-5, 5] });
const COLOURS = /** @type {{scale: string, range: [number, number]}} */ ({ scale: "diverging", range: [-2.5, 2.5] });

/** Mean rung with China less that with Russia, by state. @param {number[][][]} rungs [state][patron][area] */
export function alignment(rungs) {
  /** @param {number[]} list */
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  return rungs.map(([china, russia]) => mean(china) - mean(russia));
}

/** What makes a choice the same on both sides. @param {Chosen} c */
const key = (c) => [c.follows, c.id, c.year, c.state, c.area, c.choice].join(" ");

/** Choices of a year that the other side lacks. @param {Chosen[]} mine @param {Chosen[]} other @returns {Set<string>} */
export function only(mine, other) {
  const there = new Set(other.map(key));
  return new Set(mine.map(key).filter((k) => !there.has(k)));
}

/** Which of some equal lines each is, "" for a line that stands alone. @param {string[]} lines */
export function repeats(lines) {
  return lines.map((line, n) => {
    const count = lines.filter((other) => other === line).length;
    return count === 1 ? "" : t("walk.repeat", { n: lines.slice(0, n + 1).filter((other) => other === line).length, count });
  });
}

/** @param {Chosen} c */
function words(c) {
  if (c.follows === "record") return english(c.text, language);
  if (c.follows === "unseen") return t("walk.unseen", { patron: t(`patron.${c.choice}`), area: t(`area.${c.area}`) });
  if (!c.offers) return english(c.text, language);
  return choiceWords(/** @type {any} */ ({ ...c, frame: c.host ? "joint" : "bilateral", onTable: c.offers }));
}

/** A future's choices as rows, and whether the other side has each. @param {WalkAnswer} answer @returns {(string|number)[][]} */
export function rowsOf({ future, base, what }) {
  const sides = /** @type {[string, WalkSide, WalkSide|null][]} */ ([["base", base, what], ["what", what, base]].filter(([, side]) => side));
  return [
    ["side", "future", "year", "state", "follows", "id", "area", "choice", "text", "only_on_this_side"],
    ...sides.flatMap(([name, side, other]) => {
      const mine = only(side.choices, other?.choices ?? side.choices);
      return side.choices.map((c) => [name, future, c.year, c.state, c.follows, c.id, c.area, c.choice, c.text, mine.has(key(c)) ? 1 : 0]);
    }),
  ];
}

export class Walk {
  /** @param {App} app @param {any} shapes */
  constructor(app, shapes) {
    this.app = app;
    this.requests = new Latest();
    this.question = "";
    /** @type {WalkAnswer|null} */
    this.answer = null;
    this.future = stepper("walk-future", t("why.future"), 0, Math.max(...app.setup.futures) - 1, (future) => app.go({ future }));
    this.side = choice("walk-side", t("map.side"), [["what", t("side.what")], ["base", t("side.base")]],
      (side) => app.go({ side: /** @type {"what"|"base"} */ (side) }));
    this.map = new StateMap(shapes, app.setup, (sel) => app.go({ sel, tab: "why", year: this.year }, "push"));
    this.scrubber = new Scrubber(app.setup.years, (year) => app.year(year), (year) => app.go({ year }));
    this.back = el("button", { type: "button", onclick: () => this.#step(-1) }, t("walk.back"));
    this.next = el("button", { type: "button", class: "main", onclick: () => this.#step(1) }, t("walk.next"));
    this.save = el("button", { type: "button", onclick: () => this.#save() }, t("take.csv"));
    this.list = el("div", { class: "walk-list", "aria-live": "polite" });
    this.element = el("div", { class: "walk" },
      el("div", { class: "bar-row" }, this.future.element, this.side.element, this.back, this.next, this.save),
      el("div", { class: "walk-body" },
        el("figure", { class: "figure" }, el("figcaption", {}, el("p", { class: "reading" }, t("walk.map"))),
          /** @type {any} */ (this.map.element), this.scrubber.element, el("p", { class: "fine" }, t("map.boundaries"))),
        this.list));
  }

  #save() {
    if (this.answer) download("steppe-future.csv", new Blob([csv(rowsOf(this.answer))], { type: "text/csv" }));
  }

  get year() {
    return this.app.state.year ?? Math.min(this.app.setup.years[1], (this.app.cut ?? this.app.setup.years[0] - 1) + 1);
  }

  /** @param {number} step */
  #step(step) {
    const [first, last] = this.app.setup.years;
    this.app.go({ year: Math.min(last, Math.max(first, this.year + step)) });
  }

  title() {
    const place = { future: this.app.state.future, year: this.year };
    const shown = this.#shown();
    if (!shown) return { headline: t("walk.title", place), subline: t("working") };
    const count = shown.choices.filter((c) => c.year === this.year).length;
    return {
      headline: t(this.#recorded() ? "walk.title.record" : "walk.title", place),
      subline: [t("walk.count", { count }), ...this.#differing()].join(" "),
    };
  }

  #recorded() {
    return this.answer?.cut !== null && this.year <= (this.answer?.cut ?? 0);
  }

  #shown() {
    const { answer } = this;
    return answer && (this.app.state.side === "base" || !answer.what ? answer.base : answer.what);
  }

  /** How many of the year's choices only the what-if has, and how many only the baseline. @returns {string[]} */
  #differing() {
    const { answer } = this;
    if (!answer?.what) return [];
    const [what, base] = [answer.what, answer.base].map((s) => s.choices.filter((c) => c.year === this.year));
    return [t("walk.differ", { count: only(what, base).size }), t("walk.gone", { count: only(base, what).size })];
  }

  draw() {
    const { state } = this.app;
    this.future.show(state.future);
    this.back.disabled = this.year <= this.app.setup.years[0];
    this.next.disabled = this.year >= this.app.setup.years[1];
    this.scrubber.show(this.year);
    const question = `api/walk?${asked(state)}&future=${state.future}`;
    if (question !== this.question) {
      this.question = question;
      this.answer = null;
      this.requests.ask(question, (/** @type {WalkAnswer} */ answer) => {
        this.answer = answer;
        this.scrubber.span(answer.years[0], answer.years[answer.years.length - 1]);
        this.#show();
        this.app.retitle();
      }, (error) => { this.question = ""; this.list.setAttribute("aria-busy", "false"); this.app.failure(error); });
    }
    this.#show();
  }

  #show() {
    const { answer } = this;
    const shown = this.#shown();
    this.list.setAttribute("aria-busy", String(!answer));
    if (!answer || !shown) return fill(this.list, el("p", { class: "note" }, t("working")));
    this.side.element.hidden = answer.what === null;
    this.side.show(shown === answer.base ? "base" : "what");
    const n = answer.years.indexOf(this.year);
    this.map.draw(ALIGNMENT, "what", COLOURS, alignment(shown.rung[n]), this.app.state.sel, t("walk.map"));
    const now = shown.choices.filter((c) => c.year === this.year);
    const other = answer.what ? (shown === answer.base ? answer.what : answer.base).choices.filter((c) => c.year === this.year) : now;
    const mine = only(now, other);
    const gone = shown === answer.what ? only(other, now) : new Set();
    const before = n > 0 ? shown.rung[n - 1] : null;
    fill(this.list, ...this.app.setup.states.map(({ code }, s) => {
      const own = now.filter((c) => c.state === code);
      const lost = other.filter((c) => c.state === code && gone.has(key(c)));
      const rise = before ? changes(before[s], shown.rung[n][s], this.app.setup.areas.map((a) => a.id)) : [];
      return el("section", { class: "walk-state" },
        el("h2", {}, t(`state.${code}`), " ",
          el("button", { type: "button", onclick: () => this.app.go({ tab: "why", sel: code, year: this.year }, "push"),
            "aria-label": t("map.why", { state: t(`state.${code}`), year: this.year }) }, t("walk.why"))),
        own.length ? null : el("p", { class: "note" }, t("walk.nothing")),
        own.length + lost.length ? el("ul", {},
          ...this.#lines(own, (c) => (mine.has(key(c)) ? t("walk.only") : "")), ...this.#lines(lost, () => t("walk.lost"), "del")) : null,
        ...rise.map((text) => el("p", { class: "rise" }, text)));
    }));
  }

  /** Choices as lines of a list. @param {Chosen[]} choices @param {(c: Chosen) => string} mark @param {"span"|"del"} [as] */
  #lines(choices, mark, as = "span") {
    const said = choices.map((c) => lineOf(c, this.app.setup.events));
    const which = repeats(said.map(([text]) => (typeof text === "string" ? text : text.textContent ?? "")));
    return choices.map((c, k) => el("li", { class: `${c.follows} ${c.choice}` },
      el(as, {}, ...said[k]), which[k] ? ` ${which[k]}` : null, mark(c) ? el("strong", { class: "only" }, " ", mark(c)) : null));
  }
}

/** @param {Chosen} c @param {RecordEvent[]} events */
function lineOf(c, events) {
  const found = c.follows === "record" ? events.filter((e) => e.id === c.id) : [];
  const text = words(c);
  return [typeof text === "string" ? capital(text) : text,
    found.length ? el("button", { type: "button", class: "link", onclick: () => showEvents(found) }, t("source")) : null].filter((x) => x !== null);
}

/** Rungs that rose or fell in a year, in words. @param {number[][]} before [patron][area] @param {number[][]} after @param {string[]} areas */
export function changes(before, after, areas) {
  /** @type {string[]} */
  const found = [];
  ["china", "russia"].forEach((patron, p) => areas.forEach((area, a) => {
    const [from, to] = [before[p][a], after[p][a]];
    if (from !== to) {
      found.push(t(to > from ? "walk.rise" : "walk.fall", {
        area: capital(t(`area.${area}`)), patron: t(`patron.${patron}`), from: t(`rung.${from}`), to: t(`rung.${to}`),
      }));
    }
  }));
  return found;
}
