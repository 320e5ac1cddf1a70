// The page: one state, one newest answer, and the views that draw them.
/** @import {Lever, Move, Setup, State} from "./types.js" */
import { Latest, Refusal } from "./api.js";
import { Classroom } from "./classroom.js";
import { Compare } from "./compare.js";
import { byId, el, fill } from "./dom.js";
import { Edits } from "./edits.js";
import { headline } from "./findings.js";
import { Header } from "./header.js";
import { Levers } from "./levers.js";
import { asked, INITIAL, moved, read, withLever, write } from "./state.js";
import { stepper } from "./stepper.js";
import { askedWords, leversLine } from "./notes.js";
import { Stories, storyOf } from "./stories.js";
import { Sweep } from "./sweep.js";
import { number, percent } from "./format.js";
import { language, t } from "./text.js";
import { Walk } from "./walk.js";
import { Why } from "./why.js";

const REST = 150; // milliseconds without a movement until the full number is asked for
const LATER = 1000; // milliseconds until it is asked for again if a crowd got fewer futures; up to three times that, so that pages do not ask together

/** Whether the levers act, and how: what undo goes back over. @typedef {Pick<State, "start"|"story"|"levers">} Question */

export class App {
  /** @param {Setup} setup @param {any} shapes */
  constructor(setup, shapes) {
    this.setup = setup;
    this.areas = setup.areas.map(({ id }) => id).filter((area) => area !== "defence");
    this.state = read(location.search);
    /** @type {Move|null} */
    this.move = null;
    this.requests = new Latest();
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.later = undefined;
    /** @type {Edits<Question>} */
    this.edits = new Edits(this.#question(), (q) => asked({ ...INITIAL, ...q }));
    this.header = new Header(this);
    this.stories = new Stories(setup, (choice) => this.change(choice));
    this.levers = new Levers(setup, (lever, value, rest, years) => this.pull(lever, value, rest, years),
      (address) => this.change({ levers: this.state.levers.filter((l) => l.address !== address) }));
    this.compare = new Compare(this, shapes);
    this.views = { compare: this.compare, why: new Why(this), walk: new Walk(this, shapes), sweep: new Sweep(this), class: new Classroom(this) };
    this.seed = stepper("seed", t("seed"), 0, setup.seedMax, (seed) => this.go({ seed }, "push"));
    fill(byId("what-if"), this.stories.element, this.levers.element);
    fill(byId("luck"), this.seed.element);
    addEventListener("popstate", () => this.#back());
    this.#controls();
    this.ask();
  }

  /** @returns {Question} */
  #question() {
    const { start, story, levers } = this.state;
    return { start, story, levers };
  }

  /** Last year that is shown, or the chosen one if the answer has it. @param {Move} move */
  yearOf(move) {
    const last = move.years[move.years.length - 1];
    return Math.min(last, Math.max(move.years[0], this.state.year ?? last));
  }

  /** Year up to which the runs follow the record. */
  get cut() {
    return this.setup.starts.find((s) => s.name === this.state.start)?.conditioned_until ?? null;
  }

  /** Futures of the full answer: as many as the address says, or as the lab is set to. */
  get full() {
    return this.state.n || (this.move?.most ?? Math.max(...this.setup.futures));
  }

  /** Whether the answer is of all of them; only then its digest is that of what is taken away. */
  get whole() {
    return this.move !== null && this.move.n >= this.full;
  }

  get badgeNote() {
    return this.move ? `${t(`badge.${this.move.badge.id}`)}: ${t(`badge.${this.move.badge.id}.short`)}` : "";
  }

  /** What stands under a picture of the move. */
  note() {
    const { setup, state, move } = this;
    return [
      this.badgeNote,
      t("note.source", { title: askedWords(setup, state), n: number(language, move?.n ?? 0), seed: state.seed }),
      leversLine(setup, state.levers),
      this.whole ? t("note.digest", { digest: move?.digest.slice(0, 16) ?? "", version: setup.version }) : "",
    ].filter(Boolean);
  }

  /**
   * Go to another state of the view.
   * @param {Partial<State>} patch @param {"push"|"replace"} [how] whether the back button leads back
   */
  go(patch, how = "replace") {
    const before = asked(this.state);
    this.state = { ...this.state, ...patch };
    this.#address(how);
    if (asked(this.state) !== before) this.ask();
    this.draw();
  }

  /** Ask something else, so that it can be undone. @param {Partial<State>} patch */
  change(patch) {
    this.state = { ...this.state, ...patch };
    this.edits.record(this.#question());
    this.#address("push");
    this.ask();
    this.draw();
  }

  /**
   * A lever is moved. While it moves few futures are asked for; when it rests all of them, and the
   * address follows, so that the back button leads to where the lever stood.
   * @param {Lever} lever @param {number|null} value @param {boolean} rest
   * @param {{from: number, until: number|null}} [years]
   */
  pull(lever, value, rest, years) {
    const old = this.state.levers.find((l) => l.address === lever.address);
    const from = years?.from ?? old?.from ?? Math.max(lever.from, (this.cut ?? 0) + 1);
    const until = years ? years.until : old ? old.until : lever.until;
    this.state = withLever(this.state, { address: lever.address, kind: lever.kind, from, until }, value);
    this.levers.show(this.state);
    this.#ask(Math.min(...this.setup.futures), true, performance.now());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#rest(), rest ? 0 : REST);
  }

  #rest() {
    const before = this.edits.at;
    this.edits.record(this.#question());
    if (this.edits.at !== before) this.#address("push");
    this.ask();
    this.#controls();
  }

  /** @param {number} year while the scrubber moves */
  year(year) {
    this.state = { ...this.state, year };
    this.draw();
  }

  /** @param {Question|null} question */
  #edit(question) {
    if (!question) return;
    this.state = { ...this.state, ...question };
    this.#address("push");
    this.ask();
    this.draw();
  }

  undo() { this.#edit(this.edits.undo()); }
  redo() { this.#edit(this.edits.redo()); }
  reset() { this.change({ levers: [], story: "" }); }

  #back() {
    const before = asked(this.state);
    const { lang } = this.state;
    this.state = read(location.search);
    if (this.state.lang !== lang) return location.reload();
    this.edits.meet(this.#question());
    if (asked(this.state) !== before) this.ask();
    this.draw();
  }

  /** @param {"push"|"replace"} how */
  #address(how) {
    const query = write(this.state, location.search);
    const address = query ? `?${query}` : location.pathname;
    if (how === "push") history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }

  /** Ask for the full number of futures; in a crowd the lab answers with fewer first. */
  ask() {
    this.#ask(this.state.n, false);
  }

  /** Say that the answer is of fewer futures, and ask for all of them once it is quieter. @param {Move} move */
  #again(move) {
    const fewer = t("fewer", { n: number(language, move.n), most: number(language, move.most) });
    this.#waiting(null, fewer);
    this.later = setTimeout(() => this.#ask(move.most, false, undefined, fewer), LATER * (1 + 2 * Math.random()));
  }

  /** @param {number} n @param {boolean} gently @param {number} [began] when a lever moved: for the time to redraw @param {string} [busy] what is said in a crowd */
  #ask(n, gently, began, busy = t("busy")) {
    byId("main").setAttribute("aria-busy", "true");
    clearTimeout(this.later);
    this.requests.ask(`api/move?${asked(this.state, n)}`, (/** @type {Move} */ move) => {
      this.move = move;
      byId("waiting").hidden = true;
      this.failure(null);
      this.draw();
      if (began !== undefined) requestAnimationFrame(() => performance.measure("steppe:redraw", { start: began, end: performance.now() }));
      if (gently) return;
      if (!this.whole) return this.#again(move);
      byId("main").setAttribute("aria-busy", "false");
      byId("said").textContent = `${byId("headline").textContent}. ${byId("subline").textContent}`;
    }, (error) => this.failure(error), gently, (share) => this.#waiting(share, busy));
  }

  /** Say that the answer is still being prepared. @param {number|null} share @param {string} busy said if it is not */
  #waiting(share, busy) {
    byId("waiting").hidden = false;
    byId("waiting").textContent = share === null ? busy : t("preparing", { share: percent(language, share) });
  }

  /** Say what went wrong, and what is allowed. @param {Error|null} error */
  failure(error) {
    const place = byId("failure");
    place.hidden = !error;
    if (!error) return;
    byId("main").setAttribute("aria-busy", "false");
    byId("waiting").hidden = true;
    const refusal = error instanceof Refusal ? error : null;
    fill(place, el("b", {}, t(refusal ? "error.refused" : "error.unreachable")), " ",
      el("span", { lang: "en" }, [refusal?.field, error.message].filter(Boolean).join(": ")),
      refusal?.allowed ? el("span", {}, ` ${t("error.allowed", { allowed: refusal.allowed })}`) : null, " ",
      el("button", { type: "button", onclick: () => (this.edits.canUndo ? this.undo() : this.reset()) }, t("error.back")));
  }

  #controls() {
    this.header.show(this.state, this.move);
    this.stories.show(this.state);
    this.levers.show(this.state);
    this.seed.show(this.state.seed);
  }

  draw() {
    const { state, move } = this;
    this.#controls();
    document.body.dataset.tab = state.tab;
    if (!state.rule || state.tab !== "why") this.views.why.overrule.leave();
    const view = this.views[state.tab];
    const place = byId("view");
    if (place.firstElementChild !== view.element) place.replaceChildren(view.element);
    view.draw();
    this.retitle();
  }

  /** The title, what the view found or what the levers do; and on paper what stands under it. */
  retitle() {
    const { state, move } = this;
    const view = this.views[state.tab];
    byId("note").textContent = [...("note" in view ? view.note() : this.note()), location.href].join(" · ");
    const own = "title" in view ? view.title() : null;
    byId("finding").hidden = state.tab === "class" && !own;
    if (own) {
      byId("headline").textContent = own.headline;
      byId("subline").textContent = own.subline;
    } else if (move) {
      const year = this.yearOf(move);
      byId("headline").textContent = headline(move, state, this.areas, year);
      byId("subline").textContent = t(moved(state) ? "subline.moved" : "subline.baseline", {
        story: storyOf(this.setup.presets, state) ? askedWords(this.setup, state) : t("story.own"), n: number(language, move.n), seed: state.seed,
        cut: move.cut === null ? t("subline.free") : t("subline.cut", { cut: move.cut }),
      });
    }
  }
}
