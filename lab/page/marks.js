// Documented events as marks on a time axis; each opens what happened and its source.
/** @import {RecordEvent} from "./types.js" */
import { dialog, el, english } from "./dom.js";
import { listed } from "./findings.js";
import { language, t } from "./text.js";

/** @param {RecordEvent[]} events @returns {Map<string, RecordEvent[]>} by year and patron */
export function grouped(events) {
  /** @type {Map<string, RecordEvent[]>} */
  const found = new Map();
  for (const event of [...events].sort((a, b) => a.year - b.year || a.patron.localeCompare(b.patron))) {
    const key = `${event.year} ${event.patron}`;
    found.set(key, [...(found.get(key) ?? []), event]);
  }
  return found;
}

/**
 * Events of an area: those that may belong to it, whatever the codebook's word for their area.
 * @param {RecordEvent[]} events @param {string} area @param {string} patron "" for both
 */
export function eventsOf(events, area, patron) {
  return events.filter((e) => e.areas.includes(area) && (!patron || e.patron === patron));
}

/** @param {string} patron */
function patronName(patron) {
  return ["china", "russia"].includes(patron) ? t(`patron.${patron}`) : patron;
}

/** @param {RecordEvent} event */
function entry(event) {
  return el("li", {},
    el("b", {}, `${event.year} · ${t(`state.${event.state}`)} · ${patronName(event.patron)}`), el("br"),
    english(event.text, language), " ",
    el("span", { class: "fine" }, t("events.areas", { areas: listed(event.areas.map((area) => t(`area.${area}`))) })),
    ...proof(event));
}

/** Whether an address may be followed: only one of the web. @param {string} url */
export function isWeb(url) {
  return /^https?:\/\//i.test(url);
}

/** Where an event stands: its sources, the phrase that finds it in each, and the reader's note. @param {Pick<RecordEvent, "sources"|"note">} event */
export function proof({ sources, note }) {
  return [
    el("ul", { class: "sources" }, ...sources.map(({ cite, url, locator }) => el("li", {},
      english(cite, language), locator ? el("span", {}, " ", t("source.locator"), " ", el("q", { lang: language === "en" ? null : "en" }, locator)) : null, " ",
      isWeb(url) ? el("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, t("source.open")) : null))),
    note ? el("p", { class: "fine" }, t("source.note"), " ", english(note, language)) : null,
  ];
}

/** @param {RecordEvent[]} events */
export function showEvents(events) {
  dialog(t("events.title", { count: events.length }), t("close"), el("ol", { class: "events" }, ...events.map(entry)));
}

/** Marks of some events. One is in the order of the keyboard; arrows lead to the others. */
export class Marks {
  /** @param {string} name */
  constructor(name) {
    this.element = el("div", { class: "marks", role: "toolbar", "aria-label": name });
    this.element.addEventListener("keydown", (event) => this.#walk(event));
    /** @type {{year: number, button: HTMLButtonElement}[]} */
    this.list = [];
  }

  /** @param {RecordEvent[]} events @param {number} first year shown @param {number} last */
  set(events, first, last) {
    this.list = [...grouped(events.filter((e) => e.year >= first && e.year <= last))].map(([, found]) => {
      const { year, patron } = found[0];
      const states = [...new Set(found.map((e) => t(`state.${e.state}`)))].join(", ");
      const button = el("button", {
        type: "button", class: `mark ${patron}`, tabindex: -1, title: `${year}: ${found[0].text}`,
        "aria-label": t("events.mark", { year, patron: patronName(patron), states, count: found.length }),
        onclick: () => showEvents(found),
      }, el("i"));
      return { year, button };
    });
    this.element.replaceChildren(...this.list.map(({ button }) => button));
    this.element.hidden = this.list.length === 0;
    if (this.list.length) this.list[0].button.tabIndex = 0;
  }

  /** A mark is as wide as its year, so that none lies over another. @param {(year: number) => number} x pixel of a year */
  place(x) {
    const wide = Math.min(16, x(1) - x(0));
    for (const { year, button } of this.list) {
      button.style.left = `${x(year)}px`;
      button.style.width = `${wide}px`;
    }
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const at = this.list.findIndex(({ button }) => button === document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -at, End: this.list.length - 1 - at }[event.key];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    const next = this.list[Math.min(this.list.length - 1, Math.max(0, at + step))].button;
    for (const { button } of this.list) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }
}
