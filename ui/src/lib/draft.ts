// The form for a new cluster: what its fields hold while they are typed in, and the draft they make.
//
// Whether a draft is good is the app's to say. Only what a draft cannot even carry is found here.
import type { Draft, Field, FieldProblem } from "./bindings";

/** A draft as text: numbers may be half typed, lists are one item a line. */
export interface Form extends Omit<Draft, "servers" | "agents" | "serverArgs" | "agentArgs" | "env"> {
  servers: number | null;
  agents: number | null;
  serverArgs: string;
  agentArgs: string;
  env: string;
}

/** The form of a draft. */
export function toForm(draft: Draft): Form {
  return {
    ...draft,
    serverArgs: draft.serverArgs.join("\n"),
    agentArgs: draft.agentArgs.join("\n"),
    env: draft.env.join("\n"),
  };
}

/** The draft of a form, for which `localProblems` are empty. */
export function toDraft(form: Form): Draft {
  return {
    ...form,
    servers: form.servers ?? 0,
    agents: form.agents ?? 0,
    serverArgs: lines(form.serverArgs),
    agentArgs: lines(form.agentArgs),
    env: lines(form.env),
  };
}

/** What is wrong with numbers that are none. */
export function localProblems(form: Form): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!isCount(form.servers)) problems.push({ field: "servers", message: "Give a whole number from 1." });
  if (!isCount(form.agents)) problems.push({ field: "agents", message: "Give a whole number from 0." });
  return problems;
}

/** The messages by field; several of one field in one text. */
export function byField(problems: FieldProblem[]): Partial<Record<Field, string>> {
  const messages: Partial<Record<Field, string>> = {};
  for (const { field, message } of problems) {
    const before = messages[field];
    messages[field] = before === undefined ? message : `${before} ${message}`;
  }
  return messages;
}

function isCount(number: number | null): boolean {
  return number !== null && Number.isInteger(number) && number >= 0;
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
