/** The generated types are what the checked-in schema says; Rust holds the schema and the other generated files to its own types. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import SwaggerParser from "@apidevtools/swagger-parser";
import { fromFile, Parser } from "@asyncapi/parser";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
// @ts-expect-error a script without types of its own
import { types } from "../scripts/types.mjs";
import { RECEIVED, SENT } from "./generated/shapes.js";

const path = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

// The validators load hundreds of modules: seconds on a busy machine.
describe("the contract", { timeout: 60_000 }, () => {
  it("has types that are current: `make contract` writes them", async () => {
    const schema = readFileSync(path("docs/contract/types.schema.json"), "utf8");
    expect(readFileSync(path("web/client/src/generated/types.ts"), "utf8")).toBe(await types(schema));
  });

  it.each([
    ["client-frame", SENT],
    ["server-frame", RECEIVED],
  ])("has a valid JSON Schema of every %s, which Rust's own examples meet", (name, examples) => {
    const schema = JSON.parse(readFileSync(path(`docs/contract/${name}.schema.json`), "utf8"));
    // Formats of Rust's numbers are notes for generators.
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
    const validate = ajv.compile(schema);
    for (const [type, example] of Object.entries(examples)) {
      expect(validate(example), `${type}: ${JSON.stringify(validate.errors)}`).toBe(true);
    }
    expect(validate({ type: "no-such-frame" })).toBe(false);
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
