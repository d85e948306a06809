// Turns whatever a command was rejected with into something that can be shown.
import type { PreferencesRefused, Problem, Refusal } from "./bindings";

/** A rejection as a `Problem`. Anything unforeseen becomes one too, titled `what`. */
export function toProblem(rejection: unknown, what = "Could not do that"): Problem {
  if (isProblem(rejection)) return rejection;
  const cause = rejection instanceof Error ? rejection.message : String(rejection);
  return { what, causes: [cause], hint: null, code: "other", log: [] };
}

/** The program that must run for an answer, as its problem names it; none where none must. */
export function neededProgram(problem: Problem | null): string | null {
  if (problem?.code !== "needs-program") return null;
  return /`([^`]+)`/.exec(problem.causes.join("\n"))?.[1] ?? "that program";
}

/** A rejection of `createCluster` as a `Refusal`. */
export function toRefusal(rejection: unknown): Refusal {
  if (isRefused(rejection)) return rejection as Refusal;
  return { kind: "problem", problem: toProblem(rejection, "Could not create the cluster") };
}

/** A rejection of `prefer` as what it is. */
export function toPreferencesRefused(rejection: unknown): PreferencesRefused {
  if (isRefused(rejection)) return rejection as PreferencesRefused;
  return { kind: "problem", problem: toProblem(rejection, "Could not keep the settings") };
}

/** Whether it names fields or holds a problem, which is all that can be known of it here. */
function isRefused(rejection: unknown): boolean {
  if (!isObject(rejection)) return false;
  const fields = rejection["kind"] === "fields" && Array.isArray(rejection["problems"]);
  return fields || (rejection["kind"] === "problem" && isProblem(rejection["problem"]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isProblem(value: unknown): value is Problem {
  return isObject(value) && typeof value["what"] === "string" && Array.isArray(value["causes"]);
}
