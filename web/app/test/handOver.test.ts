import { expect, test } from "vitest";
import { borrowToken, type Channel, lendToken } from "../src/session/handOver";

const part = (claims: object) => btoa(JSON.stringify(claims)).replace(/=+$/, "");
const tokenOf = (team: string, exp = 9_999_999_999) => `h.${part({ teams: [team], exp })}.s`;

/** A channel of one origin, without the browser's own. */
function origin(): () => Channel {
  const ears = new Set<{ of: object; hear: (event: MessageEvent) => void }>();
  return () => {
    const self = {};
    return {
      postMessage: (data) => {
        for (const { of, hear } of [...ears])
          if (of !== self) queueMicrotask(() => hear({ data } as MessageEvent));
      },
      addEventListener: (_: string, hear: unknown) =>
        void ears.add({ of: self, hear: hear as (event: MessageEvent) => void }),
      close: () => {
        for (const ear of [...ears]) if (ear.of === self) ears.delete(ear);
      },
    } as Channel;
  };
}

test("a new tab gets the token of one that is in the team, and of no other", async () => {
  const tab = origin();
  lendToken(() => tokenOf("sales"), tab());
  const stop = lendToken(() => tokenOf("platform"), tab());
  expect(await borrowToken("platform", tab(), 50)).toBe(tokenOf("platform"));
  expect(await borrowToken("finance", tab(), 5)).toBeNull();
  stop();
  expect(await borrowToken("platform", tab(), 5)).toBeNull();
});

test("a token that has run out is not lent, and one that nobody has is not waited for forever", async () => {
  const tab = origin();
  lendToken(() => tokenOf("platform", 1), tab());
  lendToken(() => null, tab());
  expect(await borrowToken("platform", tab(), 5)).toBeNull();
  expect(await borrowToken("platform", null)).toBeNull();
});
