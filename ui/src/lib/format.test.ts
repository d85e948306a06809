// Durations, ages, sizes and sentences.
import { expect, test } from "vitest";

import { age, bytes, capital, count, duration, elapsed, list, percent, spans } from "./format";

const NOW = Date.parse("2026-11-21T12:00:00Z");

test("a duration is as exact as it is short", () => {
  expect([340, 999, 2_400, 9_949, 12_000, 60_000, 65_400, 3_600_000].map(duration)).toEqual([
    "340 ms",
    "999 ms",
    "2.4 s",
    "9.9 s",
    "12 s",
    "1 min",
    "1 min 5 s",
    "60 min",
  ]);
});

test("a clock that is behind makes no negative time", () => {
  expect(duration(-5)).toBe("0 ms");
  expect(elapsed("2026-11-21T12:00:05Z", NOW)).toBe("0 s");
});

test("what goes on is counted in whole seconds", () => {
  expect(elapsed("2026-11-21T11:59:52.400Z", NOW)).toBe("7 s");
  expect(elapsed("2026-11-21T11:58:50Z", NOW)).toBe("1 min 10 s");
});

test("an age has its largest unit only", () => {
  const ages = ["11:59:30", "11:55:00", "09:30:00"].map((time) => age(`2026-11-21T${time}Z`, NOW));
  expect([...ages, age("2026-11-09T12:00:00Z", NOW)]).toEqual(["just now", "5 min", "2 h", "12 days"]);
});

test("sizes and shares are read at a glance", () => {
  expect([0, 812, 1_536, 612e6, 1.5e9].map(bytes)).toEqual(["0 B", "812 B", "1.5 KiB", "584 MiB", "1.4 GiB"]);
  expect([0.04, 7.77, 31.4].map(percent)).toEqual(["0.0 %", "7.8 %", "31 %"]);
});

test("counts and lists read as sentences", () => {
  expect([0, 1, 2].map((number) => count(number, "agent"))).toEqual(["no agents", "1 agent", "2 agents"]);
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(list)).toEqual(["", "a", "a and b", "a, b and c"]);
  expect([capital("port taken"), capital("`dev` is busy")]).toEqual(["Port taken", "`dev` is busy"]);
});

test("backticks set names apart and nothing else is markup", () => {
  expect(spans("stop `dev` <b>now</b>")).toEqual([
    { text: "stop ", code: false },
    { text: "dev", code: true },
    { text: " <b>now</b>", code: false },
  ]);
  expect(spans("a lone ` stays")).toEqual([{ text: "a lone ` stays", code: false }]);
});
