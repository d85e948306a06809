// Every part of a problem reaches the person, and nothing of it is taken for markup.
import { render, screen, within } from "@testing-library/svelte";
import { expect, test } from "vitest";

import { portTaken } from "../fixtures/snapshots";
import ProblemCard from "./ProblemCard.svelte";

test("a problem says what, why, what to do, and what the node logged last", () => {
  render(ProblemCard, { problem: portTaken, note: "Looked at `here`." });
  const card = screen.getByRole("group", { name: "Could not create cluster calm-otter" });
  const causes = within(card)
    .getAllByRole("listitem")
    .map((item) => item.textContent);
  expect(causes).toEqual([
    "Container k3d-calm-otter-serverlb could not be started",
    "Port 6443 of 127.0.0.1 is already in use",
  ]);
  expect(card).toHaveTextContent("leave the API port empty to let k3tray choose a free one.");
  expect(card).toHaveTextContent("Last 3 lines the node logged");
  expect(screen.getByLabelText("Log of the node").textContent).toBe(portTaken.log.join("\n"));
  expect(card).toHaveTextContent("Looked at here.");
});

test("a problem without causes, hint and log has no empty places for them", () => {
  render(ProblemCard, { problem: { ...portTaken, causes: [], hint: null, log: [] } });
  const card = screen.getByRole("group");
  expect(card.textContent.trim()).toBe("Could not create cluster calm-otter");
});

test("text from outside is never taken for markup", () => {
  render(ProblemCard, { problem: { ...portTaken, causes: ["<img src=x onerror=alert(1)>"] } });
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.getByText("<img src=x onerror=alert(1)>")).toBeVisible();
});

test("an answer to what was just asked is told at once", () => {
  render(ProblemCard, { problem: portTaken, urgent: true });
  expect(screen.getByRole("alert")).toHaveTextContent("Could not create cluster calm-otter");
});
