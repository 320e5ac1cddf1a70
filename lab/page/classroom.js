// Predict, then reveal: a class gives probabilities before the engine does. Nobody is named.
/** @import {App} from "./app.js" */
/** @import {Question} from "./types.js" */
import { ask, post, Refusal } from "./api.js";
import { el, english, fill, table } from "./dom.js";
import { number, percent } from "./format.js";
import { titleOf } from "./stories.js";
import { download } from "./take.js";
import { capital, has, language, t } from "./text.js";
import { Wall } from "./wall.js";

const KEPT = "steppe-class-"; // of this browser, so that a closed tab does not lose a class
const PACE = 2000; // milliseconds between two looks at a class

/**
 * @typedef {object} Room
 * @property {string} code
 * @property {Question} question
 * @property {number} answers
 * @property {boolean} revealed
 * @property {{counts: number[], mean: number|null, each: number[]}} [distribution]
 * @property {Result} [result]
 */
/** @typedef {Record<string, any> & {each: number[], engine: number, climatology: number, class?: number}} Scores */
/** @typedef {{engine: number, futures: number, seed: number, badge: {id: string, text: string}, climatology: number, rule: string, record: boolean|null, onRecord: number|null, note: string, distance: Scores, expectedLog: Scores, brier?: Scores, log?: Scores}} Result */

/** A question in the page's language, if it has one. @param {Question} question */
function wording(question) {
  return has(`question.${question.id}`) ? document.createTextNode(t(`question.${question.id}`)) : english(question.text, language);
}

export class Classroom {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {Room|null} */
    this.room = null;
    this.code = "";
    this.wall = false;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    this.element = el("div", { class: "class" });
    this.shown = "";
    this.answers = new Wall(() => this.room, () => this.#questionText(), () => this.note());
  }

  #questionText() {
    return this.room ? wording(this.room.question).textContent ?? "" : "";
  }

  /** What stands under a picture of the wall: whose answers, and where the engine's comes from. */
  note() {
    const { room } = this;
    if (!room) return [];
    const { setup } = this.app;
    const start = setup.starts.find((s) => s.name === room.question.start);
    const { result } = room;
    return [
      result ? `${t(`badge.${result.badge.id}`)}: ${t(`badge.${result.badge.id}.short`)}` : "",
      t("note.class", { code: room.code, count: room.answers }),
      result ? t("note.class.engine", { title: start ? titleOf(start) : room.question.start, n: number(language, result.futures), seed: result.seed }) : "",
      t("note.version", { version: setup.version }),
    ].filter(Boolean);
  }

  get token() {
    return localStorage.getItem(KEPT + this.code) ?? "";
  }

  get mine() {
    const found = sessionStorage.getItem(`steppe-answer-${this.code}`);
    return found ? /** @type {{answer: string, probability: number}} */ (JSON.parse(found)) : null;
  }

  /** @returns {Record<string, string>} */
  get headers() {
    return this.token ? { "x-steppe-teacher": this.token } : {};
  }

  draw() {
    const { code } = this.app.state;
    if (code !== this.code) {
      this.code = code;
      this.room = null;
      this.wall = false;
      this.shown = "";
    }
    if (!code) return this.#door();
    this.#look();
  }

  /** Open a class, or join one. */
  #door() {
    if (this.shown === "door") return;
    this.shown = "door";
    const group = this.app.setup.questions.map((question, n) => {
      const input = el("input", { type: "radio", name: "question", value: question.id, checked: n === 0 });
      return el("label", { class: "question-choice" }, input, el("span", {}, wording(question), " ",
        el("small", {}, t(question.past ? "class.past" : "class.future"))));
    });
    const code = el("input", { type: "text", id: "class-code", maxlength: 12, autocomplete: "off", autocapitalize: "characters", required: true });
    const own = Object.keys(localStorage).filter((name) => name.startsWith(KEPT)).map((name) => name.slice(KEPT.length));
    fill(this.element, el("h1", {}, t("class.title")), el("p", {}, t("class.text")),
      own.length ? el("p", { class: "bar-row" }, t("class.yours"), ...own.map((name) =>
        el("button", { type: "button", onclick: () => this.#leave(name) }, name))) : null,
      el("div", { class: "doors" },
        el("form", { class: "decision", onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          this.#leave(code.value.trim().toUpperCase());
        } }, el("h2", {}, t("class.join")), el("label", { for: "class-code" }, t("class.code")), code,
        el("button", { type: "submit", class: "main" }, t("class.join.do"))),
        el("form", { class: "decision", onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          this.#create(String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get("question")));
        } }, el("h2", {}, t("class.open")), el("fieldset", { class: "questions" }, el("legend", {}, t("class.question")), ...group),
        el("button", { type: "submit", class: "main" }, t("class.open.do")))));
  }

  /** @param {string} code */
  #leave(code) {
    this.app.go({ code, tab: "class" }, "push");
  }

  /** @param {string} question */
  async #create(question) {
    try {
      const made = await post("api/class", { question });
      localStorage.setItem(KEPT + made.code, made.token);
      this.#leave(made.code);
    } catch (error) {
      this.app.failure(/** @type {Error} */ (error));
    }
  }

  /** Look at the class, and again while its question is open. */
  async #look() {
    clearTimeout(this.timer);
    const { code } = this;
    try {
      const room = await ask(`api/class/${code}`, { headers: this.headers });
      if (code !== this.code || this.app.state.tab !== "class") return;
      this.room = room;
      this.#show(room);
      if (!room.revealed) this.timer = setTimeout(() => { if (this.app.state.tab === "class") this.#look(); }, PACE);
    } catch (error) {
      if (code !== this.code) return;
      this.shown = "gone";
      if (error instanceof Refusal) localStorage.removeItem(KEPT + code);
      fill(this.element, el("h1", {}, t("class.gone", { code })), el("p", { lang: "en", class: "note" }, /** @type {Error} */ (error).message),
        el("button", { type: "button", class: "main", onclick: () => this.#leave("") }, t("class.other")));
    }
  }

  /** @param {Room} room */
  #show(room) {
    const kind = `${room.code} ${room.revealed} ${this.token !== ""} ${this.mine !== null}`;
    if (this.shown !== kind) {
      this.shown = kind;
      this.count = el("p", { class: "class-count", role: "status" });
      const head = [el("p", { class: "class-code" }, t("class.code"), " ", el("b", {}, room.code)),
        el("h1", { class: "class-question" }, wording(room.question))];
      const body = room.revealed ? this.#result(room) : this.token ? this.#teacher(room) : this.#student(room);
      fill(this.element, ...head, this.count, ...body);
    }
    if (this.count) {
      this.count.textContent = t("class.answers", { count: room.answers });
      this.count.hidden = room.revealed;
    }
    this.answers.show(room, room.revealed || this.wall);
    this.app.retitle();
  }

  /** @param {Room} room @returns {Node[]} */
  #teacher(room) {
    const wall = el("button", { type: "button", "aria-pressed": "false", onclick: () => {
      this.wall = !this.wall;
      wall.setAttribute("aria-pressed", String(this.wall));
      wall.textContent = t(this.wall ? "class.wall.hide" : "class.wall.show");
      if (this.room) this.#show(this.room);
    } }, t("class.wall.show"));
    const shared = this.app.setup.share;
    return [
      ...(shared ? [el("div", { class: "class-invite" },
        el("div", {}, el("p", {}, t("class.invite")), el("p", { class: "class-address" }, shared.address), el("p", {}, t("class.invite.code", { code: room.code }))),
        el("img", { class: "qr", src: `api/qr.svg?tab=class&class=${room.code}`, alt: t("share.qr") }))]
        : [el("p", { class: "note" }, t("share.none"))]),
      el("div", { class: "bar-row" }, wall,
        el("button", { type: "button", class: "main", onclick: (/** @type {Event} */ event) => {
          /** @type {HTMLButtonElement} */ (event.currentTarget).disabled = true;
          this.#act(`api/class/${room.code}/reveal`, "POST");
        } }, t("class.reveal"))),
      this.answers.frame.element, this.#keep(room),
    ];
  }

  /** @param {Room} room */
  #keep(room) {
    return el("div", { class: "bar-row" },
      el("button", { type: "button", onclick: async () => {
        const text = await ask(`api/class/${room.code}/export.csv`, { headers: this.headers });
        download(`class-${room.code}.csv`, new Blob([text], { type: "text/csv" }));
      } }, t("class.export")),
      this.token ? el("button", { type: "button", onclick: async () => {
        await this.#act(`api/class/${room.code}`, "DELETE");
        localStorage.removeItem(KEPT + room.code);
        this.#leave("");
      } }, t("class.close")) : null);
  }

  /** @param {string} path @param {string} method */
  async #act(path, method) {
    try {
      await ask(path, { method, headers: this.headers });
      if (method === "POST") await this.#look();
    } catch (error) {
      this.app.failure(/** @type {Error} */ (error));
    }
  }

  /** @param {Room} room @returns {Node[]} */
  #student(room) {
    const { mine } = this;
    const start = Math.round((mine?.probability ?? 0.5) * 100);
    const output = el("output", { for: "probability", class: "probability" }, percent(language, start / 100));
    const slider = el("input", { type: "range", id: "probability", min: 0, max: 100, step: 1, value: start });
    const say = () => {
      const text = percent(language, Number(slider.value) / 100);
      output.textContent = text;
      slider.setAttribute("aria-valuetext", text);
    };
    slider.addEventListener("input", say);
    say();
    const said = el("p", { role: "status", class: "said" }, mine ? t("class.sent", { share: percent(language, mine.probability) }) : "");
    return [
      el("form", { class: "decision answer", onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const probability = Number(slider.value) / 100;
        try {
          const found = await post(`api/class/${room.code}/answer`, { probability, ...(this.mine ? { answer: this.mine.answer } : {}) });
          sessionStorage.setItem(`steppe-answer-${room.code}`, JSON.stringify({ answer: found.answer, probability }));
          said.textContent = t("class.sent", { share: percent(language, probability) });
          if (this.count) this.count.textContent = t("class.answers", { count: found.answers });
          this.shown = `${room.code} false false true`;
        } catch (error) {
          said.textContent = /** @type {Error} */ (error).message;
        }
      } }, el("label", { for: "probability" }, t("class.ask")),
      el("div", { class: "answer-row" }, el("span", {}, t("class.never")), slider, el("span", {}, t("class.sure"))), output,
      el("button", { type: "submit", class: "main" }, t("class.send")), said),
      el("p", { class: "note" }, t("class.nameless")),
    ];
  }

  /** @param {Room} room @returns {Node[]} */
  #result(room) {
    const { result } = room;
    if (!result) return [];
    const past = result.record !== null;
    const happened = past ? t(result.record ? "class.happened" : "class.not", { count: result.onRecord ?? 0 }) : t("class.unknown");
    const { brier, log, distance, expectedLog } = result;
    /** @param {Scores|undefined} scores @param {string} who */
    const score = (scores, who) => (scores?.[who] === undefined ? "–" : number(language, scores[who], 3));
    /** @param {string} who @param {number|undefined} p */
    const row = (who, p) => [t(`class.who.${who}`), p === undefined ? "–" : percent(language, p),
      ...(past ? [score(brier, who), score(log, who)] : [score(distance, who), score(expectedLog, who)])];
    const rows = [row("engine", result.engine), row("climatology", result.climatology), row("class", room.distribution?.mean ?? undefined)];
    const { mine } = this;
    const place = mine && room.distribution ? room.distribution.each.findIndex((p) => Math.abs(p - mine.probability) < 1e-9) : -1;
    if (mine && place >= 0) {
      rows.push([t("class.who.you"), percent(language, mine.probability),
        ...(past ? [number(language, brier?.each[place] ?? 0, 3), number(language, log?.each[place] ?? 0, 3)] : [number(language, distance.each[place], 3), number(language, expectedLog.each[place], 3)])]);
    }
    return [
      el("p", { class: "class-finding" }, happened, " ", t("class.engine", { share: percent(language, result.engine), n: number(language, result.futures) })),
      this.answers.frame.element,
      table(t("class.scores"), [t("class.who"), t("class.probability"), ...(past ? [t("class.brier"), t("class.log")] : [t("class.distance"), t("class.expected")])], rows),
      el("p", { class: "note" }, `${t(`badge.${result.badge.id}`)}: ${t(`badge.${result.badge.id}.short`)}`),
      el("p", { class: "note" }, t(past ? "class.scores.past" : "class.scores.future")),
      el("p", { class: "note" }, english(`${capital(result.rule)}. ${result.note}`, language)),
      this.#keep(room),
    ];
  }
}
