import { expect, test } from "vitest";

import { RecordedBackend, well } from "../fixtures/backend";
import { full, PRODUCTION } from "../fixtures/snapshots";
import type { Outcome, Problem } from "./bindings";
import { Checks, expiryWords, healthWords } from "./checks.svelte";

test("only those are asked that the user wants asked, and no local cluster", async () => {
  const backend = new RecordedBackend(full);
  const local = full.contexts.all.find((context) => context.localCluster !== null)?.name ?? "";
  const checks = new Checks(backend);
  checks.refresh({ ...full, checkedContexts: [PRODUCTION, local, "gone"] });
  await expect.poll(() => checks.answer(PRODUCTION)).not.toBeNull();
  expect(backend.questions).toEqual([["health", PRODUCTION, false]]);
});

test("an answer that is on its way is not asked for again", async () => {
  const backend = new RecordedBackend(full);
  const checks = new Checks(backend);
  await Promise.all([checks.check("staging"), checks.check("staging")]);
  expect(backend.questions).toEqual([["health", "staging", false]]);
  await checks.check("staging", true);
  expect(backend.questions[1]).toEqual(["health", "staging", true]);
});

test("a cluster is told in a few words", () => {
  const health = well("staging");
  expect(healthWords(health)).toEqual({
    tone: "ready",
    words: ["reachable", "v1.31.4+k3s1", "3/3 ready", "42 ms"],
    hint: null,
  });
  const outcome = {
    kind: "reachable",
    version: null,
    nodes: { kind: "unknown", reason: "this user may not list nodes" },
    latencyMs: 7,
  } as const;
  expect(healthWords({ ...health, outcome })).toEqual({
    tone: "ready",
    words: ["reachable", "this user may not list nodes", "7 ms"],
    hint: null,
  });
  const problem: Problem = {
    what: "Could not reach `staging`",
    causes: ["its server refused the connection", "Connection refused"],
    hint: "Check that the cluster runs.",
    code: "other",
    log: [],
  };
  const failed: Outcome = { kind: "failed", problem };
  expect(healthWords({ ...health, outcome: failed })).toEqual({
    tone: "degraded",
    words: ["its server refused the connection"],
    hint: "Check that the cluster runs.",
  });
});

test("credentials that end within a week are a warning", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(expiryWords("2026-03-01T00:00:00Z", now)).toEqual({
    words: "expires in 59 days",
    soon: false,
  });
  expect(expiryWords("2026-01-07T00:00:00Z", now)).toEqual({
    words: "expires in 6 days",
    soon: true,
  });
  expect(expiryWords("2026-01-01T12:00:00Z", now).words).toBe("expires within a day");
  expect(expiryWords("2025-12-31T00:00:00Z", now)).toEqual({ words: "expired", soon: true });
});
