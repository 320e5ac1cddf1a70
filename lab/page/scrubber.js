// The year under a slider that plays.
import { el } from "./dom.js";
import { t } from "./text.js";

const PACE = 650; // milliseconds a year

export class Scrubber {
  /**
   * @param {[number, number]} years @param {(year: number) => void} move while it moves
   * @param {(year: number) => void} rest when it rests
   */
  constructor(years, move, rest) {
    this.first = years[0];
    this.last = years[1];
    this.move = move;
    this.rest = rest;
    /** @type {ReturnType<typeof setInterval>|null} */
    this.timer = null;
    this.button = el("button", { type: "button", class: "play", onclick: () => this.toggle() });
    this.input = el("input", { type: "range", min: this.first, max: this.last, step: 1, "aria-label": t("scrubber.label") });
    this.output = el("output", { class: "year" });
    this.input.addEventListener("input", () => { this.stop(); this.#at(Number(this.input.value)); });
    this.input.addEventListener("change", () => this.rest(Number(this.input.value)));
    this.element = el("div", { class: "scrubber" }, this.button, this.input, this.output);
    this.stop();
  }

  /** @param {number} year */
  #at(year) {
    this.show(year);
    this.move(year);
  }

  /** @param {number} year */
  show(year) {
    this.input.value = String(year);
    this.output.textContent = String(year);
    this.input.setAttribute("aria-valuetext", String(year));
  }

  /** @param {number} first @param {number} last */
  span(first, last) {
    this.first = first;
    this.last = last;
    this.input.min = String(first);
    this.input.max = String(last);
  }

  toggle() {
    if (this.timer !== null) return this.stop();
    if (Number(this.input.value) >= this.last) this.#at(this.first);
    this.#label("pause");
    this.timer = setInterval(() => {
      const year = Number(this.input.value) + 1;
      this.#at(year);
      if (year >= this.last) this.stop();
    }, PACE);
  }

  stop() {
    if (this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
      this.rest(Number(this.input.value));
    }
    this.#label("play");
  }

  /** @param {"play"|"pause"} what */
  #label(what) {
    this.button.textContent = what === "play" ? "▶" : "❚❚";
    this.button.setAttribute("aria-label", t(`scrubber.${what}`));
    this.button.title = t(`scrubber.${what}`);
  }
}
