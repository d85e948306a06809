// The health of foreign contexts in the list, upon a recorded backend.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import App from "../App.svelte";
import { RecordedBackend, well } from "../fixtures/backend";
import { full } from "../fixtures/snapshots";
import type { Snapshot } from "../lib/bindings";

async function open(snapshot: Snapshot = full): Promise<RecordedBackend> {
  const backend = new RecordedBackend(snapshot, { kind: "contexts" });
  render(App, { backend });
  await screen.findByRole("heading", { name: "Contexts" });
  return backend;
}

const health = (name: string): string =>
  screen.getByRole("status", { name: `Health of ${name}` }).textContent.replace(/\s+/g, " ");

test("no cluster is asked unless a person does, and then the one", async () => {
  const backend = await open();
  expect(backend.questions).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Check staging" }));
  expect(backend.questions).toEqual([["health", "staging", false]]);
  expect(health("staging")).toMatch(/Reachable ?· v1.31.4\+k3s1 ?· 3\/3 ready ?· 42 ms/);
});

test("a program that signs in runs only when that is allowed", async () => {
  const backend = await open();
  backend.health = (context, allowPrograms) => {
    if (allowPrograms) return { ...well(context), program: "/usr/bin/aws" };
    const problem = {
      what: "Could not reach `staging`",
      causes: ["this context signs in by running `/usr/bin/aws`"],
      hint: "Ask again and allow it to run.",
      code: "needs-program" as const,
      log: [],
    };
    return { ...well(context), outcome: { kind: "failed", problem }, program: "/usr/bin/aws" };
  };
  await userEvent.click(screen.getByRole("button", { name: "Check staging" }));
  await userEvent.click(await screen.findByRole("button", { name: "Allow running aws" }));
  expect(backend.questions).toEqual([
    ["health", "staging", false],
    ["health", "staging", true],
  ]);
  expect(health("staging")).toMatch(/Reachable/);
});

test("those that the user wants looked at are asked when the list is opened", async () => {
  const backend = await open({ ...full, checkedContexts: ["staging"] });
  expect(backend.questions).toEqual([["health", "staging", false]]);
  await userEvent.click(screen.getByRole("button", { name: "Actions on staging" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Check only on request" }));
  expect(backend.actions).toEqual(["check-on-request:staging"]);
});

test("a cluster on this machine tells how it is without being asked", async () => {
  await open();
  expect(screen.getAllByText(/\d\/\d ready/)).not.toHaveLength(0);
});

test("the namespace of a context leads to the choice of another", async () => {
  await open();
  await userEvent.click(screen.getByRole("button", { name: /^(default )?namespace.* of staging$/ }));
  expect(await screen.findByRole("dialog", { name: /Namespace of staging/ })).toBeVisible();
});

test("why a context cannot work is told with its line", async () => {
  const problem = { file: "/home/ada/.kube/config", line: 12, message: "its user `bob` is missing" };
  const broken = full.contexts.all.map((one) => (one.name === "staging" ? { ...one, problem } : one));
  await open({ ...full, contexts: { ...full.contexts, all: broken } });
  const row = screen.getByRole("button", { name: "Use staging" }).closest("li");
  expect(row).toHaveTextContent("its user bob is missing, line 12");
  expect(row).toHaveTextContent("https://");
});
