/** The generated types are what the checked-in schema says; Rust holds the schema and the other generated files to its own types. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import SwaggerParser from "@apidevtools/swagger-parser";
import { fromFile, Parser } from "@asyncapi/parser";
import { describe, expect, it } from "vitest";
// @ts-expect-error a script without types of its own
import { types } from "../scripts/types.mjs";

const path = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

// The validators load hundreds of modules: seconds on a busy machine.
describe("the contract", { timeout: 60_000 }, () => {
  it("has types that are current: `make contract` writes them", async () => {
    const schema = readFileSync(path("docs/contract/types.schema.json"), "utf8");
    expect(readFileSync(path("web/client/src/generated/types.ts"), "utf8")).toBe(await types(schema));
  });

  it("describes HTTP in a valid OpenAPI document", async () => {
    await SwaggerParser.validate(path("docs/contract/openapi.json"));
  });

  it("describes the socket in a valid AsyncAPI document", async () => {
    const { document, diagnostics } = await fromFile(
      new Parser(),
      path("docs/contract/asyncapi.json"),
    ).parse();
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document?.allMessages().all().length).toBeGreaterThan(10);
  });
});
