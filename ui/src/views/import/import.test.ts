// An import: shown first, decided entry by entry, and nothing pasted is left behind.
import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import App from "../../App.svelte";
import { RecordedBackend } from "../../fixtures/backend";
import { importPlan } from "../../fixtures/kubeconfig";
import { full } from "../../fixtures/snapshots";

async function open(): Promise<RecordedBackend> {
  const backend = new RecordedBackend(full, { kind: "import" });
  backend.kubeconfig.plan = importPlan;
  render(App, { backend });
  await screen.findByRole("heading", { level: 1, name: "Import contexts" });
  return backend;
}

const choice = (called: string): HTMLElement => screen.getByLabelText(`What to do with the ${called}`);
const start = (): HTMLElement => screen.getByRole("button", { name: "Import" });

test("what is in conflict is shown side by side and has to be decided", async () => {
  const backend = await open();
  await userEvent.type(screen.getByLabelText("Or its text"), "contexts:");
  await userEvent.click(screen.getByRole("button", { name: "Show what is in it" }));
  expect(await screen.findByLabelText("The cluster staging that is there")).toHaveTextContent("old.example");
  expect(screen.getByLabelText("The cluster staging to import")).toHaveTextContent("new.example");
  expect(screen.getByRole("list", { name: "Problems" })).toHaveTextContent("line 14");
  expect(screen.getByText("Decide about 1 entry first.")).toBeVisible();
  expect(start()).toBeDisabled();

  await userEvent.selectOptions(choice("cluster staging"), "Add under another name");
  const name = screen.getByLabelText("New name");
  expect(name).toHaveValue("staging-2");
  await userEvent.clear(name);
  expect(name).toHaveAccessibleDescription("An entry needs a name.");
  await userEvent.type(name, "k3d-dev");
  expect(name).toHaveAccessibleDescription("/home/ada/.kube/config has a cluster k3d-dev already.");
  expect(start()).toBeDisabled();
  await userEvent.clear(name);
  await userEvent.type(name, "staging-eu");
  await userEvent.selectOptions(choice("user bob"), "Leave out");
  await userEvent.click(start());
  await screen.findByRole("heading", { level: 1, name: "Contexts" });
  const from = { kind: "text", text: "contexts:" };
  expect(backend.kubeconfig.changes).toEqual([
    ["planImport", from],
    [
      "import",
      from,
      "5eeb",
      [
        { kind: "cluster", name: "staging", decision: { kind: "rename", to: "staging-eu" } },
        { kind: "user", name: "bob", decision: { kind: "skip" } },
      ],
    ],
  ]);
});

test("a dropped file is named, not read", async () => {
  const backend = await open();
  backend.drop("/home/ada/Downloads/eu.yaml");
  await screen.findByRole("list", { name: "Entries" });
  expect(screen.getByLabelText("Kubeconfig file")).toHaveValue("/home/ada/Downloads/eu.yaml");
  expect(backend.kubeconfig.changes).toEqual([
    ["planImport", { kind: "file", path: "/home/ada/Downloads/eu.yaml" }],
  ]);
});

test("what was pasted is gone with the view", async () => {
  await open();
  await userEvent.type(screen.getByLabelText("Or its text"), "secret");
  const sidebar = screen.getByRole("navigation", { name: "Views" });
  await userEvent.click(within(sidebar).getByRole("button", { name: "Contexts" }));
  await userEvent.click(screen.getByRole("button", { name: "Import…" }));
  expect(screen.getByLabelText("Or its text")).toHaveValue("");
  await waitFor(() => expect(document.body.innerHTML).not.toContain("secret"));
});

test("what is new can be looked at, and what it would run is always shown", async () => {
  await open();
  await userEvent.type(screen.getByLabelText("Or its text"), "contexts:");
  await userEvent.click(screen.getByRole("button", { name: "Show what is in it" }));
  expect(await screen.findByText("aws --token ••••••")).toBeVisible();
  const content = screen.getByLabelText("The context staging-eu to import");
  expect(content).not.toBeVisible();
  await userEvent.click(screen.getByLabelText("Show the context staging-eu"));
  expect(content).toBeVisible();
  expect(content).toHaveTextContent("cluster: staging");
});

test("where the current context will point is said before its cluster is replaced", async () => {
  await open();
  await userEvent.type(screen.getByLabelText("Or its text"), "contexts:");
  await userEvent.click(screen.getByRole("button", { name: "Show what is in it" }));
  await screen.findByRole("list", { name: "Entries" });
  await userEvent.selectOptions(choice("cluster staging"), "Replace");
  expect(
    screen.getByText(/kubectl's current context will then point at https:\/\/new\.example\.com\./),
  ).toBeVisible();
  await userEvent.selectOptions(choice("cluster staging"), "Keep what is there");
  expect(screen.getByText(/The current context stays\./)).toBeVisible();
});

test("what changed since it was shown is looked at again, not imported", async () => {
  const backend = await open();
  await userEvent.type(screen.getByLabelText("Or its text"), "contexts:");
  await userEvent.click(screen.getByRole("button", { name: "Show what is in it" }));
  await userEvent.selectOptions(await screen.findByLabelText(/the cluster staging$/), "Replace");
  backend.kubeconfig.plan = { ...importPlan, seen: "another" };
  await userEvent.click(screen.getByRole("button", { name: "Show what is in it" }));
  await userEvent.selectOptions(await screen.findByLabelText(/the cluster staging$/), "Replace");
  await userEvent.click(start());
  await screen.findByRole("heading", { level: 1, name: "Contexts" });
  expect(backend.kubeconfig.changes.at(-1)?.[2]).toBe("another");
});
