// The window as a whole, upon a recorded backend: what a person sees and what is then asked of the app.
import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import App from "./App.svelte";
import { RecordedBackend } from "./fixtures/backend";
import {
  away,
  careful,
  creating,
  empty,
  engineAway,
  failed,
  full,
  measured,
  portTaken,
  PRODUCTION,
  stopping,
} from "./fixtures/snapshots";
import type { Snapshot, View } from "./lib/bindings";

/** The window upon a recorded backend, its first snapshot shown. */
async function open(snapshot: Snapshot, start?: View): Promise<RecordedBackend> {
  const backend = new RecordedBackend(snapshot, start);
  render(App, { backend });
  await screen.findAllByRole("heading", { level: 1 });
  return backend;
}

const newer = (snapshot: Snapshot, changes: Partial<Snapshot>): Snapshot => ({
  ...snapshot,
  ...changes,
  revision: snapshot.revision + 10,
});

test("an engine that is away is never an empty list", async () => {
  await open(away(empty));
  expect(screen.queryByText(/no clusters/i)).toBeNull();
  expect(screen.getByText("Clusters cannot be seen now")).toBeVisible();
  expect(screen.getByRole("group", { name: engineAway.what })).toHaveTextContent("systemctl start docker");
});

test("an engine that was not asked yet is never an empty list", async () => {
  await open({ ...empty, engine: { endpoint: null, status: { kind: "connecting" } } });
  expect(screen.queryByText(/no clusters/i)).toBeNull();
});

test("with the engine away the last known clusters stay, and nothing can be asked of them", async () => {
  await open(away(full));
  const names = ["dev", "merry-finch", "old-demo", "parked"];
  for (const name of names) {
    const actions = screen.getByRole("group", { name: `Actions on ${name}` });
    const buttons = within(actions).getAllByRole("button");
    const open = buttons.filter((button) => !button.hasAttribute("disabled"));
    // The kubeconfig needs no engine.
    expect(open.map((button) => button.textContent.trim()).filter((text) => text !== "Use context")).toEqual(
      [],
    );
  }
  expect(screen.getByRole("button", { name: "New cluster" })).toBeDisabled();
});

test("a first start offers the one thing to do, and the keys for it", async () => {
  await open(empty);
  await userEvent.click(screen.getByRole("button", { name: "New cluster" }));
  expect(screen.getByRole("heading", { level: 1, name: "New cluster" })).toBeVisible();
});

test("a cluster whose context is gone says so, and gets it back only when that is asked for", async () => {
  const contexts = { ...full.contexts, all: full.contexts.all.filter((one) => one.localCluster !== "dev") };
  const backend = await open({ ...full, contexts });
  const actions = screen.getByRole("group", { name: "Actions on dev" });
  expect(backend.actions).toEqual([]);
  await userEvent.click(within(actions).getByRole("button", { name: "Add to kubeconfig" }));
  expect(backend.actions).toEqual(["use-context:k3d-dev"]);
  await userEvent.click(screen.getByRole("button", { name: "dev" }));
  expect(screen.getByText("not in your kubeconfig")).toBeVisible();
});

test("a verb is asked for once, in the app's own words", async () => {
  const backend = await open(full);
  const actions = screen.getByRole("group", { name: "Actions on merry-finch" });
  await userEvent.dblClick(within(actions).getByRole("button", { name: "Stop" }));
  expect(new Set(backend.actions)).toEqual(new Set(["stop:merry-finch"]));
});

test("a refusal stands beside what was asked", async () => {
  const backend = await open(full);
  backend.answer = () => {
    throw { ...engineAway, what: "Could not stop cluster `dev`", code: "busy" } as unknown as Error;
  };
  const actions = screen.getByRole("group", { name: "Actions on dev" });
  await userEvent.click(within(actions).getByRole("button", { name: "Stop" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Could not stop cluster dev");
});

test("a running operation can be cancelled, and its cluster be asked for nothing else", async () => {
  const backend = await open({ ...full, operations: [stopping] });
  expect(screen.queryByRole("group", { name: "Actions on merry-finch" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(backend.actions).toEqual(["cancel:8"]);
});

test("what is being undone cannot be cancelled again", async () => {
  await open({ ...empty, operations: [{ ...creating, state: { kind: "undoing" } }] });
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
});

test("a failed operation says why until it is dismissed", async () => {
  const backend = await open({ ...full, operations: [failed] });
  const card = screen.getByRole("group", { name: "Could not create cluster calm-otter" });
  expect(card).toHaveTextContent("Port 6443 of 127.0.0.1 is already in use");
  await userEvent.click(within(card).getByRole("button", { name: "Dismiss" }));
  expect(backend.actions).toEqual(["dismiss:7"]);
});

test("progress is told to screen readers as it comes", async () => {
  const backend = await open(full);
  backend.send(newer(full, { operations: [creating] }));
  expect(await screen.findByText("Creating calm-otter", { selector: "[role=status]" })).toBeInTheDocument();
});

test("every step is shown with where it stands", async () => {
  await open({ ...full, operations: [creating] });
  const steps = screen.getByRole("group", { name: "Creating calm-otter" });
  const told = within(steps)
    .getAllByRole("listitem")
    .map((item) => item.textContent.replace(/\s+/g, " ").trim());
  expect(told).toEqual([
    "Check names and ports, done 12 ms",
    expect.stringMatching(/^Pull rancher\/k3s:v1.31.4-k3s1, running 43 of 69 MB \d+ s$/),
    "Create network, done 120 ms",
    "Create volume, done 34 ms",
    "Pull the load balancer's image, not needed not needed",
    "Create 3 containers, waiting",
    "Wait for the API, waiting",
    "Wait for 2 nodes, waiting",
  ]);
});

test("deleting names what goes, asks, and only then speaks", async () => {
  const backend = await open(full, { kind: "delete", name: "dev" });
  const dialog = await screen.findByRole("dialog", { name: /^Delete dev ?\?$/ });
  expect(dialog).toHaveTextContent("k3d-dev-server-0, k3d-dev-agent-0, k3d-dev-agent-1, k3d-dev-serverlb");
  expect(dialog).toHaveTextContent("k3d-dev-images");
  expect(dialog).toHaveTextContent("afterwards no context is the current one");
  expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus();
  expect(backend.actions).toEqual([]);
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete cluster" }));
  expect(backend.actions).toEqual(["delete:dev"]);
});

test("a cluster that is gone cannot be deleted again", async () => {
  await open(full, { kind: "delete", name: "gone" });
  const dialog = await screen.findByRole("dialog", { name: "There is no cluster gone" });
  expect(within(dialog).queryByRole("button", { name: "Delete cluster" })).toBeNull();
});

test("figures are measured while the details are open, and no longer", async () => {
  const backend = await open(measured, { kind: "cluster", name: "dev" });
  expect(await screen.findByText("31 %")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Back" }));
  expect(backend.looked).toEqual(["dev", null]);
});

test("the details say why a node is not ready", async () => {
  await open(full, { kind: "cluster", name: "dev" });
  const row = screen.getByRole("row", { name: /agent-1/ });
  expect(row).toHaveTextContent("NodeStatusUnknown");
  expect(row).toHaveTextContent("MemoryPressure");
  expect(row).toHaveTextContent("takes no new pods");
});

test("the log of a node is read, and read again", async () => {
  const backend = await open(full, { kind: "cluster", name: "dev" });
  expect(await screen.findByText("k3d-dev-server-0 says hello")).toBeVisible();
  backend.logs = () => ["and again"];
  await userEvent.click(screen.getByRole("button", { name: "Refresh" }));
  expect(await screen.findByText("and again")).toBeVisible();
  await userEvent.selectOptions(screen.getByLabelText("Node"), "agent-0");
  backend.logs = () => {
    throw portTaken as unknown as Error;
  };
  await userEvent.click(screen.getByRole("button", { name: "Refresh" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Could not create cluster calm-otter");
});

test("a cluster that vanishes while it is looked at is said to be gone", async () => {
  const backend = await open(full, { kind: "cluster", name: "dev" });
  backend.send(newer(full, { clusters: [] }));
  expect(await screen.findByText("There is no cluster dev")).toBeVisible();
});

test("switching contexts follows what the file says, not what was clicked", async () => {
  const backend = await open(full, { kind: "contexts" });
  const current = (): string[] =>
    screen
      .getAllByRole("listitem")
      .filter((item) => item.getAttribute("aria-current") === "true")
      .map((item) => item.querySelector(".name")?.textContent.trim().split(/\s/)[0] ?? "");
  await userEvent.click(screen.getByRole("button", { name: "Use staging" }));
  expect([backend.actions, current()]).toEqual([["use-context:staging"], ["k3d-dev"]]);
  backend.send(newer(full, { contexts: { ...full.contexts, current: "staging" } }));
  await vi.waitFor(() => expect(current()).toEqual(["staging"]));
});

test("a file that cannot be read is named and hides no context", async () => {
  const problems = [{ file: "/home/ada/.kube/work.yaml", line: 14, message: "no mapping here" }];
  await open({ ...full, contexts: { ...full.contexts, problems } }, { kind: "contexts" });
  const card = screen.getByRole("group", { name: "Could not read /home/ada/.kube/work.yaml" });
  expect(card).toHaveTextContent("Line 14: no mapping here");
  expect(screen.getByRole("button", { name: "Use staging" })).toBeEnabled();
});

test("an entry that is left out is not told as a file that cannot be read", async () => {
  const file = "/home/ada/.kube/work.yaml";
  const problems = [{ file, line: 14, message: "an entry of `contexts` has no name", entry: 3 }];
  await open({ ...full, contexts: { ...full.contexts, problems } }, { kind: "contexts" });
  const card = screen.getByRole("group", { name: "Entry 3 in /home/ada/.kube/work.yaml is left out" });
  expect(card).toHaveTextContent("Line 14: an entry of contexts has no name");
  expect(screen.queryByText(/Could not read/)).toBeNull();
});

test("a shortcut that was refused says why and how to get it all the same", async () => {
  const refused = { kind: "refused" as const, reason: "this desktop allows none" };
  await open(
    { ...full, shortcuts: full.shortcuts.map((one) => ({ ...one, state: refused })) },
    { kind: "shortcuts" },
  );
  expect(screen.getAllByText("This desktop allows none")).toHaveLength(5);
  expect(screen.getByText("k3tray action new-cluster-form")).toBeVisible();
});

test("quitting names what is under way and waits unless told otherwise", async () => {
  const backend = await open({ ...full, quitting: true, operations: [creating, stopping] });
  const dialog = await screen.findByRole("dialog", { name: "Quit while work is under way?" });
  expect(dialog).toHaveTextContent("Creating calm-otter");
  expect(dialog).toHaveTextContent("Stopping merry-finch");
  await userEvent.click(within(dialog).getByRole("button", { name: "Wait, then quit" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(backend.actions).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Cancel it and quit" }));
  expect(backend.actions).toEqual(["quit"]);
});

test("without a tray the window says that it is the way in", async () => {
  await open({ ...full, tray: false });
  const note = screen.getByRole("note");
  expect(note).toHaveTextContent("shows no tray");
  await userEvent.click(within(note).getByRole("button", { name: "Got it" }));
  expect(screen.queryByRole("note")).toBeNull();
});

test("an app that cannot be heard is a problem, not a blank window", async () => {
  const backend = new RecordedBackend(empty);
  backend.snapshot = () => Promise.reject(Object.assign(new Error(), portTaken));
  render(App, { backend });
  expect(await screen.findByRole("alert")).toHaveTextContent("Could not create cluster calm-otter");
});

test("a snapshot takes the focus from nobody", async () => {
  const backend = await open(full);
  const button = screen.getByRole("button", { name: "Contexts" });
  button.focus();
  backend.send(newer(full, { clusters: [] }));
  await screen.findByText("No clusters yet");
  expect(button).toHaveFocus();
});

test("a protected current context frames the window, says why, and when it is left", async () => {
  await open(careful);
  expect(screen.getByRole("note")).toHaveTextContent(
    `${PRODUCTION} is protected: it has the word production. k3tray goes back to k3d-dev at`,
  );
});

test("a protected context is switched to only after one more word", async () => {
  const backend = await open(full, { kind: "askContext", name: PRODUCTION });
  expect(screen.getByRole("dialog")).toHaveTextContent("https://0A1B2C3D.gr7.eu-west-1.eks.example.com");
  expect(screen.getByRole("button", { name: "Stay in k3d-dev" })).toHaveFocus();
  await userEvent.click(screen.getByRole("button", { name: "Switch" }));
  expect(backend.actions).toEqual([`use-protected:${PRODUCTION}`]);
  backend.send(newer(full, { contexts: { ...full.contexts, current: PRODUCTION } }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});
