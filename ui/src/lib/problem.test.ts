// Rejections of every kind become something to show.
import { expect, test } from "vitest";

import { engineAway } from "../fixtures/snapshots";
import { toProblem, toRefusal } from "./problem";

test("a problem is shown as it came", () => {
  expect(toProblem(engineAway)).toBe(engineAway);
});

test("whatever else a command is rejected with becomes a problem too", () => {
  const titled = (cause: string): object => ({
    what: "Could not do that",
    causes: [cause],
    hint: null,
    code: "other",
    log: [],
  });
  expect([new Error("no such command"), "gone", null, { what: 3 }].map((one) => toProblem(one))).toEqual([
    titled("no such command"),
    titled("gone"),
    titled("null"),
    titled("[object Object]"),
  ]);
});

test("a refusal keeps its kind", () => {
  const fields = { kind: "fields", problems: [{ field: "name", message: "Taken." }] };
  const problem = { kind: "problem", problem: engineAway };
  expect([fields, problem].map(toRefusal)).toEqual([fields, problem]);
  expect(toRefusal(engineAway)).toEqual(problem);
  expect(toRefusal("broken").kind).toBe("problem");
});
