// What is said of operations, and what screen readers are told.
import { expect, test } from "vitest";

import { creating, empty, failed, full, undoing } from "../fixtures/snapshots";
import type { Operation } from "./bindings";
import { announcement, currentStep, fraction, word } from "./operation";

const withOperation = (operation: Operation): typeof full => ({ ...full, operations: [operation] });

test("progress counts steps that are over and the share of those under way", () => {
  expect(fraction(creating)).toBeCloseTo((4 + 0.62) / 8);
  expect(fraction({ ...creating, steps: [] })).toBeNull();
});

test("an operation is called by what it does or did", () => {
  const states = [creating, undoing, { ...creating, state: { kind: "done" as const } }, failed];
  expect(states.map(word)).toEqual(["Creating", "Cleaning up", "Created", "Could not create"]);
  expect(word({ ...creating, state: { kind: "cancelled" } })).toBe("Cancelled: create");
});

test("the current step is the one begun last", () => {
  expect(currentStep(creating)?.label).toBe("Pull rancher/k3s:v1.31.4-k3s1");
  expect(currentStep(failed)).toBeNull();
});

test("a screen reader is told of beginnings, steps and ends, each once", () => {
  const begun = withOperation(creating);
  const later = withOperation({ ...creating, steps: undoing.steps });
  expect([
    announcement(full, begun),
    announcement(begun, begun),
    announcement(begun, later),
    announcement(later, withOperation(failed)),
  ]).toEqual(["Creating calm-otter", "", "calm-otter: Clean up", "Could not create calm-otter"]);
});

test("what had ended before the window opened is no news", () => {
  expect(announcement(null, withOperation(failed))).toBe("");
  expect(announcement(null, empty)).toBe("");
});
