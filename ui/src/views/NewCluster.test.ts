// The form for a new cluster: what it sends, what it refuses, and where it says so.
import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { fine, RecordedBackend } from "../fixtures/backend";
import { away, draft, empty, portTaken } from "../fixtures/snapshots";
import type { Draft, FieldProblem, Snapshot } from "../lib/bindings";
import NewCluster from "./NewCluster.svelte";

/** The form upon a recorded backend, its first check answered. */
async function open(
  snapshot: Snapshot = empty,
  change: (backend: RecordedBackend) => void = () => undefined,
): Promise<{ backend: RecordedBackend; go: ReturnType<typeof vi.fn> }> {
  const backend = new RecordedBackend(snapshot);
  change(backend);
  const go = vi.fn();
  render(NewCluster, { snapshot, backend, go, back: vi.fn() });
  await screen.findByPlaceholderText("calm-otter");
  return { backend, go };
}

const taken: FieldProblem = { field: "name", message: "A cluster named `dev` exists already." };

test("Enter alone makes a cluster of the proposed name with the last settings", async () => {
  const { backend, go } = await open({ ...empty, lastDraft: { ...draft, agents: 2 } });
  await userEvent.type(screen.getByLabelText("Name"), "{Enter}");
  await waitFor(() => expect(go).toHaveBeenCalledWith({ kind: "clusters" }));
  expect(backend.created).toEqual([{ ...draft, name: "calm-otter", agents: 2 }]);
});

test("everything that is typed reaches the app", async () => {
  const { backend } = await open();
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Name"), "demo");
  await user.type(screen.getByLabelText("Kubernetes version or image"), "v1.30.8");
  await user.click(screen.getByRole("button", { name: "One server more" }));
  await user.clear(screen.getByLabelText("Agents"));
  await user.type(screen.getByLabelText("Agents"), "3");
  await user.click(screen.getByLabelText("Load balancer"));
  await user.click(screen.getByLabelText("Switch to it"));
  await user.click(screen.getByLabelText("Quick status"));
  await user.clear(screen.getByLabelText("API address"));
  await user.type(screen.getByLabelText("API address"), "0.0.0.0");
  await user.type(screen.getByLabelText("API port"), "6550");
  await user.click(screen.getByText("Advanced"));
  await user.type(screen.getByLabelText("Arguments for servers"), "--disable=traefik\n--debug");
  await user.type(screen.getByLabelText("Arguments for agents"), "--v=1");
  await user.type(screen.getByLabelText("Environment"), "A=b");
  await user.click(screen.getByRole("button", { name: "Create cluster" }));
  const wish: Draft = {
    name: "demo",
    servers: 2,
    agents: 3,
    growable: false,
    loadBalancer: false,
    image: "v1.30.8",
    apiHost: "0.0.0.0",
    apiPort: "6550",
    serverArgs: ["--disable=traefik", "--debug"],
    agentArgs: ["--v=1"],
    env: ["A=b"],
    quickStatus: false,
    switchContext: false,
  };
  await waitFor(() => expect(backend.created).toEqual([wish]));
});

test("what is wrong with a field stands beside it while it is typed", async () => {
  await open(empty, (backend) => {
    backend.check = ({ name }) => ({ ...fine, problems: name === "dev" ? [taken] : [] });
  });
  const name = screen.getByLabelText("Name");
  expect(name).toHaveAttribute("aria-invalid", "false");
  await userEvent.type(name, "dev");
  await waitFor(() => expect(name).toHaveAccessibleDescription("A cluster named dev exists already."));
  expect(name).toHaveAttribute("aria-invalid", "true");
  await userEvent.type(name, "2");
  await waitFor(() => expect(name).toHaveAttribute("aria-invalid", "false"));
});

test("fields that were refused are shown, the first of them focused, and nothing is left", async () => {
  const { go } = await open(empty, (backend) => {
    backend.create = () => {
      throw {
        kind: "fields",
        problems: [{ field: "env", message: "`x` is not of the form `KEY=value`." }],
      } as unknown as Error;
    };
  });
  await userEvent.click(screen.getByRole("button", { name: "Create cluster" }));
  const env = screen.getByLabelText("Environment");
  await waitFor(() => expect(env).toHaveFocus());
  expect(env).toHaveAccessibleDescription(/^x is not of the form KEY=value ?\.$/);
  expect(go).not.toHaveBeenCalled();
});

test("any other refusal is a problem beside the button, and the form stays as it is", async () => {
  await open(empty, (backend) => {
    backend.create = () => {
      throw { kind: "problem", problem: portTaken } as unknown as Error;
    };
  });
  await userEvent.type(screen.getByLabelText("Name"), "demo{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("leave the API port empty");
  expect(screen.getByLabelText("Name")).toHaveValue("demo");
  expect(screen.getByRole("button", { name: "Create cluster" })).toBeEnabled();
});

test("a number that is none is never sent", async () => {
  const { backend } = await open();
  const servers = screen.getByLabelText("Servers");
  await userEvent.clear(servers);
  await userEvent.click(screen.getByRole("button", { name: "Create cluster" }));
  await waitFor(() => expect(servers).toHaveFocus());
  expect(servers).toHaveAccessibleDescription("Give a whole number from 1.");
  expect(backend.created).toEqual([]);
});

test("a proposed name stays while other fields are filled in", async () => {
  let proposals = 0;
  await open(empty, (backend) => {
    backend.check = () => {
      proposals += 1;
      return { ...fine, proposedName: proposals === 1 ? "calm-otter" : `other-${proposals}` };
    };
  });
  await userEvent.type(screen.getByLabelText("API port"), "1");
  await waitFor(() => expect(proposals).toBeGreaterThan(1));
  expect(screen.getByLabelText("Name")).toHaveAttribute("placeholder", "calm-otter");
});

test("an answer about an older draft is not shown", async () => {
  const { backend } = await open();
  let answerOld: (check: typeof fine) => void = () => undefined;
  backend.checkDraft = ({ name }) =>
    name === "dev" ? new Promise((resolve) => (answerOld = resolve)) : Promise.resolve(fine);
  const asked = vi.spyOn(backend, "checkDraft");
  const name = screen.getByLabelText("Name");
  await userEvent.type(name, "dev");
  await waitFor(() => expect(asked).toHaveBeenCalledTimes(1));
  await userEvent.type(name, "2");
  await waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
  answerOld({ ...fine, problems: [taken] });
  await Promise.resolve();
  expect(name).toHaveAttribute("aria-invalid", "false");
});

test("several servers can always grow", async () => {
  await open({ ...empty, lastDraft: { ...draft, servers: 3 } });
  expect(screen.getByLabelText("Servers can be added later")).toBeChecked();
  expect(screen.getByLabelText("Servers can be added later")).toBeDisabled();
});

test("without an engine nothing is created", async () => {
  const { backend } = await open(away(empty));
  expect(screen.getByRole("button", { name: "Create cluster" })).toBeDisabled();
  await userEvent.type(screen.getByLabelText("Name"), "{Enter}");
  expect(backend.created).toEqual([]);
});

test("what is typed goes to the app and nowhere else", async () => {
  const told = vi.spyOn(console, "log");
  const { backend } = await open();
  await userEvent.click(screen.getByText("Advanced"));
  await userEvent.type(screen.getByLabelText("Environment"), "TOKEN=hush");
  await userEvent.click(screen.getByRole("button", { name: "Create cluster" }));
  await waitFor(() => expect(backend.created).toHaveLength(1));
  expect([
    localStorage.length,
    sessionStorage.length,
    document.cookie,
    location.search,
    location.hash,
  ]).toEqual([0, 0, "", "", ""]);
  expect(told).not.toHaveBeenCalled();
});
