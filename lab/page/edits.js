// Undo and redo of what is asked: a list of questions and a place in it.

/** @template T */
export class Edits {
  /** @param {T} first @param {(item: T) => string} key */
  constructor(first, key) {
    /** @type {T[]} */
    this.list = [first];
    this.at = 0;
    this.key = key;
  }

  /** A new question; forgets what had been undone. An equal one changes nothing. @param {T} item */
  record(item) {
    if (this.key(item) === this.key(this.list[this.at])) return;
    this.list = [...this.list.slice(0, this.at + 1), item];
    this.at += 1;
  }

  /** A question that came by the browser's buttons: find it beside the place, else record it. @param {T} item */
  meet(item) {
    const wanted = this.key(item);
    for (const step of [0, -1, 1]) {
      const there = this.list[this.at + step];
      if (there !== undefined && this.key(there) === wanted) {
        this.at += step;
        return;
      }
    }
    this.record(item);
  }

  get canUndo() { return this.at > 0; }
  get canRedo() { return this.at < this.list.length - 1; }
  /** @returns {T|null} */
  undo() { return this.canUndo ? this.list[--this.at] : null; }
  /** @returns {T|null} */
  redo() { return this.canRedo ? this.list[++this.at] : null; }
}
