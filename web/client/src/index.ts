/** The public face of `@cyclesheet/client`. */
export type { Client, ClientOptions, Clock, createClient, QueueStorage } from "./client.js";
export * from "./codes.js";
export * from "./fold/model.js";
export type * from "./fold/op.js";
export type * from "./state.js";
