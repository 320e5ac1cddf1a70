// Why a state chose as it did in one year of one future: offers, terms, odds, draw, and what would flip it.
/** @import {State} from "./types.js" */
/** @import {App} from "./app.js" */
/** @import {Term} from "./waterfall.js" */
import { Latest } from "./api.js";
import { el, english, fill } from "./dom.js";
import { number, percent, signed } from "./format.js";
import { listed } from "./findings.js";
import { proof } from "./marks.js";
import { Overrule } from "./overrule.js";
import { reachOf, waterfall } from "./waterfall.js";
import { asked } from "./state.js";
import { stepper } from "./stepper.js";
import { download, csv } from "./take.js";
import { capital, language, t } from "./text.js";

/** @typedef {{patron: string, rung: number, rungName: string, value: number, utility: number}} Offer */
/**
 * @typedef {object} Decision
 * @property {string} id
 * @property {string} area
 * @property {"bilateral"|"joint"} frame
 * @property {string|null} host
 * @property {Offer[]} onTable
 * @property {Record<string, Term[]>} terms by patron
 * @property {number} decline
 * @property {number} complementarity
 * @property {Record<string, number>} probabilities neither, china, russia, both
 * @property {number} draw
 * @property {string} choice
 * @property {{patron: string, shift: number, choice: string}|null} flip
 */
/** @typedef {{area: string, terms: Term[], utility: number, decline: number, alone: number}} Weighed */
/** @typedef {{id: string, text: string, patron: string, rung: number, value: number, valueKnown: boolean, joint: boolean, sources: import("./types.js").Source[], note: string, weighed: Weighed[]}} Documented */
/** @typedef {{follows: "model"|"record", note: string, decisions: Decision[], documented: Documented[]}} Side */
/** @typedef {{state: string, year: number, future: number, base: Side, what: Side|null, elsewhere: number[]}} WhyAnswer */

const FOLLOWED = 5; // years that follow the choice to which the last year leads back
const CHOICES = /** @type {const} */ (["neither", "china", "russia", "both"]);

/** What was chosen, in words. @param {Decision} decision */
export function choiceWords(decision) {
  const area = t(`area.${decision.area}`);
  if (decision.frame === "joint") {
    const there = decision.choice === "neither" ? "no" : "yes";
    return t(`chose.joint.${there}`, {
      area, patron: t(`patron.${decision.onTable[0].patron}`), host: decision.host ? t(`state.${decision.host}`) : "",
    });
  }
  return t(`chose.${decision.choice}`, { area, offers: listed(decision.onTable.map((o) => t(`patron.${o.patron}`))) });
}

/** What a state chose, two choices by name and of the rest how many. @param {Decision[]} decisions */
export function choicesWords(decisions) {
  const more = decisions.length - 2;
  return listed([...decisions.slice(0, 2).map(choiceWords), ...(more > 0 ? [t("why.more", { count: more })] : [])]);
}

/** What would have flipped it, in words. @param {Decision} decision */
export function flipWords({ flip }) {
  if (!flip) return t("flip.none");
  return t(flip.shift > 0 ? "flip.more" : "flip.less", {
    choice: t(`choice.${flip.choice}`), patron: t(`patron.${flip.patron}`), size: number(language, Math.abs(flip.shift), 2),
  });
}

/** Odds as a strip from 0 to 1 with the draw on it. @param {Decision} decision */
function odds({ probabilities, draw, choice }) {
  const strip = el("div", { class: "odds", "aria-hidden": "true" });
  for (const name of CHOICES) {
    const p = probabilities[name];
    if (!p) continue;
    const part = el("span", { class: `odd ${name}${name === choice ? " chosen" : ""}` }, p > 0.12 ? t(`choice.${name}`) : "");
    part.style.width = `${100 * p}%`;
    strip.append(part);
  }
  const pin = el("i", { class: "draw" });
  pin.style.left = `${100 * draw}%`;
  strip.append(pin);
  const words = listed(CHOICES.filter((name) => probabilities[name] > 0)
    .map((name) => t("why.odd", { choice: t(`choice.${name}`), share: percent(language, probabilities[name]) })));
  return el("div", {}, el("h4", {}, t("why.odds")), strip,
    el("p", {}, t("why.draw", { odds: words, draw: number(language, draw, 3), choice: t(`choice.${choice}`) })));
}

/** @param {Decision} decision @param {HTMLElement|null} action */
function card(decision, action) {
  const offers = decision.onTable.map((offer) => t("why.offer", {
    patron: t(`patron.${offer.patron}`), rung: t(`rung.${offer.rung}`), value: number(language, offer.value),
  }));
  const reaches = decision.onTable.map(({ patron }) => reachOf(decision.terms[patron], decision.decline));
  /** @type {[number, number]} one axis for all offers, so that they can be compared */
  const reach = [Math.min(...reaches.map((r) => r[0])), Math.max(...reaches.map((r) => r[1]))];
  return el("details", { class: "decision" },
    el("summary", {}, el("h3", {}, capital(choiceWords(decision)))),
    el("p", {}, t("why.table", { offers: offers.join("; ") })),
    el("div", { class: "falls" }, ...decision.onTable.map((offer) => waterfall(
      t("why.waterfall", { patron: t(`patron.${offer.patron}`) }), decision.terms[offer.patron], offer.utility, decision.decline, reach))),
    decision.onTable.length > 1 ? el("p", { class: "note" }, t("why.both", { value: signed(language, decision.complementarity, 2) })) : null,
    odds(decision),
    el("p", { class: "flip" }, flipWords(decision)), action);
}

/** A package on record, and what it would have been worth. @param {Documented} item */
function record(item) {
  return el("article", { class: "decision" },
    el("h3", {}, t(item.rung ? "why.recorded" : "why.left", { patron: t(`patron.${item.patron}`), rung: t(`rung.${item.rung}`) })),
    el("p", {}, english(item.text, language)),
    ...proof(item),
    ...item.weighed.map((w) => el("div", {},
      waterfall(t("why.weighed", { area: t(`area.${w.area}`) }), w.terms, w.utility, w.decline),
      el("p", {}, t("why.alone", { share: percent(language, w.alone) })))));
}

/** Reasons as rows: of a choice its offers, terms, odds and what would flip it; of a year on record what each package was worth. @param {WhyAnswer} answer @returns {(string|number)[][]} */
export function rowsOf({ state, year, future, base, what }) {
  const sides = /** @type {[string, Side][]} */ ([["base", base], ["what", what]].filter(([, side]) => side));
  return [
    ["side", "state", "year", "future", "decision", "area", "patron", "item", "value"],
    ...sides.flatMap(([name, side]) => [
      ...side.decisions.flatMap((d) => chosenRows(d).map((row) => [name, state, year, future, d.id, d.area, ...row])),
      ...side.documented.flatMap((item) => recordRows(item).map((row) => [name, state, year, future, item.id, ...row])),
    ]),
  ];
}

/** Patron, item and value. @param {Decision} decision @returns {(string|number)[][]} */
function chosenRows({ terms, onTable, decline, complementarity, probabilities, draw, choice, flip }) {
  return [
    ...Object.entries(terms).flatMap(([patron, list]) => list.map(({ term, value }) => [patron, term, value])),
    ...onTable.flatMap(({ patron, rung, value, utility }) => [[patron, "rung", rung], [patron, "usd_million", value], [patron, "utility", utility]]),
    ["", "decline", decline], ["", "complementarity", complementarity],
    ...Object.entries(probabilities).map(([name, p]) => ["", `probability_${name}`, p]),
    ["", "draw", draw], ["", "choice", choice],
    ...(flip ? [[flip.patron, "flip_shift", flip.shift], ["", "flip_choice", flip.choice]] : []),
  ];
}

/** Area, patron, item and value. @param {Documented} item @returns {(string|number)[][]} */
function recordRows({ patron, rung, value, valueKnown, text, weighed }) {
  return [
    ["", patron, "text", text], ["", patron, "rung", rung], ["", patron, valueKnown ? "usd_million" : "usd_million_assumed", value],
    ...weighed.flatMap(({ area, terms, utility, decline, alone }) => [
      ...terms.map((one) => [area, patron, one.term, one.value]),
      [area, patron, "utility", utility], [area, patron, "decline", decline], [area, patron, "probability_alone", alone],
    ]),
  ];
}

export class Why {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.requests = new Latest();
    this.overrule = new Overrule(app);
    this.question = "";
    /** @type {WhyAnswer|null} */
    this.answer = null;
    this.state = el("select", { id: "why-state" }, ...app.setup.states.map(({ code }) => el("option", { value: code }, t(`state.${code}`))));
    this.state.addEventListener("change", () => app.go({ sel: this.state.value }, "push"));
    this.year = stepper("why-year", t("why.year"), app.setup.years[0], app.setup.years[1], (year) => app.go({ year }));
    this.future = stepper("why-future", t("why.future"), 0, Math.max(...app.setup.futures) - 1, (future) => app.go({ future }));
    this.save = el("button", { type: "button", onclick: () => this.#save() }, t("take.csv"));
    this.body = el("div", { class: "why-body" });
    this.element = el("div", { class: "why" },
      el("div", { class: "bar-row" }, el("label", { for: "why-state" }, t("why.state")), this.state, this.year.element, this.future.element, this.save),
      this.body);
  }

  /** Year that is asked about: the first free one where none is chosen. */
  get askedYear() {
    return this.app.state.year ?? Math.min(this.app.setup.years[1], (this.app.cut ?? this.app.setup.years[0]) + 4);
  }

  get selected() {
    return this.app.state.sel || this.app.setup.states[0].code;
  }

  title() {
    const { answer } = this;
    const place = { state: t(`state.${this.selected}`), year: this.askedYear, future: this.app.state.future, n: this.app.full };
    if (!answer) return { headline: t("why.title", place), subline: t("working") };
    const side = answer.what ?? answer.base;
    if (side.follows === "record") return { headline: t("why.title.record", place), subline: t("why.sub.record") };
    if (!side.decisions.length) return { headline: t("why.title.none", place), subline: t("why.sub", place) };
    return {
      headline: t("why.title.chose", { ...place, choices: choicesWords(side.decisions) }),
      subline: t("why.sub", place),
    };
  }

  draw() {
    const { state } = this.app;
    this.state.value = this.selected;
    this.year.show(this.askedYear);
    this.future.show(state.future);
    if (this.answer) this.overrule.meet(this.answer);
    const question = `api/why?${asked(state)}&sel=${this.selected}&year=${this.askedYear}&future=${state.future}`;
    if (question === this.question) return;
    this.question = question;
    this.answer = null;
    this.body.setAttribute("aria-busy", "true");
    this.requests.ask(question, (/** @type {WhyAnswer} */ answer) => {
      this.answer = answer;
      this.body.setAttribute("aria-busy", "false");
      this.#show(answer);
      this.app.retitle();
      this.overrule.meet(answer);
    }, (error) => {
      this.question = "";
      this.body.setAttribute("aria-busy", "false");
      fill(this.body);
      this.app.failure(error);
    });
  }

  /** @param {WhyAnswer} answer */
  #show(answer) {
    /** @param {string} name @param {Side} side @param {"base"|"what"} which */
    const column = (name, side, which) => el("section", { class: "side-column", "aria-label": name },
      answer.what ? el("h2", { class: `side-name ${which}` }, name) : null,
      side.follows === "record" ? el("p", { class: "note" }, t("why.note.record")) : null,
      side.decisions.length && which === (answer.what ? "what" : "base") ? this.#tooLate() : null,
      !side.decisions.length && !side.documented.length ? this.#nothing(answer) : null,
      ...side.documented.map(record),
      ...side.decisions.map((decision) => card(decision, this.#action(decision, which))));
    fill(this.body, ...(answer.what
      ? [column(t("side.what"), answer.what, "what"), column(t("side.base"), answer.base, "base")]
      : [column(t("side.base"), answer.base, "base")]));
    this.body.classList.toggle("two", answer.what !== null);
    for (const column of this.body.children) column.querySelector("details.decision")?.setAttribute("open", "");
  }

  /** @param {Decision} decision @param {"base"|"what"} which */
  #action(decision, which) {
    const { years } = this.app.setup;
    if (this.askedYear >= years[1] || (which === "base" && this.answer?.what)) return null;
    return el("button", { type: "button", class: "main", onclick: () => this.overrule.open(this.selected, this.askedYear, decision) },
      t("overrule.open", { state: t(`state.${this.selected}`) }));
  }

  /** Why no choice of the last year can be overruled, and a way to one that can. */
  #tooLate() {
    const [, last] = this.app.setup.years;
    if (this.askedYear < last) return null;
    const year = Math.max((this.app.cut ?? 0) + 1, last - FOLLOWED);
    return el("p", { class: "note bar-row" }, t("overrule.late", { year: last }),
      el("button", { type: "button", onclick: () => this.app.go({ year }, "push") }, t("overrule.earlier", { year })));
  }

  /** @param {WhyAnswer} answer */
  #nothing(answer) {
    return el("div", {}, el("p", {}, t("why.nothing")), answer.elsewhere.length
      ? el("p", { class: "bar-row" }, t("why.elsewhere"), ...answer.elsewhere.map((future) =>
        el("button", { type: "button", onclick: () => this.app.go({ future }, "push") }, String(future)))) : null);
  }

  #save() {
    if (!this.answer) return;
    download("steppe-why.csv", new Blob([csv(rowsOf(this.answer))], { type: "text/csv" }));
  }
}
