import { describe, expect, test } from "vitest";
import { fold, occurrences, wordsToFind } from "../src/lib/fold";
import { type NamedPerson, namesLike } from "../src/lib/names";
import { searchText } from "../src/sheet/grid/columnDefs";

const member = (name: string): NamedPerson => ({ name, isMember: true });
const once = (name: string): NamedPerson => ({ name, isMember: false });
const PEOPLE = [
  member("Aylin Demir"),
  member("Ben Whitaker"),
  member("Jana Hoffmann"),
  once("Piotr Z."),
  once("sasha"),
  member("Søren Åberg"),
  once("tomcat"),
  member("Tomás Ferreira"),
  member("Łukasz O’Neil-Straße"),
];

test.each([
  ["tom", "Tomás Ferreira"],
  ["tomas", "Tomás Ferreira"],
  ["TOMÁS", "Tomás Ferreira"],
  ["Toma\u0301s f", "Tomás Ferreira"],
  ["JANA", "Jana Hoffmann"],
  ["ben w", "Ben Whitaker"],
  ["whit", "Ben Whitaker"],
  ["soren", "Søren Åberg"],
  ["aberg", "Søren Åberg"],
  ["fer tom", "Tomás Ferreira"],
  ["lukasz", "Łukasz O’Neil-Straße"],
  ["strasse", "Łukasz O’Neil-Straße"],
  ["o'n", "Łukasz O’Neil-Straße"],
  // What is on the list to the letter goes before a member whose name only begins so.
  ["tomcat", "tomcat"],
  ["  sasha  ", "sasha"],
  ["piotr z", "Piotr Z."],
])("%j means %s first", (text, name) => {
  expect(namesLike(PEOPLE, text)[0]?.name).toBe(name);
});

test("a member goes before a name that somebody once typed; who does not match is left out", () => {
  expect(namesLike(PEOPLE, "to").map(({ name }) => name)).toEqual(["Tomás Ferreira", "tomcat"]);
  expect(namesLike(PEOPLE, "zoe")).toEqual([]);
  expect(namesLike(PEOPLE, " ")).toEqual(PEOPLE);
});

describe("what is looked for", () => {
  const marked = (text: string, find: string) =>
    occurrences(text, wordsToFind(find)).map(([start, end]) => text.slice(start, end));

  test.each([
    ["Tomás and TOMAS", "tomas", ["Tomás", "TOMAS"]],
    ["Toma\u0301s", "tomás", ["Toma\u0301s"]],
    ["Straße 1", "strasse", ["Straße"]],
    ["Straße 1", "s", ["S", "ß"]],
    ["Fix 🚀 login", "login", ["login"]],
    ["a flow of words", "words flow", ["flow", "words"]],
    ["aaa", "aa a", ["aaa"]],
    ["nothing", "x", []],
    ["nothing", " ", []],
  ])("%j for %j marks %j", (text, find, parts) => {
    expect(marked(text, find)).toEqual(parts);
  });

  test("is found in what is on the screen: the day as it is shown, per cent, names without accents", () => {
    const has = (column: Parameters<typeof searchText>[0], value: string, find: string) =>
      wordsToFind(find).every((word) => searchText(column, value, "2026-11-20").includes(word));
    expect(has("deadline", "2026-11-27", "fri 27 nov")).toBe(true);
    expect(has("deadline", "2026-11-27", "2026-11")).toBe(true);
    expect(has("deadline", "2026-11-27", "friday november")).toBe(true);
    expect(has("deadline", "2027-01-15", "15 Jan 2027")).toBe(true);
    expect(has("progress", "60", "60%")).toBe(true);
    expect(has("progress", "", "%")).toBe(false);
    expect(has("assignee", "Tomás", "tomas")).toBe(true);
    expect(has("assignee", "Tomas", "tomás")).toBe(true);
    expect(fold("İstanbul IĞDIR")).toBe("istanbul igdir");
  });
});
