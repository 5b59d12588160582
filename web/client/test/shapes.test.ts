/**
 * The Rust types own what is on the wire. `generated/shapes.ts` holds one example of everything, written by Rust with
 * every field named; the types here are held to those when this file is compiled, and the readers when it runs.
 */
import { describe, expect, it } from "vitest";
import { foldable } from "../src/fold/index.js";
import type { Cell, Generation, Role, Row } from "../src/fold/model.js";
import type { Change, GeneratedRow, LogOp, Update } from "../src/fold/op.js";
import { type ClientFrame, parseFrame, type ServerFrame } from "../src/frames.js";
import type { PresenceState } from "../src/state.js";
import type { ACTIVITIES, ORIGINS, ROLES } from "./generated/shapes.js";
import { CHANGE, OPS, RECEIVED, SENT, SPARSE_OPS } from "./generated/shapes.js";

/** `true`, or what the one has and the other has not. */
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? true
    : { lacking: Exclude<B, A> }
  : { tooMuch: Exclude<A, B> };
/** The compiler's assertion: anything but `true` is an error here. */
const holds = <_T extends true>() => {};

/** The member of a union whose tag is, or may be, `Name`. */
type Tagged<U, Tag extends string, Name> = U extends { readonly [T in Tag]: infer Names }
  ? Name extends Names
    ? U
    : never
  : never;
type OpOf<Name> = Tagged<LogOp, "op", Name>;
type SentOf<Name> = Tagged<ClientFrame, "type", Name>;
type ReadOf<Name> = Tagged<ServerFrame, "type", Name>;

/** Of every example, by its name: `true`, or how its fields differ. */
type Fields<Examples, Types extends { [Name in keyof Examples]: unknown }> = {
  [Name in keyof Examples]: Same<keyof Examples[Name], keyof Types[Name]>;
};
/** `true`, or the entries of a record that are not. */
type AllTrue<R> = { [K in keyof R]: R[K] extends true ? never : [K, R[K]] }[keyof R] extends never
  ? true
  : { [K in keyof R as R[K] extends true ? never : K]: R[K] };

type Ops = { [Name in LogOp["op"]]: OpOf<Name> };
type Sent = { [Name in ClientFrame["type"]]: SentOf<Name> };

describe("the types of the wire are Rust's", () => {
  it("ops: the same names, the same fields, values that fit", () => {
    holds<Same<keyof typeof OPS, LogOp["op"]>>();
    holds<AllTrue<Fields<typeof OPS, Ops>>>();
    const full: Ops = OPS;
    const sparse: Partial<Ops> = SPARSE_OPS;
    for (const op of [...Object.values(full), ...Object.values(sparse)]) {
      expect([op, foldable({ ops: [op] })]).toEqual([op, true]);
    }
  });

  it("the content of ops", () => {
    holds<Same<keyof (typeof OPS)["ROW_INSERT"]["restored"], keyof Row>>();
    holds<Same<keyof (typeof OPS)["ROW_INSERT"]["restored"]["cells"]["title"], keyof Cell>>();
    holds<Same<keyof (typeof OPS)["BATCH_UPDATE"]["updates"]["status"], keyof Update>>();
    holds<Same<keyof (typeof OPS)["GENERATED"]["rows"][0], keyof GeneratedRow>>();
    holds<Same<keyof typeof CHANGE, keyof Change>>();
    const change: Change = CHANGE;
    expect(foldable(change)).toBe(true);
  });

  it("choices", () => {
    holds<Same<(typeof ROLES)[number], Role | "system">>();
    holds<Same<(typeof ORIGINS)[number], NonNullable<Generation["origin"]>>>();
    holds<Same<(typeof ACTIVITIES)[number], NonNullable<PresenceState["status"]>>>();
  });

  it("what a client sends", () => {
    holds<Same<keyof typeof SENT, ClientFrame["type"]>>();
    holds<AllTrue<Fields<typeof SENT, Sent>>>();
    holds<Same<keyof (typeof SENT)["presence"]["state"], keyof PresenceState>>();
    const frames: Sent = SENT;
    expect(Object.keys(frames)).toHaveLength(6);
  });

  it("what a client reads: every field, but those that it is said here to leave", () => {
    // A mention has a shape of its own, which the client hands on as it came.
    holds<Same<keyof typeof RECEIVED | "notification", ServerFrame["type"]>>();
    type Left = { welcome: "protocol"; rejected: "current" };
    /** What the reader adds where a frame does not tell. */
    type Added = { presence: "role"; left: "role" };
    type In<R, K> = K extends keyof R ? R[K] : never;
    type Read = {
      [Name in keyof typeof RECEIVED]: Same<
        Exclude<keyof (typeof RECEIVED)[Name], In<Left, Name>>,
        Exclude<keyof ReadOf<Name>, In<Added, Name>>
      >;
    };
    holds<AllTrue<Read>>();
    for (const wire of Object.values(RECEIVED)) {
      const { protocol: _, current: __, ...known } = wire as Record<string, unknown>;
      const frame = parseFrame(JSON.stringify(wire));
      expect(frame).not.toBeNull();
      const told = Object.fromEntries(Object.entries(frame ?? {}).filter(([name]) => name in known));
      // The room receives a change's author, time and ops; its role and base are the log's.
      const plain = JSON.parse(JSON.stringify(known), (key, value) =>
        key === "changes" ? value.map(({ role, base, ...rest }: Change) => rest) : value,
      );
      expect(told).toEqual(plain);
    }
  });
});
