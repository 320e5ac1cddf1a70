// Fans of two sides and their paired difference, side by side.
/** @import {Sides} from "./types.js" */
/** @import {Frame} from "./fans.js" */
import { Chart, LARGE, textSize } from "./charts.js";
import { el } from "./dom.js";
import { differenceHint, differenceOption, fanHint, fanOption } from "./fans.js";
import { t } from "./text.js";

export class PairCharts {
  /** @param {string} [what] name of the one side @param {string} [base] name of the other */
  constructor(what = t("line.what"), base = t("line.base")) {
    this.names = { what, base };
    /** @type {Sides|undefined} */
    this.sides = undefined;
    /** @type {Frame|undefined} */
    this.frame = undefined;
    /** @type {Chart|undefined} */
    this.fan = undefined;
    /** @type {Chart|undefined} */
    this.diff = undefined;
    this.fanBox = el("div", { class: "fan", role: "img" });
    this.diffBox = el("div", { class: "diff", role: "img" });
    this.fanFrame = el("div", { class: "fan-box" }, this.fanBox);
    this.element = el("div", { class: "pair" }, this.fanFrame, this.diffBox);
  }

  /** Options of the charts that are shown, as large as a picture wants them. */
  get options() {
    const { sides, frame } = this;
    if (!sides || !frame) return [];
    const large = { ...frame, size: LARGE };
    return [fanOption(sides, large), ...(frame.moved === null ? [] : [differenceOption(sides, large)])];
  }

  /** @param {Sides} sides @param {Omit<Frame, "size"|"names">} rest */
  draw(sides, rest) {
    this.fan ??= new Chart(this.fanBox);
    const frame = { ...rest, size: textSize(), names: this.names };
    this.sides = sides;
    this.frame = frame;
    this.fan.draw(fanOption(sides, frame), fanHint(sides, frame));
    this.diffBox.hidden = rest.moved === null;
    this.element.classList.toggle("single", rest.moved === null);
    if (rest.moved === null) return;
    this.diff ??= new Chart(this.diffBox);
    this.diff.draw(differenceOption(sides, frame), differenceHint(sides, frame));
  }
}
