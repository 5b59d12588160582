/**
 * The fold: what a sheet is, what may change it, and what a committed change makes of it. Pure, and byte for byte
 * what the Rust crate `sheet` computes.
 *
 * - `model`, `op`: the data; `columns`: what may be in a cell.
 * - `genesis`: before the first change; `apply`: what a committed change does; `merge`: how an extraction's rows meet the sheet.
 * - `docs`: documents, as far as the sheet tells of them, and save points.
 * - `precheck`: what the server would refuse; `inverse`: what takes a change back.
 * - `shape`: whether JSON from outside can be folded at all; `canonical`: bytes to compare.
 */

export * from "../generated/limits.js";
export { SYSTEM_ID } from "../generated/names.js";
export { apply, applyOp } from "./apply.js";
export { canonical } from "./canonical.js";
export { cellText, isColumn, objection } from "./columns.js";
export { bytesOf, isDocName, noteOf } from "./docs.js";
export { genesis } from "./genesis.js";
export { inverse } from "./inverse.js";
export * from "./model.js";
export type * from "./op.js";
export { type Asker, type Clash, checkOp, nameOf, precheck, provisional, type Refusal } from "./precheck.js";
export { rowOf } from "./row.js";
export { foldable, isSheet } from "./shape.js";
