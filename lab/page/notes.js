// What stands under a picture: what was asked and by which levers, so that it can be asked again.
/** @import {Lever, LeverMove, Setup, State} from "./types.js" */
import { number } from "./format.js";
import { leverName, valueWords } from "./levers.js";
import { storyOf, titleOf } from "./stories.js";
import { language, t } from "./text.js";

/** A moved lever in words: its name, or its address if no slider has it; its value; its years. @param {Lever[]} known @param {LeverMove} move */
export function leverWords(known, { address, kind, number: value, from, until }) {
  const lever = known.find((l) => l.address === address);
  const size = lever ? valueWords(lever, value) : plainValue(kind, value);
  return t(until === null ? "note.lever.on" : "note.lever", { lever: lever ? leverName(lever) : address, value: size, from, until: until ?? "" });
}

/** A number of a lever without a slider. @param {string} kind @param {number} value */
export function plainValue(kind, value) {
  return kind === "factor" ? `× ${number(language, value, 2)}` : number(language, value, 2);
}

/** What is asked, in a few words: a story, with changed levers or not; levers; or the start as it is. @param {Setup} setup @param {State} state */
export function askedWords(setup, state) {
  const start = setup.starts.find((s) => s.name === state.start);
  const from = start ? titleOf(start) : state.start;
  const story = storyOf(setup.presets, state);
  if (story) return changedStory(story, state) ? t("story.changed", { story: titleOf(story) }) : titleOf(story);
  return state.levers.length ? t("note.own", { start: from }) : from;
}

/** Whether levers are moved beside those of the story. @param {{name: string}} story @param {State} state */
export function changedStory(story, state) {
  return state.story === story.name && state.levers.length > 0;
}

/** All moved levers as a line, "" if none is. @param {Setup} setup @param {LeverMove[]} levers */
export function leversLine(setup, levers) {
  return levers.length ? t("note.levers", { levers: levers.map((l) => leverWords(setup.levers, l)).join("; ") }) : "";
}

/** Lines no longer than a picture is wide. @param {string[]} lines @param {number} most characters @returns {string[]} */
export function wrapped(lines, most) {
  return lines.filter(Boolean).flatMap((line) => {
    /** @type {string[]} */
    const found = [];
    for (const word of line.split(" ")) {
      const last = found.length - 1;
      if (last >= 0 && found[last].length + word.length < most) found[last] += ` ${word}`;
      else found.push(word);
    }
    return found;
  });
}
