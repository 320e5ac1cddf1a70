// Shapes of what the server answers (lab/API.md) and of what the page keeps. Types only.

/** @typedef {"china"|"russia"} Patron */
/** @typedef {"factor"|"value"} Kind */
/** @typedef {"en"|"ru"} Language */
/** @typedef {"compare"|"why"|"walk"|"sweep"|"class"} Tab */

/**
 * @typedef {object} LeverMove one moved lever
 * @property {string} address as in scenario files, e.g. `budget.russia`
 * @property {Kind} kind
 * @property {number} number
 * @property {number} from first year
 * @property {number|null} until last year, null for the horizon
 */

/**
 * @typedef {object} State everything that the address holds
 * @property {string} start scenario that the page starts from
 * @property {LeverMove[]} levers
 * @property {number} seed
 * @property {number} n futures, 0 for as many as the server is set to
 * @property {string} area area in focus, "" for all four alike
 * @property {string} patron "" for both together
 * @property {string} quantity of the map
 * @property {"what"|"base"|"diff"} side of the map
 * @property {number|null} year
 * @property {string} sel selected state, ISO code
 * @property {number} future
 * @property {Tab} tab
 * @property {string} story scenario of the library whose levers the what-if takes, "" for none
 * @property {string} sweep address of the lever that is swept
 * @property {boolean} total whether the sweep shows the sum over the years
 * @property {Language} lang
 * @property {string} code of a class, "" for none
 * @property {string} rule the overruled choice: decision, patron and answer, "" for none
 */

/** @typedef {{code: string, name: string}} Named */
/** @typedef {{k: number, name: string, meaning?: string}} Rung */
/** @typedef {{id: string, family: string, unit: string, range: [number, number|null]}} Quantity */
/**
 * @typedef {object} Lever
 * @property {string} address
 * @property {string} label
 * @property {string} meaning
 * @property {string} unit
 * @property {boolean} front
 * @property {Kind} kind
 * @property {number} low
 * @property {number} high
 * @property {number} step
 * @property {number} baseline
 * @property {boolean} same whether all the entries that it moves stand at the baseline
 * @property {number} from
 * @property {number|null} until
 * @property {string} why
 * @property {string} source
 * @property {string} sourceText
 * @property {"prior"|"data"} rests
 */
/** @typedef {{address: string, kind: Kind|"path"|"shock", value: number, from: number, until: number|null, expressible: boolean, why: string, source: string, sourceText: string, path?: Record<string, number>, shock?: {year: number, factor: number, half_life: number}}} PresetLever */
/** @typedef {{name: string, title: string, story: string, question: string, assumptions: string[], start: string, expressible: boolean, levers: PresetLever[]}} Preset */
/** @typedef {{name: string, title: string, story: string, assumptions: string[], conditioned_until: number|null, horizon: number}} Start */
/** @typedef {{key: string, cite: string, url: string, locator: string}} Source */
/** @typedef {{id: string, year: number, state: string, patron: string, area: string|null, areas: string[], channel: string, text: string, sources: Source[], note: string}} RecordEvent */

/**
 * @typedef {object} Setup
 * @property {string} version
 * @property {{run: string, explain: string}} commands with places for numbers
 * @property {number} seedMax
 * @property {number[]} futures
 * @property {[number, number]} years
 * @property {Named[]} states
 * @property {{id: string, name: string}[]} patrons
 * @property {{id: string, name: string}[]} areas
 * @property {Rung[]} rungs
 * @property {Quantity[]} quantities
 * @property {Lever[]} levers
 * @property {Preset[]} presets
 * @property {Start[]} starts
 * @property {RecordEvent[]} events
 * @property {Record<string, string>} badges
 * @property {Question[]} questions
 * @property {{address: string}|null} share where others in the network reach the lab
 */

/** @typedef {{p5: number[], p25: number[], p50: number[], p75: number[], p95: number[], mean: number[]}} Fan */
/** @typedef {{mean: number[], low: number[], high: number[], supported: boolean[]}} Difference */
/** @typedef {{base: Fan, what: Fan, diff: Difference}} Sides */
/** @typedef {Sides & {patrons: Record<string, Sides>}} AreaAnswer */
/** @typedef {{base: number[][], what: number[][]}} MapSides arrays [state][year] */
/**
 * @typedef {object} Move
 * @property {string} digest
 * @property {{id: string, text: string}} badge
 * @property {number} n futures that the answer is of
 * @property {number} most futures of the full answer, as the server is set
 * @property {number[]} years
 * @property {number|null} cut
 * @property {number|null} moved first year in which a lever acts
 * @property {Record<string, AreaAnswer>} areas
 * @property {Record<string, MapSides>} map
 * @property {number} ms
 */

/** @typedef {{id: string, text: string, past: boolean, start: string, state: string, patron: string, from: number, until: number}} Question */

export {};
