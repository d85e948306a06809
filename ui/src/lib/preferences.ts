// What is set about contexts, as a form holds it: what can be added to and switched off while it is typed.
import type { PreferenceField, PreferenceProblem, Preferences, Rule } from "./bindings";

/** How long a stay in a protected context may be when a person first wants an end to it, in minutes. */
const USUAL_STAY = 15;

/** The form's own shape of `Preferences`. */
export interface PreferencesForm {
  kubeconfig: string;
  folders: { path: string }[];
  terminal: string;
  usualWords: boolean;
  rules: Rule[];
  goesBack: boolean;
  /** None while what is typed is no number. */
  minutes: number | null;
}

/** Fills the form in. */
export const toForm = (preferences: Preferences): PreferencesForm => ({
  kubeconfig: preferences.kubeconfig,
  folders: preferences.folders.map((path) => ({ path })),
  terminal: preferences.terminal,
  usualWords: preferences.usualWords,
  rules: preferences.rules.map((rule) => ({ ...rule })),
  goesBack: preferences.returnAfterMinutes !== null,
  minutes: preferences.returnAfterMinutes ?? USUAL_STAY,
});

/** What the form says. A number that is none is 0, which is refused with what would be right. */
export const toPreferences = (form: PreferencesForm): Preferences => ({
  kubeconfig: form.kubeconfig,
  folders: form.folders.map(({ path }) => path),
  terminal: form.terminal,
  usualWords: form.usualWords,
  rules: form.rules.map(({ of, pattern }) => ({ of, pattern })),
  returnAfterMinutes: form.goesBack ? Math.max(0, Math.trunc(form.minutes ?? 0)) : null,
});

/** What is wrong with a field; of one in a list, with that of an index. */
export function messageOf(
  problems: PreferenceProblem[],
  kind: PreferenceField["kind"],
  index?: number,
): string | undefined {
  return problems.find(({ field }) => field.kind === kind && (!("index" in field) || field.index === index))
    ?.message;
}
