// walk
/** @import {App} from "./app.js" */
export class Walk { /** @param {App} app */ constructor(app) { this.app = app; this.element = document.createElement("div"); } draw() {} }
