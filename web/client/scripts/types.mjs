/**
 * Prints the TypeScript types of everything on the wire, made from the JSON Schema that the Rust types print.
 * `make contract` writes them to `src/generated/types.ts`, and a test compares.
 */
import { readFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const HEAD = `/**
 * Every type of the wire, as the server writes it.
 * Made from docs/contract/types.schema.json by \`make contract\`: do not edit.
 */`;

/** The schema with a described reference as a type of its own: the generator would copy what it refers to. */
function referring(schema) {
  if (Array.isArray(schema)) return schema.map(referring);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, referring(value)]),
  );
  if ($ref === undefined) return rest;
  return Object.keys(rest).length === 0 ? { $ref } : { ...rest, allOf: [{ $ref }] };
}

/** The schema with a name for each op, so that a program can speak of one op alone. */
export function named(schema) {
  const { $defs } = schema;
  const named = (name, prefix, tag) => {
    const variants = $defs[name].oneOf.map((variant) => {
      const constant = variant.properties[tag].const;
      const title =
        prefix + constant.toLowerCase().replace(/(^|_)(.)/g, (_, __, letter) => letter.toUpperCase());
      $defs[title] = { ...variant, title };
      return { $ref: `#/$defs/${title}` };
    });
    $defs[name] = { ...$defs[name], oneOf: variants };
  };
  named("Op", "Op", "op");
  return schema;
}

export async function types(schemaText) {
  const schema = referring(named(JSON.parse(schemaText)));
  const properties = Object.fromEntries(
    Object.keys(schema.$defs).map((name) => [name, { $ref: `#/$defs/${name}` }]),
  );
  const text = await compile(
    { ...schema, type: "object", properties, required: Object.keys(properties) },
    "Types",
    {
      additionalProperties: false,
      bannerComment: HEAD,
      enableConstEnums: false,
      style: { printWidth: 110 },
    },
  );
  // The generator wants a type for the whole schema; nothing is of it.
  return text
    .replace(/\n *\/\*\*\n *\* This interface was referenced by[^/]*\*\//g, "")
    .replace(/\n *\*\n *\* This interface was referenced by[^/]*?(?=\n *\*\/)/g, "")
    .replace(/\/\*\*\n \* Every type of the wire[^/]*\/\nexport interface Types \{[\s\S]*?\n\}\n/, "");
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const schema = new URL("../../../docs/contract/types.schema.json", import.meta.url);
  process.stdout.write(await types(readFileSync(schema, "utf8")));
}
