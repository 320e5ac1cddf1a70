// Questions to the server of this page, and to nobody else.
/** @import {Setup} from "./types.js" */

const LONGEST = 8; // times the server's own word, at most, that a page waits before it asks again

/** The server's refusal, with what is allowed. */
export class Refusal extends Error {
  /** @param {{message: string, field?: string, found?: unknown, allowed?: string, nearest?: string[]}} error */
  constructor(error) {
    super(error.message);
    this.field = error.field;
    this.found = error.found;
    this.allowed = error.allowed;
    this.nearest = error.nearest ?? [];
  }
}

/**
 * An answer; asks again while the server prepares it or is busy. Then each page waits a time of its
 * own, longer from time to time, so that those that were turned away do not come back together.
 * @param {string} path below the page's own address @param {RequestInit} [options]
 * @param {(share: number|null) => void} [tell] how much is prepared, null if the server is busy
 * @returns {Promise<any>}
 */
export async function ask(path, options = {}, tell = () => {}) {
  for (let turned = 0; ;) {
    const found = await once(path, options);
    if (!found || typeof found !== "object" || found.retry === undefined) return found;
    tell(found.preparing ?? null);
    const patience = found.preparing === undefined ? Math.min(2 ** turned++, LONGEST) * (1 + Math.random()) : 1;
    await pause(found.retry * 1000 * patience, options.signal);
  }
}

/** @param {number} time milliseconds @param {AbortSignal|null} [signal] */
function pause(time, signal) {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, time);
    signal?.addEventListener("abort", () => { clearTimeout(timer); fail(signal.reason); });
  });
}

/** @param {string} path @param {RequestInit} options @returns {Promise<any>} */
async function once(path, options) {
  const answer = await fetch(path, options);
  const kind = answer.headers.get("content-type") ?? "";
  if (!kind.includes("json")) {
    if (!answer.ok) throw new Refusal({ message: `${answer.status} ${answer.statusText}` });
    return answer.text();
  }
  const found = await answer.json();
  if (answer.status === 503) return { retry: found.retry ?? 1 };
  if (!answer.ok) throw new Refusal(found.error ?? { message: `${answer.status} ${answer.statusText}` });
  return found;
}

/** @param {string} path @param {unknown} body @param {Record<string, string>} [headers] */
export function post(path, body, headers = {}) {
  return ask(path, {
    method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
  });
}

/**
 * The newest question counts: a new one drops the one before, and no stale answer is handed on.
 * With `gently`, a gentle question that is out is let finish and only the newest of those that wait
 * is asked after it, so that a moving slider keeps drawing; any other is dropped.
 */
export class Latest {
  constructor() {
    /** @type {AbortController|null} */
    this.out = null;
    /** @type {(() => void)|null} */
    this.waiting = null;
    this.gentle = false; // whether what is out was asked gently
    this.dropped = 0;
  }

  /**
   * @template T
   * @param {string} path @param {(answer: T) => void} use @param {(error: Error) => void} fail
   * @param {boolean} [gently] @param {(share: number|null) => void} [tell]
   */
  async ask(path, use, fail, gently = false, tell = () => {}) {
    if (gently && this.out && this.gentle) {
      if (this.waiting) this.dropped += 1;
      this.waiting = () => this.ask(path, use, fail, true, tell);
      return;
    }
    this.drop();
    const mine = new AbortController();
    this.out = mine;
    this.gentle = gently;
    /** @type {() => void} */
    let act;
    try {
      const answer = await ask(path, { signal: mine.signal }, tell);
      act = () => use(answer);
    } catch (error) {
      act = () => fail(/** @type {Error} */ (error));
    }
    if (this.out !== mine) return;
    this.out = null;
    const next = this.waiting;
    this.waiting = null;
    next?.();
    act();
  }

  /** Forget what is out and what waits. */
  drop() {
    if (this.out) this.dropped += 1;
    this.out?.abort();
    this.out = null;
    this.waiting = null;
  }
}

/** @returns {Promise<Setup>} */
export function setup() {
  return ask("api/setup");
}
