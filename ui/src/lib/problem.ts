// Turns whatever a command was rejected with into something that can be shown.
import type { Problem, Refusal } from "./bindings";

/** A rejection as a `Problem`. Anything unforeseen becomes one too, titled `what`. */
export function toProblem(rejection: unknown, what = "Could not do that"): Problem {
  if (isProblem(rejection)) return rejection;
  const cause = rejection instanceof Error ? rejection.message : String(rejection);
  return { what, causes: [cause], hint: null, code: "other", log: [] };
}

/** A rejection of `createCluster` as a `Refusal`. */
export function toRefusal(rejection: unknown): Refusal {
  if (isObject(rejection) && rejection["kind"] === "fields" && Array.isArray(rejection["problems"])) {
    return rejection as Refusal;
  }
  if (isObject(rejection) && rejection["kind"] === "problem" && isProblem(rejection["problem"])) {
    return rejection as Refusal;
  }
  return { kind: "problem", problem: toProblem(rejection, "Could not create the cluster") };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isProblem(value: unknown): value is Problem {
  return isObject(value) && typeof value["what"] === "string" && Array.isArray(value["causes"]);
}
