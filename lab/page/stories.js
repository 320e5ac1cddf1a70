// Stories of the scenario library, and where a page may start from.
/** @import {Preset, Setup, Start, State} from "./types.js" */
import { dialog, el, english } from "./dom.js";
import { leverText } from "./state.js";
import { has, language, t } from "./text.js";

/** @param {{name: string, title: string}} scenario */
export function titleOf(scenario) {
  const { name, title } = scenario;
  if (has(`scenario.${name}`)) return t(`scenario.${name}`);
  const [, base, year] = name.match(/^(.*)-(\d{4})$/) ?? [];
  return base && has(`scenario.${base}`) ? t("story.view", { title: t(`scenario.${base}`), year }) : title;
}

/** @typedef {Pick<State, "start"|"story"|"levers">} Choice */

/** What a story asks: its levers where a slider can hold them, else its name. @param {Preset} preset @returns {Choice} */
export function choiceOf({ name, start, expressible, levers }) {
  if (!expressible) return { start, story: name, levers: [] };
  return {
    start, story: "",
    levers: levers.map(({ address, kind, value, from, until }) => ({ address, kind, number: value, from, until })),
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
    this.element = el("div", { class: "story" }, this.title, this.question, this.button);
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    const start = this.setup.starts.find((s) => s.name === state.start);
    const story = storyOf(this.setup.presets, state);
    const shown = story ?? start;
    this.title.replaceChildren(shown ? word(shown) : state.start);
    this.question.replaceChildren(...(story ? [english(story.question, language)] : start ? [startWords(start)] : []));
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
      [el("b", {}, word(preset)), el("span", {}, english(preset.question, language))],
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

/** @param {Preset|Start} scenario */
function word(scenario) {
  const title = titleOf(scenario);
  return title === scenario.title ? english(title, language) : document.createTextNode(title);
}
