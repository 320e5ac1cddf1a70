// Predict, then reveal: a class gives probabilities before the engine does.
/** @import {App} from "./app.js" */
export class Classroom { /** @param {App} app */ constructor(app) { this.app = app; this.element = document.createElement("div"); } draw() {} }
