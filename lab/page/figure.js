// A figure: a title that states a finding, a chart, the same as a table, and ways to take it away.
/** @import {Figure} from "./take.js" */
import { el, table } from "./dom.js";
import { buttons } from "./take.js";
import { t } from "./text.js";

export class Frame {
  /**
   * @param {string} level heading element @param {Figure} figure
   * @param {Node[]} body @param {string} [kind] class of the figure
   */
  constructor(level, figure, body, kind = "") {
    this.figure = figure;
    this.heading = el(/** @type {"h2"} */ (level), {});
    this.reading = el("p", { class: "reading" });
    this.shown = false;
    this.toggle = el("button", { type: "button", "aria-pressed": "false", onclick: () => this.#flip() }, t("figure.table"));
    this.tools = el("details", { class: "menu" }, el("summary", { "aria-label": t("figure.take") }, "⤓"),
      el("div", { class: "menu-body" }, this.toggle, ...buttons(figure)));
    this.chart = el("div", { class: "figure-chart" }, ...body);
    this.table = el("div", { class: "figure-table", hidden: true });
    this.element = el("figure", { class: `figure ${kind}` },
      el("figcaption", {}, el("div", {}, this.heading, this.reading), this.tools), this.chart, this.table);
    this.tools.addEventListener("focusout", (event) => {
      if (!this.tools.contains(/** @type {Node|null} */ (event.relatedTarget))) this.tools.open = false;
    });
  }

  #flip() {
    this.shown = !this.shown;
    this.toggle.setAttribute("aria-pressed", String(this.shown));
    this.toggle.textContent = t(this.shown ? "figure.chart" : "figure.table");
    this.chart.hidden = this.shown;
    this.table.hidden = !this.shown;
    this.tools.open = false;
    this.update();
    if (this.shown) /** @type {HTMLElement|null} */ (this.table.firstElementChild)?.focus();
  }

  /** @param {string} [heading] @param {string} [reading] */
  update(heading, reading) {
    if (heading !== undefined) this.heading.textContent = heading;
    if (reading !== undefined) this.reading.textContent = reading;
    if (!this.shown) return;
    const { head, rows } = this.figure.data();
    this.table.replaceChildren(table(this.heading.textContent ?? "", head, rows));
  }
}
