// Stories of the scenario library, and where a page may start from.
/** @import {Kind, Preset, PresetLever, Setup, Start, State} from "./types.js" */
import { dialog, el, english } from "./dom.js";
import { leverName } from "./levers.js";
import { askedWords, changedStory, leverWords, plainValue } from "./notes.js";
import { leverText } from "./state.js";
import { has, language, t } from "./text.js";

/** @param {{name: string, title: string}} scenario */
export function titleOf(scenario) {
  const { name, title } = scenario;
  if (has(`scenario.${name}`)) return t(`scenario.${name}`);
  const [, base, year] = name.match(/^(.*)-(\d{4})$/) ?? [];
  return base && has(`scenario.${base}`) ? t("story.view", { title: t(`scenario.${base}`), year }) : title;
}

/** What a story asks; one that is seen from another year asks the same. @param {Pick<Preset, "name"|"question">} preset @returns {Node|string} */
export function questionOf({ name, question }) {
  const base = has(`ask.${name}`) ? name : name.replace(/-\d{4}$/, "");
  return question && has(`ask.${base}`) ? document.createTextNode(t(`ask.${base}`)) : english(question, language);
}

/** @typedef {Pick<State, "start"|"story"|"levers">} Choice */

/** What a story asks: its levers where a slider can hold them, else its name. @param {Preset} preset @returns {Choice} */
export function choiceOf({ name, start, expressible, levers }) {
  if (!expressible) return { start, story: name, levers: [] };
  return {
    start, story: "",
    levers: levers.map(({ address, kind, value, from, until }) => ({ address, kind: /** @type {Kind} */ (kind), number: value, from, until })),
  };
}

/** The story that a state tells, if it is one. @param {Preset[]} presets @param {State} state */
export function storyOf(presets, state) {
  /** @param {Choice} choice */
  const key = ({ start, story, levers }) => [start, story, ...levers.map(leverText).sort()].join(" ");
  return presets.find((p) => p.name === state.story) ?? presets.find((p) => key(choiceOf(p)) === key(state));
}

/** What stands beside the title of a start. @param {Start} start */
function startWords(start) {
  return start.conditioned_until === null ? t("start.free") : t("start.record", { year: start.conditioned_until });
}

export class Stories {
  /** @param {Setup} setup @param {(choice: Choice) => void} choose */
  constructor(setup, choose) {
    this.setup = setup;
    this.choose = choose;
    this.title = el("p", { class: "story-title" });
    this.question = el("p", { class: "story-question" });
    this.button = el("button", { type: "button", class: "stories-open", onclick: () => this.#open() }, t("stories.open"));
    this.about = el("button", { type: "button", class: "stories-about", onclick: () => this.#about() });
    this.element = el("div", { class: "story" }, this.title, this.question, el("div", { class: "story-buttons" }, this.button, this.about));
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    const start = this.setup.starts.find((s) => s.name === state.start);
    const story = storyOf(this.setup.presets, state);
    const shown = story ?? start;
    this.title.replaceChildren(...(story && changedStory(story, state) ? [askedWords(this.setup, state)] : [shown ? word(shown) : state.start]));
    this.about.textContent = t(story ? "story.about" : "story.about.start");
    this.question.replaceChildren(...(story ? [questionOf(story)] : start ? [startWords(start)] : []));
  }

  /** What a story does and rests on: its text, its levers with their reasons, and its assumptions. */
  #about() {
    const { state, setup } = this;
    if (!state) return;
    const preset = storyOf(setup.presets, state);
    const shown = preset ?? setup.starts.find((s) => s.name === state.start);
    if (!shown) return;
    const levers = preset?.levers ?? [];
    const own = preset && !changedStory(preset, state) ? [] : state.levers;
    const opened = dialog(titleOf(shown), t("close"),
      preset?.question ? el("p", {}, el("b", {}, questionOf(preset))) : null,
      el("p", {}, english(shown.story, language)),
      levers.length ? el("h3", {}, t("story.levers")) : null,
      levers.length ? el("dl", {}, ...levers.flatMap((lever) => [
        el("dt", {}, storyLever(setup, lever)),
        el("dd", {}, english(lever.why, language), " ", el("span", { class: "fine" }, `${t("lever.source")}: `, english(lever.sourceText || lever.source, language))),
      ])) : null,
      own.length ? el("h3", {}, t("story.beside")) : null,
      own.length ? el("ul", { class: "inset" }, ...own.map((lever) => el("li", {}, leverWords(setup.levers, lever)))) : null,
      shown.assumptions.length ? el("h3", {}, t("story.assumptions")) : null,
      shown.assumptions.length ? el("ul", { class: "inset" }, ...shown.assumptions.map((said) => el("li", {}, english(said, language)))) : null,
      preset ? el("button", { type: "button", onclick: () => { opened.close(); this.choose({ start: state.start, story: "", levers: [] }); } }, t("story.leave")) : null);
    opened.classList.add("wide");
  }

  #open() {
    const state = this.state;
    const now = state && storyOf(this.setup.presets, state);
    /** @param {Node[]} words @param {Choice} choice @param {boolean} chosen */
    const card = (words, choice, chosen) => el("button", {
      type: "button", class: "card", "aria-pressed": String(chosen),
      onclick: () => { shown.close(); this.choose(choice); },
    }, ...words);
    const starts = this.setup.starts.map((start) => card(
      [el("b", {}, word(start)), el("span", {}, startWords(start))],
      { start: start.name, story: "", levers: [] }, !now && state?.start === start.name));
    const stories = this.setup.presets.map((preset) => card(
      [el("b", {}, word(preset)), el("span", {}, questionOf(preset))],
      choiceOf(preset), preset === now));
    const search = el("input", { type: "search", placeholder: t("stories.search"), "aria-label": t("stories.search") });
    search.addEventListener("input", () => {
      const wanted = search.value.trim().toLocaleLowerCase(language).split(/\s+/);
      stories.forEach((story, n) => {
        const { title, question, story: text } = this.setup.presets[n];
        const words = `${story.textContent} ${title} ${question} ${text}`.toLocaleLowerCase(language);
        story.hidden = !wanted.every((word) => words.includes(word));
      });
    });
    const shown = dialog(t("stories.title"), t("close"),
      el("h3", {}, t("stories.starts")), el("div", { class: "cards" }, ...starts),
      el("div", { class: "bar-row" }, el("h3", {}, t("stories.stories")), search), el("div", { class: "cards" }, ...stories));
    shown.classList.add("wide");
  }
}

/** What a lever of a story does, in a line. @param {Setup} setup @param {PresetLever} lever */
export function storyLever(setup, { address, kind, value, from, until, path, shock }) {
  const known = setup.levers.find((l) => l.address === address);
  const name = known ? leverName(known) : address;
  if (path) return t("story.path", { lever: name, path: Object.entries(path).map(([year, at]) => `${year}: ${plainValue("value", at)}`).join(", ") });
  if (shock) return t("story.shock", { lever: name, year: shock.year, factor: plainValue("factor", shock.factor), half: plainValue("value", shock.half_life) });
  return leverWords(setup.levers, { address, kind: /** @type {Kind} */ (kind), number: value, from, until });
}

/** @param {Preset|Start} scenario */
function word(scenario) {
  const title = titleOf(scenario);
  return title === scenario.title ? english(title, language) : document.createTextNode(title);
}
