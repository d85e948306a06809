// The namespace of a context, upon a recorded backend.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import App from "../App.svelte";
import { RecordedBackend } from "../fixtures/backend";
import { full } from "../fixtures/snapshots";

const signsIn = {
  what: "Could not list the namespaces of `staging`",
  causes: ["this context signs in by running `aws`"],
  hint: "Ask again and allow it to run.",
  code: "needs-program",
  log: [],
};

async function open(known: string[] | null = null): Promise<RecordedBackend> {
  const namespaces = known && { context: "staging", names: known, current: "default", more: false };
  const backend = new RecordedBackend({ ...full, namespaces }, { kind: "namespace", context: "staging" });
  render(App, { backend });
  await screen.findByRole("dialog");
  return backend;
}

const rows = (): string[] =>
  within(screen.getByRole("listbox", { name: "Namespaces" }))
    .queryAllByRole("option")
    .map((option) => option.textContent.trim());

test("any good name can be typed, and no cluster is asked for that", async () => {
  const backend = await open();
  expect(screen.getByRole("combobox", { name: "Namespace" })).toHaveFocus();
  await userEvent.keyboard("Shop");
  expect(screen.getByText(/63 lower-case letters/)).toBeVisible();
  await userEvent.keyboard("{Enter}");
  expect(backend.kubeconfig.changes).toEqual([]);
  await userEvent.keyboard("{Control>}a{/Control}shop{Enter}");
  expect(backend.kubeconfig.changes).toEqual([["setNamespace", "staging", "shop"]]);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(backend.questions).toEqual([]);
});

test("an empty name is the default", async () => {
  const backend = await open();
  await userEvent.click(screen.getByRole("button", { name: "Use default" }));
  expect(backend.kubeconfig.changes).toEqual([["setNamespace", "staging", ""]]);
});

test("the cluster's namespaces are listed on request, narrowed down by typing and chosen by keys", async () => {
  const backend = await open();
  await userEvent.click(screen.getByRole("button", { name: "List namespaces" }));
  expect(backend.questions).toEqual([["namespaces", "staging", false]]);
  expect(rows()).toHaveLength(5);
  await userEvent.keyboard("kube");
  expect(rows()).toEqual(["kube-node-lease", "kube-public", "kube-system"]);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(backend.kubeconfig.changes).toEqual([["setNamespace", "staging", "kube-public"]]);
});

test("what was listed before is there at once", async () => {
  const backend = await open(["billing", "shop"]);
  expect(rows()).toEqual(["billing", "shop current"]);
  await userEvent.click(screen.getByRole("option", { name: "billing" }));
  expect(backend.kubeconfig.changes).toEqual([["setNamespace", "staging", "billing"]]);
  expect(backend.questions).toEqual([]);
});

test("a program that signs in runs only when that is allowed", async () => {
  const backend = await open();
  const listed = backend.listed;
  backend.listed = (context, allowPrograms) => {
    // A command rejects with a plain value; there is no Error on the other side.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    if (!allowPrograms) throw signsIn;
    return listed(context, allowPrograms);
  };
  await userEvent.click(screen.getByRole("button", { name: "List namespaces" }));
  await userEvent.click(await screen.findByRole("button", { name: "Allow aws to run" }));
  expect(backend.questions).toEqual([
    ["namespaces", "staging", false],
    ["namespaces", "staging", true],
  ]);
  expect(rows()).toHaveLength(5);
});
