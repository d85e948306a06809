// What is found by which letters, and in which order.
import { expect, test } from "vitest";

import { full, local } from "../fixtures/snapshots";
import type { Context, Snapshot } from "./bindings";
import { found, isGone } from "./contexts";

const elsewhere = (name: string, changes: Partial<Context> = {}): Context => ({
  ...local("x"),
  name,
  cluster: name,
  user: "ada",
  server: `https://${name}.example.org`,
  localCluster: null,
  ...changes,
});

const snapshot: Snapshot = {
  ...full,
  contexts: {
    current: "k3d-dev",
    all: [
      elsewhere("production"),
      elsewhere("pre-production", { namespace: "shop" }),
      local("dev"),
      elsewhere("devices"),
      local("prod-like"),
    ],
    problems: [],
  },
  recentContexts: ["pre-production"],
};

const names = (typed: string): string[] => found(snapshot, typed).map((context) => context.name);

test("nothing typed: the one to go back to, then local ones, then the rest as the files have them", () => {
  expect(names("")).toEqual(["pre-production", "k3d-dev", "k3d-prod-like", "production", "devices"]);
});

test("the beginning of a name comes before the beginning of a part, and that before the middle", () => {
  expect(names("prod")).toEqual(["production", "pre-production", "k3d-prod-like"]);
  expect(names("dev")).toEqual(["devices", "k3d-dev"]);
  expect(names("vices")).toEqual(["devices"]);
});

test("every word must be found, in whatever is known of a context", () => {
  expect(names("pro shop")).toEqual(["pre-production"]);
  expect(names("EXAMPLE.org dev")).toEqual(["devices"]);
  expect(names("pro nowhere")).toEqual([]);
});

test("a dash is the way back, as in a shell", () => {
  expect(names("-")).toEqual(["pre-production"]);
  expect(found({ ...snapshot, recentContexts: [] }, "-")).toEqual([]);
});

test("a context whose cluster is gone is told from one that is being made, and from a foreign one", () => {
  const gone = (context: Context): boolean => isGone(context, full);
  expect(gone(local("dev"))).toBe(false);
  expect(gone(local("never-made"))).toBe(true);
  expect(gone(elsewhere("production"))).toBe(false);
});
