import { expect, test } from "vitest";

import { namespaceProblem } from "./namespace";

test("a namespace is a DNS label", () => {
  for (const good of ["", "a", "default", "kube-system", "0-1", "a".repeat(63)]) {
    expect(namespaceProblem(good), good).toBeUndefined();
  }
  for (const bad of ["-a", "a-", "A", "a.b", "a/b", "a b", "ä", "a".repeat(64)]) {
    expect(namespaceProblem(bad), bad).toMatch(/63 lower-case letters/);
  }
});
