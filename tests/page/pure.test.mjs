// Modules of the lab's page that draw nothing, by node's own test runner: node --test tests/page
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ask, Latest } from "../../lab/page/api.js";
import { Edits } from "../../lab/page/edits.js";
import { apart, ceiling, fanOption } from "../../lab/page/fans.js";
import { headline, verdict } from "../../lab/page/findings.js";
import { number, percent, signed } from "../../lab/page/format.js";
import { round, scaleOf } from "../../lab/page/map.js";
import { eventsOf, grouped, isWeb } from "../../lab/page/marks.js";
import { colour, COLOURS, inkOn, luminance, stops } from "../../lab/page/palette.js";
import { asked, INITIAL, leverOf, leverText, read, withLever, write } from "../../lab/page/state.js";
import { choiceOf, storyLever, storyOf } from "../../lab/page/stories.js";
import { askedWords, leversLine, wrapped } from "../../lab/page/notes.js";
import { commandOf } from "../../lab/page/header.js";
import { addressFor, csv } from "../../lab/page/take.js";
import { t, use } from "../../lab/page/text.js";
import { alignment, only, repeats, rowsOf as walked } from "../../lab/page/walk.js";
import { choicesWords, rowsOf as reasons } from "../../lab/page/why.js";
import { differs, span } from "../../lab/page/lines.js";
import { rowsOf as overruled, ruleText, shownAreas, ties } from "../../lab/page/overrule.js";
import { alignOf, dots, stacked } from "../../lab/page/wall.js";

const TEXT = JSON.parse(readFileSync(new URL("../../lab/page/text/en.json", import.meta.url)));
use("en", TEXT);
const LEVER = { address: "domestic_price.*.russia", kind: "value", number: 0, from: 2026, until: null };
const FULL = {
  ...INITIAL, start: "baseline", levers: [LEVER, { address: "budget.china", kind: "factor", number: 1.15, from: 2026, until: 2030 }],
  seed: 7, n: 500, total: true, area: "peacekeeping", patron: "china", quantity: "rung.defence.china", side: "diff", year: 2031, sel: "UZ",
  future: 17, tab: "walk", story: "xinjiang-flares", sweep: "militancy", lang: "ru", code: "ABCDE", rule: "counter_narcotics.0:china:refuse",
};

test("the address holds the whole state", () => {
  assert.deepEqual(read(write(FULL)), FULL);
  assert.equal(write(INITIAL), "");
  assert.deepEqual(read(""), { ...INITIAL });
});

test("what is wrong in an address is as at the start, and what is others' stays", () => {
  const state = read("seed=-1&tab=zz&l=nonsense&l=a:value:1e999:2026&year=x&sel=kz&lang=de&q=<b>&rule=x:y:z");
  assert.deepEqual(state, { ...INITIAL });
  assert.equal(write(INITIAL, "?theirs=1&tab=why"), "theirs=1");
});

test("a seed of zero is a seed", () => {
  assert.equal(read("seed=0").seed, 0);
  assert.match(write({ ...INITIAL, seed: 0 }), /seed=0/);
});

test("a lever keeps its number without noise", () => {
  assert.equal(leverText({ ...LEVER, number: 0.1 + 0.2 }), "domestic_price.*.russia:value:0.3:2026");
  assert.deepEqual(leverOf("budget.china:factor:1.15:2026-2030"), FULL.levers[1]);
  assert.equal(leverOf("budget.china:times:1:2026"), null);
});

test("the engine is asked nothing of the view", () => {
  const question = asked(FULL);
  for (const patch of [{ year: 2024 }, { sel: "KZ" }, { tab: "why" }, { lang: "en" }, { quantity: "packages" }, { code: "" }, { rule: "" }, { future: 3 }]) {
    assert.equal(asked({ ...FULL, ...patch }), question);
  }
  for (const patch of [{ seed: 8 }, { start: "baseline-2009" }, { levers: [] }, { story: "" }, { n: 100 }]) {
    assert.notEqual(asked({ ...FULL, ...patch }), question);
  }
});

test("a moved lever keeps its place, and goes when it is put back", () => {
  const again = withLever(FULL, LEVER, 1);
  assert.deepEqual(again.levers.map((l) => l.number), [1, 1.15]);
  assert.deepEqual(withLever(again, LEVER, null).levers, [FULL.levers[1]]);
  assert.equal(FULL.levers[0].number, 0);
});

test("undo and redo", () => {
  const edits = new Edits("a", (x) => x);
  for (const x of ["b", "b", "c"]) edits.record(x);
  assert.deepEqual(edits.list, ["a", "b", "c"]);
  assert.equal(edits.undo(), "b");
  assert.equal(edits.undo(), "a");
  assert.equal(edits.undo(), null);
  assert.equal(edits.redo(), "b");
  edits.record("d");
  assert.deepEqual(edits.list, ["a", "b", "d"]);
  edits.meet("b");
  assert.equal(edits.at, 1);
  edits.meet("d");
  assert.equal(edits.at, 2);
});

test("numbers in words", () => {
  assert.equal(number("en", -3.14159), "−3.1");
  assert.equal(number("en", 1234), "1,234");
  assert.equal(number("ru", 0.5, 2), "0,50");
  assert.equal(signed("en", 0.004, 2), "0.00");
  assert.equal(signed("en", -0.004, 2), "0.00");
  assert.equal(signed("en", 0.256, 2), "+0.26");
  assert.deepEqual([0, 0.001, 0.5, 0.999, 1].map((p) => percent("en", p)), ["0%", "<1%", "50%", ">99%", "100%"]);
});

test("plural forms", () => {
  use("ru", JSON.parse(readFileSync(new URL("../../lab/page/text/ru.json", import.meta.url))));
  assert.deepEqual([1, 3, 7, 21].map((count) => t("levers.more", { count })),
    ["Ещё 1 рычаг", "Ещё 3 рычага", "Ещё 7 рычагов", "Ещё 21 рычаг"]);
  use("en", TEXT);
  assert.equal(t("levers.more", { count: 1 }), "One more lever");
});

test("colours: known ends, ink that is read, patrons apart in grey too", () => {
  assert.equal(colour("diverging", [-2, 2], -2), stops("diverging")[0]);
  assert.equal(colour("diverging", [-2, 2], 0), "#f4f2ee");
  assert.equal(colour("diverging", [-2, 2], 9), stops("diverging").at(-1));
  const contrast = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
  for (const scale of ["diverging", "china", "russia", "neutral", "change"]) {
    for (let share = 0; share <= 1; share += 0.02) {
      const fill = colour(scale, [0, 1], share);
      assert.ok(contrast(fill, inkOn(fill)) >= 4.5, `${scale} ${share.toFixed(2)} ${fill}`);
    }
  }
  for (const name of ["china", "russia", "ink", "faint", "base", "what", "up", "down"]) {
    assert.ok(contrast(COLOURS[name], "#ffffff") >= 4.5, name);
  }
});

test("scales of the map reach over both sides", () => {
  const sides = { base: [[0.2, 0.3]], what: [[0.2, 0.7]] };
  assert.deepEqual(scaleOf({ id: "packages.china", family: "packages", unit: "", range: [0, null] }, "what", sides), { scale: "china", range: [0, 1] });
  assert.deepEqual(scaleOf({ id: "alignment", family: "alignment", unit: "", range: [-5, 5] }, "base", sides).range, [-1, 1]);
  const { scale, range } = scaleOf({ id: "alignment", family: "alignment", unit: "", range: [-5, 5] }, "diff", sides);
  assert.equal(scale, "change");
  assert.ok(range[1] >= 0.4 && range[0] === -range[1]);
  assert.deepEqual([0.11, 1, 1.1, 3, 17].map(round), [0.2, 1, 2, 5, 20]);
});

const sides = (mean, low, high, supported) => ({
  base: { mean: [1, 5] }, what: { mean: [1, 5 + mean] }, diff: { mean: [0, mean], low: [0, low], high: [0, high], supported: [false, supported] },
});
const move = (counter, energy) => ({
  years: [2022, 2030], cut: 2022, moved: 2026, areas: { counter_narcotics: counter, energy_protection: energy },
});

test("a difference is told only where it is supported", () => {
  assert.equal(verdict(sides(0.5, 0.4, 0.6, true), 1, false), "more");
  assert.equal(verdict(sides(-0.5, -0.6, -0.4, true), 1, false), "fewer");
  assert.equal(verdict(sides(0.5, -0.1, 1.1, false), 1, false), "open");
  assert.equal(verdict(sides(0, 0, 0, false), 1, false), "same");
  assert.equal(verdict(sides(0.5, 0.4, 0.6, true), 1, true), "record");
});

test("the title states the finding", () => {
  const areas = ["counter_narcotics", "energy_protection"];
  const state = { ...INITIAL, levers: [LEVER] };
  const found = move(sides(0.5, 0.4, 0.6, true), sides(-1, -2, 0.1, false));
  assert.equal(headline(found, state, areas, 2030), "In 2030, more packages a year for counter-narcotics (+0.50)");
  assert.match(headline(found, state, areas, 2022), /follows the record/);
  assert.match(headline(move(sides(1, -1, 3, false), sides(1, -1, 3, false)), state, areas, 2030), /no difference/);
  assert.match(headline(found, INITIAL, areas, 2030), /^Nothing is changed/);
});

test("names of two lines stand apart and above the axis", () => {
  for (const [base, what] of [[50, 50], [50, 51], [50, 49], [100, 100], [99, 100], [0, 80]]) {
    const found = apart(base, what, 100, 12);
    assert.ok(Math.abs(found.base - found.what) >= 12, `${base} ${what}`);
    assert.ok(Math.max(found.base, found.what) <= 100 - 7, `${base} ${what}`);
    if (base !== what) assert.equal(found.base > found.what, base > what);
  }
  assert.deepEqual([0.3, 2, 3, 17, 41].map(ceiling), [2, 2, 4, 20, 60]);
});

test("a story becomes levers where sliders can hold it, and is known again", () => {
  const lever = { address: "budget.russia", kind: "factor", value: 0.5, from: 2026, until: null, expressible: true };
  const held = { name: "a", start: "baseline-2022", expressible: true, levers: [lever] };
  const path = { name: "b", start: "baseline-2022", expressible: false, levers: [] };
  assert.equal(choiceOf(path).story, "b");
  assert.equal(choiceOf(held).levers[0].number, 0.5);
  assert.equal(storyOf([held, path], { ...INITIAL, ...choiceOf(held) }), held);
  assert.equal(storyOf([held, path], { ...INITIAL, ...choiceOf(path) }), path);
  assert.equal(storyOf([held, path], INITIAL), undefined);
});

const SETUP = {
  levers: [{ address: "budget.russia", kind: "factor", label: "Russia's means", step: 0.05, baseline: 1 }],
  starts: [{ name: "baseline-2022", title: "As it is" }],
  presets: [{ name: "b", title: "A path", start: "baseline-2022", expressible: false, levers: [] }],
};

test("a picture names its levers, and a story with more than its own", () => {
  const own = { address: "budget.russia", kind: "factor", number: 0.3, from: 2026, until: 2030 };
  const bare = { address: "alarm_adjustment.china", kind: "value", number: 0.5, from: 2027, until: null };
  assert.equal(leversLine(SETUP, [own, bare]), "Levers: Russia's means × 0.30 (2026–2030); alarm_adjustment.china 0.50 (from 2027)");
  assert.equal(leversLine(SETUP, []), "");
  const titled = { ...INITIAL, story: "b" };
  assert.equal(askedWords(SETUP, titled), "A path");
  assert.equal(askedWords(SETUP, { ...titled, levers: [own] }), "A path, and changed levers");
  assert.match(askedWords(SETUP, { ...INITIAL, levers: [own] }), /^Levers set on this page/);
  assert.deepEqual(wrapped(["aaa bbb ccc", "", "d"], 8), ["aaa bbb", "ccc", "d"]);
});

test("what a story sets, whatever its way", () => {
  assert.equal(storyLever(SETUP, { address: "x.china", kind: "path", path: { 2026: 0.2, 2030: 0.6 } }), "x.china, along 2026: 0.20, 2030: 0.60");
  assert.equal(storyLever(SETUP, { address: "budget.russia", kind: "shock", shock: { year: 2027, factor: 3, half_life: 2 } }),
    "Russia's means × 3.00 in 2027, half of it left after 2.00 years");
});

test("a fan keeps the baseline's half of the futures when a lever moves, and names its unit", () => {
  const fan = { p5: [0, 0], p25: [1, 1], p50: [2, 2], p75: [3, 3], p95: [4, 4], mean: [2, 2] };
  const frame = { years: [2026, 2027], first: 2026, cut: null, year: 2027, size: 12, names: { base: "base", what: "what" } };
  const drawn = (moved) => fanOption({ base: fan, what: fan, diff: {} }, { ...frame, moved }).series[0]
    .renderItem(null, { coord: ([x, y]) => [x, y] }).children;
  const outline = (moved) => drawn(moved).filter(({ type, style }) => type === "polygon" && style.fill === "none");
  assert.deepEqual(outline(2026)[0].shape.points, [[2026, 3], [2027, 3], [2027, 1], [2026, 1]]);
  assert.equal(outline(null).length, 0);
  assert.ok(drawn(2026).some(({ style }) => style.text === "packages a year"));
});

test("the address for others carries the key once", () => {
  const open = "http://10.0.0.2:8000/?key=abc";
  assert.equal(addressFor(open, "key=abc&tab=class"), "http://10.0.0.2:8000/?key=abc&tab=class");
  assert.equal(addressFor(open, "tab=why&key=abc"), "http://10.0.0.2:8000/?key=abc&tab=why");
  assert.equal(addressFor(open, "key=abc"), open);
  assert.equal(addressFor(open, "monkey=1"), `${open}&monkey=1`);
});

test("the command has the numbers of the page", () => {
  assert.equal(commandOf("steppe run a.toml --runs {n} --seed {seed}", 1000, 7), "steppe run a.toml --runs 1000 --seed 7");
});

test("names at the edges of the wall stand inside", () => {
  assert.deepEqual([0, 0.5, 1].map(alignOf), ["left", "center", "right"]);
  assert.deepEqual(stacked([0.01, 0.3, 0, 0.9].map((p) => ({ p }))).map(({ p }) => p), [0.3, 0.9, 0.01, 0]);
});

test("tables are quoted", () => {
  assert.equal(csv([["a", 'b "c", d'], [1, 2.5]]), 'a,"b ""c"", d"\r\n1,2.5\r\n');
});

test("answers of a class are stacked", () => {
  assert.deepEqual(dots([0.5, 0.51, 0.9]), [[50, 1], [50, 2], [90, 1]]);
});

test("events of a year and patron share a mark", () => {
  const events = [["b", 2001, "china"], ["a", 2000, "russia"], ["c", 2001, "china"]].map(([id, year, patron]) => ({ id, year, patron }));
  assert.deepEqual([...grouped(events)].map(([key, found]) => [key, found.length]), [["2000 russia", 1], ["2001 china", 2]]);
});

test("an event stands in every area that it may belong to", () => {
  const events = [["border", ["counter_narcotics", "counter_terrorism"], "china"], ["defence", ["defence", "counter_narcotics"], "russia"], ["defence", ["defence"], "china"]]
    .map(([area, areas, patron]) => ({ area, areas, patron }));
  const count = (area, patron = "") => eventsOf(events, area, patron).length;
  assert.deepEqual(["counter_narcotics", "counter_terrorism", "defence", "peacekeeping"].map((area) => count(area)), [2, 1, 2, 0]);
  assert.equal(count("counter_narcotics", "china"), 1);
});

const CHOSEN = {
  id: "defence.0", area: "defence", frame: "bilateral", host: null, onTable: [{ patron: "china", rung: 2, value: 3, utility: 0.5 }],
  terms: { china: [{ term: "need", value: 0.5 }] }, decline: 0.1, complementarity: 0, draw: 0.2, choice: "china",
  probabilities: { neither: 0.4, china: 0.6, russia: 0, both: 0 }, flip: { patron: "china", shift: -1.5, choice: "neither" },
};

test("the title names two choices and says how many more there are", () => {
  assert.match(choicesWords([CHOSEN, CHOSEN]), /^took China's offer in general defence and took/);
  assert.match(choicesWords(Array(9).fill(CHOSEN)), /, and 7 more$/);
});

test("reasons as rows: declining, both, the flip, and what is on record", () => {
  const weighed = [{ area: "defence", terms: [{ term: "need", value: 1 }], utility: 1, decline: 0.3, alone: 0.7 }];
  const documented = [{ id: "e1", text: "aid", patron: "russia", rung: 2, value: 4, valueKnown: false, joint: false, sources: [], note: "", weighed }];
  const place = { state: "TJ", year: 2016, future: 3, elsewhere: [], what: null };
  const items = (base) => Object.fromEntries(reasons({ ...place, base }).slice(1).map((row) => [row[7], row[8]]));
  const side = { follows: "model", note: "", decisions: [CHOSEN], documented: [] };
  const chosen = items(side);
  assert.deepEqual([chosen.decline, chosen.complementarity, chosen.flip_shift, chosen.flip_choice], [0.1, 0, -1.5, "neither"]);
  const recorded = items({ ...side, decisions: [], documented });
  assert.deepEqual([recorded.need, recorded.utility, recorded.decline, recorded.probability_alone, recorded.usd_million_assumed], [1, 1, 0.3, 0.7, 4]);
  assert.equal(new Set(reasons({ ...place, base: { ...side, documented } }).map((row) => row.length)).size, 1);
});

test("an overruled choice shows its own area, and the ties that differ", () => {
  assert.equal(ruleText("defence.0", "china", "refuse"), "defence.0:china:refuse");
  assert.deepEqual(shownAreas(["peacekeeping"], "defence"), ["defence", "peacekeeping"]);
  assert.deepEqual(shownAreas(["peacekeeping"], "peacekeeping"), ["peacekeeping"]);
  const map = { "dependence.china": { base: [[0], [0.1]], what: [[0], [0.2]] }, "rung.defence.china": { base: [[0], [1]], what: [[0], [1]] } };
  const one = { mean: [1] };
  const told = { mean: [0.1], low: [-0.05], high: [0.25], supported: [false] };
  const answer = {
    state: "KG", year: 2030, future: 1, patron: "china", choice: "refuse", years: [2030], n: 500, already: false, map, ties: { "dependence.china": told, "rung.defence.china": told },
    areas: { defence: { base: one, what: { mean: [2] }, diff: { mean: [1], low: [0.5], high: [1.5], supported: [true] } } },
  };
  const means = ties(answer, 1, "defence");
  assert.deepEqual(means.map(differs), [true, false]);
  assert.ok(span(means[0])[0] < 0.1 && span(means[0])[1] > 0.2);
  const rows = overruled(answer, ["defence"], means);
  assert.equal(new Set(rows.map((row) => row.length)).size, 1);
  assert.deepEqual(rows[1].slice(5), ["packages.defence", 2030, 2, 1, 1, 0.5, 1.5, 1]);
  assert.deepEqual(rows[2].slice(5), ["dependence.china", 2030, 0.2, 0.1, 0.1, -0.05, 0.25, 0]);
});

test("a future as rows says what only one side has", () => {
  const one = { follows: "model", id: "x.0", year: 2030, state: "KZ", area: "x", choice: "china", text: "takes it" };
  const side = (choices) => ({ rung: [], packages: [], choices });
  const rows = walked({ future: 5, years: [2030], cut: 2022, moved: 2026, base: side([one]), what: side([]) });
  assert.deepEqual(rows.slice(1), [["base", 5, 2030, "KZ", "model", "x.0", "x", "china", "takes it", 1]]);
  assert.equal(walked({ future: 5, years: [2030], cut: 2022, moved: null, base: side([one]), what: null })[1].at(-1), 0);
});

test("only addresses of the web are followed", () => {
  assert.deepEqual(["https://a.org/x", "HTTP://a.org", "ftp://a.org", "javascript:0", "", "a.org"].map(isWeb), [true, true, false, false, false, false]);
});

test("step mode: who is nearer to whom, and what only one side has", () => {
  assert.deepEqual(alignment([[[5, 1], [1, 1]]]), [2]);
  const one = { follows: "model", id: "x.0", year: 2030, state: "KZ", area: "x", choice: "china" };
  assert.equal(only([one], [{ ...one, choice: "both" }]).size, 1);
  assert.equal(only([one], [{ ...one }]).size, 0);
  assert.equal(only([], [one]).size, 0);
  assert.deepEqual(repeats(["a", "b", "a"]), ["(1 of 2)", "", "(2 of 2)"]);
});

test("the newest question counts, whatever answers last", async () => {
  /** @type {Record<string, (value: unknown) => void>} */
  const out = {};
  globalThis.fetch = (path, { signal }) => new Promise((done, fail) => {
    out[path] = (value) => done(new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } }));
    signal.addEventListener("abort", () => fail(signal.reason));
  });
  const latest = new Latest();
  const seen = [];
  const use = (answer) => seen.push(answer.is);
  const fail = (error) => seen.push(error.message);
  const rest = () => new Promise((done) => setTimeout(done, 5));
  latest.ask("a", use, fail);
  latest.ask("b", use, fail);
  out.a({ is: "a" });
  out.b({ is: "b" });
  await rest();
  assert.deepEqual(seen, ["b"]);
  latest.ask("c", use, fail, true);
  latest.ask("d", use, fail, true);
  latest.ask("e", use, fail, true);
  assert.ok(!("d" in out) && !("e" in out));
  out.c({ is: "c" });
  await rest();
  out.e({ is: "e" });
  await rest();
  assert.deepEqual(seen, ["b", "c", "e"]);
  assert.ok(!("d" in out));
});

test("a moving slider does not wait for a question at rest", async () => {
  const out = [];
  globalThis.fetch = (path, { signal }) => new Promise((_, fail) => {
    out.push(path);
    signal.addEventListener("abort", () => fail(signal.reason));
  });
  const latest = new Latest();
  const never = () => assert.fail();
  latest.ask("rest", never, never);
  latest.ask("drag", never, never, true);
  assert.deepEqual(out, ["rest", "drag"]);
  assert.equal(latest.dropped, 1);
  latest.drop();
});

test("who is turned away waits a time of its own, and longer each time", async () => {
  const { setTimeout: real } = globalThis;
  const { random } = Math;
  const waits = [];
  globalThis.setTimeout = (act, time) => { waits.push(time); return real(act, 0); };
  Math.random = () => 0.5;
  let left = 6;
  const busy = () => new Response(JSON.stringify({ error: {}, retry: 1 }), { status: 503, headers: { "content-type": "application/json" } });
  globalThis.fetch = async () => (left-- ? busy() : new Response("{}", { headers: { "content-type": "application/json" } }));
  try {
    assert.deepEqual(await ask("x"), {});
  } finally {
    globalThis.setTimeout = real;
    Math.random = random;
  }
  assert.deepEqual(waits, [1500, 3000, 6000, 12000, 12000, 12000]);
});
