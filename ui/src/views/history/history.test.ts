// The history in the window: what is listed, what a change did, and the way back.
import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import App from "../../App.svelte";
import { RecordedBackend } from "../../fixtures/backend";
import { diffsOf, locked, version, versions } from "../../fixtures/history";
import { full, PRODUCTION } from "../../fixtures/snapshots";
import type { ContextThen, Problem, Snapshot } from "../../lib/bindings";

async function open(
  change: (backend: RecordedBackend) => void = () => undefined,
  snapshot: Snapshot = full,
): Promise<RecordedBackend> {
  const backend = new RecordedBackend(snapshot, { kind: "history" });
  backend.kubeconfig.versions = versions;
  backend.kubeconfig.latest = 9;
  for (const { id } of versions) backend.kubeconfig.diffs.set(id, diffsOf(id));
  change(backend);
  render(App, { backend });
  await screen.findByRole("heading", { level: 1, name: "History" });
  return backend;
}

const row = (name: RegExp): Promise<HTMLElement> => screen.findByRole("button", { name });

const inProduction: ContextThen = { name: PRODUCTION, reason: { kind: "word", word: "production" } };

const newer = (snapshot: Snapshot, current: string): Snapshot => ({
  ...snapshot,
  revision: snapshot.revision + 1,
  contexts: { ...snapshot.contexts, current },
});

test("every change is listed by day, with whose it was, its number, its age and its files", async () => {
  await open();
  const latest = await row(/Switched to k3d-dev/);
  expect(latest).toHaveTextContent("Switched to k3d-dev 9 just now config");
  expect(await row(/Changed by another program 8/)).toHaveTextContent("5 min ago config");
  expect(await row(/Renamed staging to staging-eu/)).toHaveTextContent("undone");
  expect(await row(/Cleaned up 3 entries/)).toHaveTextContent("8 days ago config, work.yaml");
  expect(screen.getAllByRole("button", { pressed: true })).toEqual([latest]);
});

test("a chosen change shows what it did to each file, every line with its sign", async () => {
  await open();
  await userEvent.click(await row(/Cleaned up 3 entries/));
  const work = await screen.findByLabelText("Changes of /home/ada/.kube/work.yaml");
  const signs = [...work.querySelectorAll("ins, del")].map((line) => [line.tagName, line.textContent]);
  expect(signs).toEqual([
    ["DEL", `-current-context: ${PRODUCTION}`],
    ["INS", "+current-context: k3d-dev"],
  ]);
  expect(screen.getByLabelText("Changes of /home/ada/.kube/config")).toBeVisible();
});

test("the arrow keys go from change to change, over the days", async () => {
  await open();
  (await row(/Renamed staging/)).focus();
  await userEvent.keyboard("{ArrowDown}");
  expect(await row(/Added the cluster dev/)).toHaveFocus();
  expect(await screen.findByRole("heading", { name: "Added the cluster dev" })).toBeVisible();
  await userEvent.keyboard("{ArrowUp}{ArrowUp}");
  expect(await row(/Undid change 6/)).toHaveFocus();
});

test("the latest change is undone after one more word, which names a context that is then current", async () => {
  const backend = await open((backend) => backend.kubeconfig.currents.set(9, inProduction));
  await userEvent.click(await row(/Undo latest change/));
  const dialog = screen.getByRole("dialog", { name: "Undo the latest change?" });
  expect(dialog).toHaveTextContent("Switched to k3d-dev, just now (change 9).");
  expect(dialog).toHaveTextContent("/home/ada/.kube/config");
  await waitFor(() => expect(dialog).toHaveTextContent(`${PRODUCTION} becomes the current context.`));
  expect(dialog).toHaveTextContent(`${PRODUCTION} is protected: it has the word production.`);
  expect(dialog).toHaveTextContent("can be taken back there");
  expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus();
  const after = [version(10, 0, { kind: "k3tray", deed: { kind: "undo", version: 9 } }), ...versions];
  backend.kubeconfig.answer = () => (backend.kubeconfig.versions = after);
  await userEvent.click(within(dialog).getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(backend.kubeconfig.changes).toEqual([["undo", 9, true]]);
  expect(await row(/Undid change 9 10/)).toHaveFocus();
  // It is told, and can be taken back itself.
  expect(await screen.findByRole("button", { name: "Redo" })).toBeVisible();
});

test("any change can be gone back behind, and what goes with it is counted", async () => {
  const backend = await open();
  await userEvent.click(await row(/Added the cluster dev/));
  await userEvent.click(screen.getByRole("button", { name: "Restore…" }));
  const dialog = screen.getByRole("dialog", { name: "Restore the state before change 5?" });
  expect(dialog).toHaveTextContent("The 4 changes made since then go with it.");
  await userEvent.click(within(dialog).getByRole("button", { name: "Restore" }));
  expect(backend.kubeconfig.changes).toEqual([["restore", 5, false]]);
});

test("what cannot be undone or restored says why", async () => {
  await open((backend) => (backend.kubeconfig.latest = null));
  expect(await row(/Undo latest change/)).toBeDisabled();
  expect(screen.getByText(/^No undo: there is no change to undo/)).toBeVisible();
  await userEvent.click(await row(/Renamed staging/));
  expect(screen.getByRole("button", { name: "Restore…" })).toBeDisabled();
  expect(screen.getByText(/^Nothing to restore: the files hold now what/)).toBeVisible();
});

test("a change by anyone is listed as soon as it is seen, and what was chosen stays chosen", async () => {
  const backend = await open();
  await userEvent.click(await row(/Cleaned up 3 entries/));
  backend.kubeconfig.versions = [version(10, 0, { kind: "anotherProgram" }), ...versions];
  backend.send(newer(full, "staging"));
  expect(await row(/Changed by another program 10/)).toBeVisible();
  expect(await row(/Cleaned up 3 entries/)).toHaveAttribute("aria-pressed", "true");
});

test("Escape leads back to the contexts, whose header leads here", async () => {
  const backend = await open();
  backend.show({ kind: "contexts" });
  await userEvent.click(await row(/^History$/));
  expect(await screen.findByRole("heading", { level: 1, name: "History" })).toBeVisible();
  await userEvent.keyboard("{Escape}");
  expect(screen.getByRole("heading", { level: 1, name: "Contexts" })).toBeVisible();
});

test("a lock that was left behind is removed with one press, and what it barred is asked for again", async () => {
  const backend = await open();
  backend.show({ kind: "contexts" });
  backend.answer = () => {
    backend.answer = () => undefined;
    throw locked(300) as unknown as Error;
  };
  await userEvent.click(await row(/Use staging/));
  const card = await screen.findByRole("alert");
  expect(card).toHaveTextContent("Another program has held the lock /home/ada/.kube/config.lock for 5 min");
  expect(card).toHaveTextContent("It was made 5 min ago.");
  await userEvent.click(within(card).getByRole("button", { name: "Remove the lock" }));
  expect(backend.kubeconfig.changes).toEqual([["breakLock", "/home/ada/.kube/config.lock"]]);
  expect(backend.actions).toEqual(["use-context:staging", "use-context:staging"]);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a lock that a program may still hold cannot be removed yet", async () => {
  const backend = await open();
  backend.show({ kind: "contexts" });
  backend.answer = () => {
    throw locked(20) as unknown as Error;
  };
  await userEvent.click(await row(/Use staging/));
  const card = await screen.findByRole("alert");
  expect(within(card).getByRole("button", { name: "Remove the lock" })).toBeDisabled();
  expect(card).toHaveTextContent(/It can be removed in (40|39|38) s/);
});

test("a change made in any view is offered to be undone there, until something else is changed", async () => {
  const backend = await open();
  backend.show({ kind: "contexts" });
  const rename = { kind: "renameContext", from: "staging", to: "stage" } as const;
  backend.kubeconfig.answer = (verb) => {
    const made = version(10, 0, { kind: "k3tray", deed: rename });
    if (verb === "rename") backend.kubeconfig.versions = [made, ...versions];
  };
  await userEvent.click(await row(/Actions on staging/));
  await userEvent.click(screen.getByRole("menuitem", { name: "Rename…" }));
  const name = within(await screen.findByRole("dialog")).getByRole("textbox");
  await userEvent.clear(name);
  await userEvent.type(name, "stage{Enter}");
  expect(await screen.findByText(/^Renamed/)).toHaveTextContent("Renamed staging to stage.");
  expect(screen.getByRole("button", { name: "Undo" })).toBeVisible();
  backend.kubeconfig.versions = [version(11, 0, { kind: "anotherProgram" }), ...backend.kubeconfig.versions];
  backend.send(newer(full, "staging"));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Undo" })).toBeNull());
});

const unconfirmed: Problem = {
  what: "Could not undo change 10 of the kubeconfig",
  causes: [
    `\`${PRODUCTION}\` would become the current context, and it is protected: it has the word \`production\``,
  ],
  hint: "Confirm that it may.",
  code: "protected",
  log: [],
};

test("one press takes nothing back that makes a protected context the current one: it asks", async () => {
  const backend = await open();
  backend.show({ kind: "contexts" });
  const made = version(10, 0, { kind: "k3tray", deed: { kind: "deleteContext", context: "staging" } });
  backend.kubeconfig.currents.set(10, inProduction);
  backend.kubeconfig.answer = (verb) => {
    if (verb === "duplicate") backend.kubeconfig.versions = [made, ...versions];
    if (verb === "undo" && !backend.kubeconfig.changes.at(-1)?.[2]) throw unconfirmed as unknown as Error;
  };
  await userEvent.click(await row(/Actions on staging/));
  await userEvent.click(screen.getByRole("menuitem", { name: "Duplicate…" }));
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("button", { name: "Undo" });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await userEvent.keyboard("{Control>}z{/Control}");
  const dialog = await screen.findByRole("dialog", { name: "Undo the latest change?" });
  await waitFor(() => expect(dialog).toHaveTextContent(`${PRODUCTION} is protected`));
  expect(backend.kubeconfig.changes.slice(1)).toEqual([["undo", 10, false]]);
  await userEvent.click(within(dialog).getByRole("button", { name: "Undo" }));
  expect(backend.kubeconfig.changes.slice(1)).toEqual([
    ["undo", 10, false],
    ["undo", 10, true],
  ]);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("where nobody knows what becomes the current context, that is said with care", async () => {
  const backend = await open((backend) => backend.kubeconfig.currents.set(9, new Error("no such version")));
  await userEvent.click(await row(/Undo latest change/));
  const dialog = await screen.findByRole("dialog");
  await waitFor(() => expect(dialog).toHaveTextContent("It may be a protected one."));
  await userEvent.click(within(dialog).getByRole("button", { name: "Undo" }));
  expect(backend.kubeconfig.changes).toEqual([["undo", 9, true]]);
});

test("files that a change made are told to go, apart from those that get their content back", async () => {
  await open((backend) => {
    const files = ["/home/ada/.kube/config", "/home/ada/.kube/new"];
    backend.kubeconfig.versions = versions.map((one) =>
      one.id === 5 ? { ...one, files, made: ["/home/ada/.kube/new"] } : one,
    );
  });
  await userEvent.click(await row(/Added the cluster dev/));
  await userEvent.click(screen.getByRole("button", { name: "Restore…" }));
  const [back, gone] = within(screen.getByRole("dialog")).getAllByRole("list");
  expect(back).toHaveTextContent(/^\/home\/ada\/\.kube\/config$/);
  expect(gone).toHaveTextContent(/^\/home\/ada\/\.kube\/new$/);
  expect(gone?.previousElementSibling).toHaveTextContent("did not exist before it, and are removed");
});
