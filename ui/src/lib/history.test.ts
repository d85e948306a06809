// The history in words and by days.
import { expect, test } from "vitest";

import { version } from "../fixtures/history";
import { byDay, changesSince } from "./history";

const at = (text: string): string => new Date(text).toISOString();

test("changes are grouped by the days of this place, the last two by name", () => {
  const made = [
    ["2026-11-21T00:00:01", 5],
    ["2026-11-20T23:59:59", 4],
    ["2026-11-20T00:00:00", 3],
    ["2026-11-19T23:00:00", 2],
    ["2025-11-19T12:00:00", 1],
  ] as const;
  const versions = made.map(([time, id]) => version(id, 0, { kind: "anotherProgram" }, { at: at(time) }));
  const days = byDay(versions, Date.parse(at("2026-11-21T09:00:00")));
  expect(days.map(({ versions }) => versions.map(({ id }) => id))).toEqual([[5], [4, 3], [2], [1]]);
  expect(days.slice(0, 2).map(({ title }) => title)).toEqual(["Today", "Yesterday"]);
  expect(new Set(days.map(({ title }) => title)).size).toBe(4);
});

test("later changes of the same files count, of others not", () => {
  const of = (id: number, ...files: string[]) => version(id, 0, { kind: "anotherProgram" }, { files });
  const all = [of(4, "b"), of(3, "a", "b"), of(2, "a"), of(1, "a")];
  expect(all.map((one) => changesSince(one, all))).toEqual([0, 1, 1, 2]);
});
