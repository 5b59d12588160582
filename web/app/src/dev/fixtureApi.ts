/** Answers without a server: nothing happened yet, nobody is known. The real ones are seen against a real stack. */
import type { Api } from "../session/api";
import { sampleComparison } from "./sampleComparison";
import { sampleMessages } from "./sampleSheet";

export const fixtureApi: Api = {
  changes: async () => ({ version: 0, epoch: "fixture", changes: [] }),
  export: async (format) => ({ name: `sheet.${format}`, file: new Blob(["title\n"]) }),
  members: async () => [],
  read: async (address) => (address === "comparison" ? sampleComparison : { messages: sampleMessages }),
};
