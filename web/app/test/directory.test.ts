import { describe, expect, test } from "vitest";
import { initials } from "../src/lib/people";
import { directoryOf, memberFor } from "../src/sheet/model/directory";

const TEAM = [
  { id: "u-ravi", name: "Ravi Sharma", color: "#2559b8" },
  { id: "jana", name: "Jana Hoffmann", color: "#b4491f" },
  { id: "aylin", name: "Aylin Demir", color: "#2f6f3e" },
  { id: "tomas", name: "Tomás Ferreira", color: "#00696f" },
  { id: "ben1", name: "Ben Whitaker", color: "#7a5c00" },
  { id: "ben2", name: "Ben Okafor", color: "#6b45b8" },
];

describe("which member a name means", () => {
  test.each([
    ["Ravi Sharma", "u-ravi"],
    ["ravi", "u-ravi"],
    ["@ravi", "u-ravi"],
    ["Ravi S.", "u-ravi"],
    ["ravi.sharma@example.org", "u-ravi"],
    ["rsharma", "u-ravi"],
    ["TOMAS", "tomas"],
    ["tomas f", "tomas"],
    ["u-ravi", "u-ravi"],
    ["Ben W.", "ben1"],
    ["Ben", null],
    ["Ravi Kumar", null],
    ["Piotr Z.", null],
    ["rav", null],
    ["", null],
    ["@", null],
    ["Jana and Aylin", null],
  ])("%s", (text, id) => {
    expect(memberFor(text, TEAM)?.id ?? null).toBe(id);
  });

  test("one person has one name and one colour, however a message called them", () => {
    const { face } = directoryOf(TEAM);
    for (const text of ["jana", "@Jana", "Jana H."])
      expect(face(text)).toEqual({ id: "jana", name: "Jana Hoffmann", color: "#b4491f" });
    expect(face("Piotr Z.")).toMatchObject({ id: null, name: "Piotr Z." });
    expect(face("PIOTR Z.").color).toBe(face("Piotr Z.").color);
  });

  test("people with one name differ by its second letter", () => {
    expect([initials("Søren"), initials("Sasha")]).toEqual(["Sø", "Sa"]);
  });
});
