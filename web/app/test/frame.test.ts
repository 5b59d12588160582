// What a slow line shows first: the frame in the document itself, long before any script has come.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the document shows the page's frame and says that the sheet is loading, without any script", () => {
  const source = readFileSync(join(import.meta.dirname, "../index.html"), "utf8");
  const { body } = new DOMParser().parseFromString(source, "text/html");
  const root = body.querySelector("#root");
  expect(root?.querySelector("h1")?.textContent).toBe("Cyclesheet");
  expect(root?.querySelector(".strip")?.textContent).toBe("Loading the sheet…");
  expect(root?.querySelectorAll(".skeleton span").length).toBeGreaterThan(2);
  expect(root?.querySelector("[aria-busy]")?.getAttribute("aria-busy")).toBe("true");
  // The strict policy would refuse a script or a style of the document's own.
  expect(body.querySelectorAll("script:not([src]), style, [style]")).toHaveLength(0);
  const script = body.querySelector("script[src]");
  expect(root?.compareDocumentPosition(script as Node)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});
