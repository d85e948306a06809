// From a draft to the form and back.
import { expect, test } from "vitest";

import { draft } from "../fixtures/snapshots";
import type { Draft } from "./bindings";
import { byField, localProblems, toDraft, toForm } from "./draft";

test("a form gives back the draft it was made from", () => {
  const rich: Draft = { ...draft, serverArgs: ["--disable=traefik", "--debug"], env: ["A=b"], agents: 2 };
  expect(toDraft(toForm(rich))).toEqual(rich);
});

test("empty lines and blanks around them are no arguments", () => {
  expect(toDraft({ ...toForm(draft), agentArgs: "\n  --v=1 \n\n" }).agentArgs).toEqual(["--v=1"]);
});

test("what is no count never reaches the app", () => {
  const fields = [null, -1, 1.5, 0, 3].map((servers) => localProblems({ ...toForm(draft), servers }).length);
  expect(fields).toEqual([1, 1, 1, 0, 0]);
});

test("several problems of one field stand together", () => {
  expect(
    byField([
      { field: "env", message: "`a` is no pair." },
      { field: "name", message: "Taken." },
      { field: "env", message: "`b` is no pair." },
    ]),
  ).toEqual({ env: "`a` is no pair. `b` is no pair.", name: "Taken." });
});
