/**
 * The browser's half of a Cyclesheet.
 *
 * - `client` the driver of sockets, timers and storage; `machine` every decision, as a pure function;
 * - `fold` what a sheet is and what a change does to it;
 * - `state` what a screen gets to see; `codes` the answers of the server; `storage`, `names` what survives a reload.
 */
export { type Client, type ClientOptions, type Clock, createClient, SessionEndedError } from "./client.js";
export * from "./codes.js";
export type { DocumentListener, Documents, Sending } from "./documents.js";
export { isColumn, objection } from "./fold/columns.js";
export * from "./fold/model.js";
export type * from "./fold/op.js";
export { type Asker, type Clash, precheck, type Refusal } from "./fold/precheck.js";
export type { Announced, ClientFrame, Connection, DocumentUpdate, ServerFrame, Welcome } from "./frames.js";
export * from "./generated/limits.js";
export {
  BEARER_SUBPROTOCOL,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  SYSTEM_ID,
  SYSTEM_NAME,
} from "./generated/names.js";
export type { DocumentQuery, DocumentResult } from "./http.js";
export { newId } from "./names.js";
export type * from "./state.js";
export {
  browserDatabase,
  defaultStorage,
  indexedDbStorage,
  memoryStorage,
  type QueueStorage,
} from "./storage.js";
