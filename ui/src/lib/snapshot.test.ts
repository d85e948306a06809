// The newest snapshot is the one that is shown.
import { expect, test } from "vitest";

import { RecordedBackend } from "../fixtures/backend";
import { empty, full } from "../fixtures/snapshots";
import type { Snapshot } from "./bindings";
import { Latest } from "./snapshot.svelte";

const at = (revision: number): Snapshot => ({ ...empty, revision });

test("the newest snapshot is kept, in whatever order they come", () => {
  const latest = new Latest();
  const kept = [3, 5, 4, 5, 6].map((revision) => {
    latest.accept(at(revision));
    return latest.snapshot?.revision;
  });
  expect(kept).toEqual([3, 5, 5, 5, 6]);
});

test("a snapshot sent while the first is fetched is not overwritten by it", async () => {
  const backend = new RecordedBackend(at(1));
  const fetched = backend.snapshot.bind(backend);
  backend.snapshot = async () => {
    const old = await fetched();
    backend.send(at(2));
    return old;
  };
  const latest = new Latest();
  await latest.follow(backend);
  expect(latest.snapshot?.revision).toBe(2);
});

test("nothing arrives after the subscription has ended", async () => {
  const backend = new RecordedBackend(at(1));
  const latest = new Latest();
  const unsubscribe = await latest.follow(backend);
  unsubscribe();
  backend.send(full);
  expect(latest.snapshot?.revision).toBe(1);
});

test("a first snapshot that cannot be had leaves no subscription behind", async () => {
  const backend = new RecordedBackend(at(1));
  backend.snapshot = () => Promise.reject(new Error("away"));
  const latest = new Latest();
  await expect(latest.follow(backend)).rejects.toThrow("away");
  backend.send(full);
  expect(latest.snapshot).toBeNull();
});
