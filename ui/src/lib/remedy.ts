// What can be done about a problem with one press, wherever the problem is shown.
import { getContext, setContext } from "svelte";

import type { KubeconfigBackend } from "./backend";

/** Carries remedies out. */
export type Remedies = Pick<KubeconfigBackend, "breakLock">;

const KEY = Symbol("remedies");

/** Lets every problem below the calling component offer its remedy. */
export const offerRemedies = (remedies: Remedies): Remedies => setContext(KEY, remedies);

/** What carries remedies out here; none where nothing does. */
export const remedies = (): Remedies | undefined => getContext<Remedies | undefined>(KEY);
