// Fans of two sides and their paired difference, side by side.
/** @import {Sides} from "./types.js" */
/** @import {Frame} from "./fans.js" */
import { Chart } from "./charts.js";
import { el } from "./dom.js";
import { differenceOption, fanOption } from "./fans.js";
import { t } from "./text.js";

export class PairCharts {
  /** @param {string} [what] name of the one side @param {string} [base] name of the other */
  constructor(what = t("line.what"), base = t("line.base")) {
    this.names = { what, base };
    /** @type {Chart|undefined} */
    this.fan = undefined;
    /** @type {Chart|undefined} */
    this.diff = undefined;
    this.fanBox = el("div", { class: "fan", role: "img" });
    this.diffBox = el("div", { class: "diff", role: "img" });
    this.fanFrame = el("div", { class: "fan-box" }, this.fanBox);
    this.element = el("div", { class: "pair" }, this.fanFrame, this.diffBox);
  }

  /** Options of the charts that are shown. */
  get options() {
    return [this.fan, this.diffBox.hidden ? undefined : this.diff].flatMap((chart) => (chart ? [chart.option] : []));
  }

  /** @param {Sides} sides @param {Omit<Frame, "size"|"height"|"names">} rest */
  draw(sides, rest) {
    this.fan ??= new Chart(this.fanBox);
    const size = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.76);
    const frame = { ...rest, size, height: this.fanBox.clientHeight, names: this.names };
    this.fan.draw(fanOption(sides, frame));
    this.diffBox.hidden = rest.moved === null;
    this.element.classList.toggle("single", rest.moved === null);
    if (rest.moved === null) return;
    this.diff ??= new Chart(this.diffBox);
    this.diff.draw(differenceOption(sides, frame));
  }
}
