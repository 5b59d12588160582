/** Stages for tests: a real file's settings over bootstraps that are no more than an ELF header. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Validations } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { HOME, readSettings, type Settings } from "../lib/settings.ts";
import { CyclesheetStack } from "../lib/stack.ts";

export const FUNCTIONS = ["authorize", "connect", "disconnect", "default", "http", "extract"];
const MACHINES: Record<string, number> = { x86_64: 0x3e, arm64: 0xb7 };

/** The folder of the temporary files of this process. */
export const temporary = mkdtempSync(join(tmpdir(), "cyclesheet-infra-"));
process.once("exit", () => rmSync(temporary, { recursive: true, force: true }));

export function bootstraps(architecture: string): string {
  const folder = mkdtempSync(join(temporary, `${architecture}-`));
  const head = Buffer.alloc(64);
  head.write("\x7fELF", "latin1");
  head.writeUInt16LE(MACHINES[architecture] ?? 0, 18);
  for (const name of FUNCTIONS) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "bootstrap"), head);
  }
  return folder;
}

export type Overrides = Readonly<Record<string, string>>;

/** The settings that a deployment of `prod` must name itself. */
const OWN: Readonly<Record<string, Overrides>> = { prod: { alarmEmail: "ops@company.example" } };

export function settings(stage: string, overrides: Overrides = {}): Settings {
  const all: Overrides = {
    bootstraps: bootstraps(overrides.architecture ?? "arm64"),
    ...(overrides.alarmTopicArn ? {} : OWN[stage]),
    ...overrides,
  };
  return readSettings(stage, (name) => all[name]);
}

export function stack(stage: string, overrides: Overrides = {}, nag = false): CyclesheetStack {
  const { context } = JSON.parse(readFileSync(join(HOME, "cdk.json"), "utf8"));
  const app = new App({ context, outdir: mkdtempSync(join(temporary, "out-")) });
  if (nag) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const read = settings(stage, overrides);
  return new CyclesheetStack(app, `cyclesheet-${stage}`, read, {
    env: { region: read.region, account: "123456789012" },
  });
}

export const template = (stage: string, overrides: Overrides = {}) =>
  Template.fromStack(stack(stage, overrides));

export interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A template's resources of one type, by their ids. */
export const resources = (of: Template, type: string) =>
  Object.entries(of.findResources(type)) as [string, Resource][];
