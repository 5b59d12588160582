import { expect, test, vi } from "vitest";
import { createApi, listSeparator } from "../src/session/api";

test("the cells of a CSV file are separated as the reader's spreadsheet program expects", () => {
  for (const locale of ["de-DE", "fr-FR", "es-ES", "pt-BR", "tr-TR"]) {
    expect(listSeparator(locale), locale).toBe("semicolon");
  }
  for (const locale of ["en-US", "en-GB", "ja-JP", "zh-CN", "de-CH"]) {
    expect(listSeparator(locale), locale).toBe("comma");
  }
});

test("CSV alone is asked for with a separator", async () => {
  const ask = vi.fn<typeof fetch>(async () => new Response("x"));
  const api = createApi({
    httpUrl: "http://s",
    team: "platform",
    cycle: "2026-W47",
    token: async () => "t",
    fetch: ask,
  });
  for (const format of ["csv", "md"] as const) {
    expect((await api.export(format)).name).toBe(`platform-2026-W47.${format}`);
  }
  const week = "http://s/api/cycles/platform/2026-W47";
  expect(ask.mock.calls.map(([url]) => url)).toEqual([
    `${week}/export?format=csv&separator=${listSeparator()}`,
    `${week}/export?format=md`,
  ]);
});
