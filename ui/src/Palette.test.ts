// The small window to switch contexts in, upon a recorded backend.
import { cleanup, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { RecordedBackend } from "./fixtures/backend";
import { empty, full, local } from "./fixtures/snapshots";
import type { Context, Problem, Snapshot } from "./lib/bindings";
import Palette from "./Palette.svelte";

async function open(snapshot: Snapshot): Promise<RecordedBackend> {
  const backend = new RecordedBackend(snapshot);
  render(Palette, { backend });
  await screen.findAllByRole("option");
  return backend;
}

const foreignCurrent: Context = { ...local("staging"), name: "staging", localCluster: null };
const standingIn = (context: Context): Snapshot => ({
  ...full,
  contexts: { current: context.name, all: [context], problems: [] },
});
const chosen = (): string => screen.getByRole("option", { selected: true }).textContent.trim();
const signsIn: Problem = {
  what: "Could not list the namespaces of `staging`",
  causes: ["this context signs in by running `aws`"],
  hint: "Ask again and allow it to run.",
  code: "needs-program",
  log: [],
};
const settled = { ...full, recentContexts: ["staging"] };

test("Enter alone goes back to the context from before, and the window is gone", async () => {
  const backend = await open(settled);
  expect(screen.getByRole("combobox")).toHaveFocus();
  expect(chosen()).toMatch(/^staging/);
  await userEvent.keyboard("{Enter}");
  expect(backend.actions).toEqual(["use-context:staging"]);
  expect(backend.closed).toBe(1);
});

test("a few letters and Enter switch", async () => {
  const backend = await open(settled);
  await userEvent.keyboard("merry{Enter}");
  expect(backend.actions).toEqual(["use-context:k3d-merry-finch"]);
});

test("arrows go round, and a new letter begins at the top", async () => {
  await open(settled);
  await userEvent.keyboard("{ArrowDown}{ArrowUp}{ArrowUp}");
  const options = screen.getAllByRole("option");
  expect(chosen()).toBe(options.at(-1)?.textContent.trim());
  await userEvent.keyboard("k3d");
  expect(chosen()).toBe(screen.getAllByRole("option")[0]?.textContent.trim());
});

test("Escape asks for nothing", async () => {
  const backend = await open(settled);
  await userEvent.keyboard("gke{Escape}");
  expect(backend.actions).toEqual([]);
  expect(backend.closed).toBe(1);
});

test("the current context is left as it is", async () => {
  const backend = await open(settled);
  await userEvent.keyboard("k3d-dev{Enter}");
  expect(backend.actions).toEqual([]);
  expect(backend.closed).toBe(1);
});

test("a refusal stays in the window with its reason", async () => {
  const backend = await open(settled);
  const problem: Problem = {
    what: "Could not switch to context `staging`",
    causes: ["the file is read-only"],
    hint: null,
    code: "other",
    log: [],
  };
  backend.answer = () => {
    // A command rejects with a plain value; there is no Error on the other side.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw problem;
  };
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("The file is read-only");
  expect(backend.closed).toBe(0);
});

test("of thousands a hundred are drawn, and any is found", async () => {
  const all = Array.from({ length: 5_000 }, (_, index) => ({
    ...local("x"),
    name: `team-${index}`,
    localCluster: null,
  }));
  const backend = await open({ ...full, contexts: { current: null, all, problems: [] } });
  expect(screen.getAllByRole("option")).toHaveLength(101);
  await userEvent.keyboard("team-4711{Enter}");
  expect(backend.actions).toEqual(["use-context:team-4711"]);
});

test("without contexts it says how to get one", async () => {
  await open(empty);
  expect(screen.getByRole("option")).toHaveTextContent("No contexts yet: each cluster brings one.");
});

test("Tab leads to the namespaces of the current context, where any good name can be typed", async () => {
  const context = { ...foreignCurrent, namespace: "shop" };
  const backend = await open(standingIn(context));
  await userEvent.keyboard("{Tab}");
  expect(await screen.findByRole("combobox", { name: "Namespace of staging" })).toHaveFocus();
  expect(chosen()).toMatch(/^shop/);
  expect(backend.questions).toEqual([]);
  await userEvent.keyboard("Bad");
  expect(screen.getByRole("option")).toHaveTextContent(/63 lower-case letters/);
  await userEvent.keyboard("{Backspace}{Backspace}{Backspace}billing{Enter}");
  expect(backend.actions).toEqual(["use-namespace:staging/billing"]);
  expect(backend.closed).toBe(1);
});

test("a foreign cluster is asked for its namespaces only when that is chosen", async () => {
  const backend = await open(standingIn(foreignCurrent));
  await userEvent.keyboard("{Tab}{ArrowDown}");
  expect(chosen()).toBe("List the cluster's namespaces");
  await userEvent.keyboard("{Enter}");
  expect(backend.questions).toEqual([["namespaces", "staging", false]]);
  await screen.findByRole("option", { name: /kube-public/ });
  await userEvent.keyboard("public{Enter}");
  expect(backend.actions).toEqual(["use-namespace:staging/kube-public"]);
});

test("of a known list the names that fit come before what is typed, unless it is one of them", async () => {
  const names = ["kube-public", "kube-system", "shop", "shop-old"];
  const namespaces = { context: "staging", names, current: "shop", more: false };
  const backend = await open({ ...standingIn(foreignCurrent), namespaces });
  const rows = (): string[] => screen.getAllByRole("option").map((row) => row.textContent.trim());
  await userEvent.keyboard("{Tab}kube");
  expect(rows()).toEqual(["kube-public", "kube-system", "kube not in the list"]);
  await userEvent.keyboard("{Control>}a{/Control}shop");
  expect(rows()).toEqual(["shop", "shop-old"]);
  await userEvent.keyboard("{Control>}a{/Control}kube-s{Enter}");
  expect(backend.actions).toEqual(["use-namespace:staging/kube-system"]);
});

test("a name like ours is no reason to ask a cluster that does not run here", async () => {
  const [dev] = full.clusters.filter((cluster) => cluster.name === "dev");
  const stopped: Snapshot["clusters"] = dev ? [{ ...dev, state: "stopped" }] : [];
  for (const clusters of [[], stopped]) {
    const backend = await open({ ...standingIn(local("dev")), clusters });
    await userEvent.keyboard("{Tab}");
    expect(await screen.findByRole("option", { name: "List the cluster's namespaces" })).toBeVisible();
    expect(backend.questions).toEqual([]);
    cleanup();
  }
});

test("the program that must run for a list is named before it does", async () => {
  const backend = await open(standingIn(foreignCurrent));
  const listed = backend.listed;
  backend.listed = (context, allowPrograms) => {
    // A command rejects with a plain value; there is no Error on the other side.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    if (!allowPrograms) throw signsIn;
    return listed(context, allowPrograms);
  };
  await userEvent.keyboard("{Tab}{ArrowDown}{Enter}");
  await userEvent.click(await screen.findByRole("option", { name: /^Allow aws to run/ }));
  expect(backend.questions.at(-1)).toEqual(["namespaces", "staging", true]);
});

test("a cluster that runs on this machine is asked at once, and Tab goes back to the contexts", async () => {
  const backend = await open(standingIn(local("dev")));
  await userEvent.keyboard("{Tab}");
  await screen.findByRole("option", { name: /kube-public/ });
  expect(backend.questions).toEqual([["namespaces", "k3d-dev", false]]);
  await userEvent.keyboard("{Tab}");
  expect(await screen.findByRole("combobox", { name: "Switch context" })).toHaveFocus();
});

test("why a context cannot work is told before it is chosen", async () => {
  const problem = { file: "/home/ada/.kube/config", line: 12, message: "its cluster `eu` names no server" };
  await open(standingIn({ ...foreignCurrent, server: null, problem }));
  expect(screen.getByRole("option")).toHaveTextContent("its cluster eu names no server, line 12");
});
