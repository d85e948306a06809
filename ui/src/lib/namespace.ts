// What may be the name of a namespace; the app decides the same by `namespace.rs`.
import type { Context } from "./bindings";

/** The namespace that Kubernetes takes where a context names none. */
export const DEFAULT = "default";

/** What is wrong with the name of a namespace; none for a good one, and for an empty one. */
export function namespaceProblem(name: string): string | undefined {
  if (name === "" || /^(?!.{64})[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return undefined;
  return "It is up to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends.";
}

/** The namespace that kubectl uses in a context. */
export const namespaceOf = (context: Context): string => context.namespace ?? DEFAULT;
