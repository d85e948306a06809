// The way through the views and back.
import { expect, test } from "vitest";

import { Route } from "./route.svelte";

test("the way back leads through the views as they were shown, and ends at the clusters", () => {
  const route = new Route();
  route.go({ kind: "cluster", name: "dev" });
  route.go({ kind: "cluster", name: "dev" });
  route.go({ kind: "cluster", name: "old" });
  const shown = [route.view];
  for (let step = 0; step < 3; step += 1) {
    route.back();
    shown.push(route.view);
  }
  expect(shown).toEqual([
    { kind: "cluster", name: "old" },
    { kind: "cluster", name: "dev" },
    { kind: "clusters" },
    { kind: "clusters" },
  ]);
});

test("behind the question whether to delete stays what was shown", () => {
  const route = new Route();
  route.go({ kind: "cluster", name: "dev" });
  route.go({ kind: "delete", name: "dev" });
  expect(route.ground).toEqual({ kind: "cluster", name: "dev" });
});
