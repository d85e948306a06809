// What the window asks of the app, and the only file that talks to Tauri.
//
// Everything else takes a `Backend`, so that tests and the demo hand in one of their own. Nothing is
// decided here: a method is one command, a subscription one event.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Check, Draft, Snapshot, View } from "./bindings";

/** Ends a subscription; may be called at any time. */
export type Unsubscribe = () => void;

/** The app behind the window. Every method rejects with a `Problem` unless it says otherwise. */
export interface Backend {
  /** The newest snapshot. */
  snapshot(): Promise<Snapshot>;
  /** The view to open with. */
  startView(): Promise<View>;
  /** Calls `heard` with each new snapshot; the promise resolves once none can be missed. */
  onSnapshot(heard: (snapshot: Snapshot) => void): Promise<Unsubscribe>;
  /** Calls `heard` when the app wants another view shown. */
  onShow(heard: (view: View) => void): Promise<Unsubscribe>;
  /** Asks for an action, in the spelling of `lib/action.ts`. */
  perform(action: string): Promise<void>;
  /** Begins to create a cluster; rejects with a `Refusal`. Resolves to the operation's number. */
  createCluster(draft: Draft): Promise<number>;
  /** Checks a draft and proposes what was left empty. */
  checkDraft(draft: Draft): Promise<Check>;
  /** Has the use of CPU and memory of one cluster measured, or of none. */
  lookAt(cluster: string | null): Promise<void>;
  /** Puts the small window to switch contexts in away. */
  closePalette(): Promise<void>;
  /** The last lines that a node's container logged, oldest first. */
  nodeLogs(node: string, lines: number): Promise<string[]>;
}

/** The real one. */
export const tauri: Backend = {
  snapshot: () => invoke("snapshot"),
  startView: () => invoke("start_view"),
  onSnapshot: (heard) => listen<Snapshot>("snapshot", (event) => heard(event.payload)),
  onShow: (heard) => listen<View>("show", (event) => heard(event.payload)),
  perform: (action) => invoke("perform", { action }),
  createCluster: (draft) => invoke("create_cluster", { draft }),
  checkDraft: (draft) => invoke("check_draft", { draft }),
  lookAt: (cluster) => invoke("look_at", { cluster }),
  closePalette: () => invoke("close_palette"),
  nodeLogs: (node, lines) => invoke("node_logs", { node, lines }),
};
