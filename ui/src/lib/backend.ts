// What the window asks of the app, and the only file that talks to Tauri.
//
// Everything else takes a `Backend`, so that tests and the demo hand in one of their own. Nothing is
// decided here: a method is one command, a subscription one event.
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type {
  Check,
  ContextHealth,
  ContextThen,
  Draft,
  FileDiff,
  ImportChoice,
  ImportFrom,
  ImportPlan,
  Namespaces,
  Orphan,
  PlacedEntry,
  Preferences,
  Snapshot,
  Version,
  View,
} from "./bindings";

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
  /** Calls `heard` with the file that was dropped onto the window. Its content stays where it is. */
  onDrop(heard: (file: string) => void): Promise<Unsubscribe>;
  /** Asks for an action, in the spelling of `lib/action.ts`. */
  perform(action: string): Promise<void>;
  /** Begins to create a cluster; rejects with a `Refusal`. Resolves to the operation's number. */
  createCluster(draft: Draft): Promise<number>;
  /** Checks a draft and proposes what was left empty. */
  checkDraft(draft: Draft): Promise<Check>;
  /** Has the use of CPU and memory of one cluster measured, or of none. */
  lookAt(cluster: string | null): Promise<void>;
  /** What is set about contexts. */
  preferences(): Promise<Preferences>;
  /** Keeps what was set; rejects with a `PreferencesRefused`. */
  prefer(preferences: Preferences): Promise<void>;
  /** Puts the small window to switch contexts in away. */
  closePalette(): Promise<void>;
  /** The last lines that a node's container logged, oldest first. */
  nodeLogs(node: string, lines: number): Promise<string[]>;
  /**
   * Asks the cluster behind a context how it is, for at most five seconds. Only with `allowPrograms`, a
   * program that the context signs in with is run.
   */
  checkContext(context: string, allowPrograms: boolean): Promise<ContextHealth>;
  /** Asks it which namespaces it has, on the same terms. */
  listNamespaces(context: string, allowPrograms: boolean): Promise<Namespaces>;
  /** The kubeconfig files. */
  readonly kubeconfig: KubeconfigBackend;
}

/** The kubeconfig files behind the contexts. A change is in the snapshot before its promise resolves. */
export interface KubeconfigBackend {
  /** Every change that was made or seen, newest first. */
  history(): Promise<Version[]>;
  /** What a change did, without secrets. */
  diff(version: number): Promise<FileDiff[]>;
  /** The change that can be undone now: the latest of ours. Rejects with the reason where none can be. */
  undoable(): Promise<number>;
  /** The context that would be the current one without a change and what came after it. */
  currentBefore(version: number): Promise<ContextThen | null>;
  /**
   * Takes a change back, if it is the one that can be undone. Unless `confirmed`, it is refused as
   * `protected` where a protected context would become the current one.
   */
  undo(version: number, confirmed: boolean): Promise<void>;
  /** Takes an undoing back, if it is the newest change, on the same terms. */
  redo(version: number, confirmed: boolean): Promise<void>;
  /** Puts back what was there before a change, on the same terms. */
  restore(version: number, confirmed: boolean): Promise<void>;
  /** Removes a lock that another program left behind. */
  breakLock(lock: string): Promise<void>;
  /** Gives a context another name. */
  rename(from: string, to: string): Promise<void>;
  /** Makes a second context that says the same. */
  duplicate(from: string, to: string): Promise<void>;
  /** What goes with a context: itself, then its cluster and user where no other context has them. */
  whatGoesWith(context: string): Promise<PlacedEntry[]>;
  /** Removes a context; `withUnused`, also its cluster and user where no other context has them. */
  remove(context: string, withUnused: boolean): Promise<void>;
  /** Sets the namespace of a context; empty for none. */
  setNamespace(context: string, namespace: string): Promise<void>;
  /** Entries that lead nowhere or are used by nothing. */
  orphans(): Promise<Orphan[]>;
  /** Removes such entries, those that were shown and no others. */
  cleanUp(orphans: Orphan[]): Promise<void>;
  /** What an import of all entries would do; nothing is changed. */
  planImport(from: ImportFrom): Promise<ImportPlan>;
  /** Takes over what is new, and the rest as it was decided. */
  import(from: ImportFrom, seen: string, choices: ImportChoice[]): Promise<void>;
  /** Writes one context to a file of its own, and resolves to where that is. */
  export(context: string, path: string, replace: boolean): Promise<string>;
}

/** The real one. */
export const tauri: Backend = {
  snapshot: () => invoke("snapshot"),
  startView: () => invoke("start_view"),
  onSnapshot: (heard) => listen<Snapshot>("snapshot", (event) => heard(event.payload)),
  onShow: (heard) => listen<View>("show", (event) => heard(event.payload)),
  onDrop: (heard) =>
    listen<{ paths: string[] }>("tauri://drag-drop", ({ payload: { paths } }) => {
      if (paths[0] !== undefined) heard(paths[0]);
    }),
  perform: (action) => invoke("perform", { action }),
  createCluster: (draft) => invoke("create_cluster", { draft }),
  checkDraft: (draft) => invoke("check_draft", { draft }),
  lookAt: (cluster) => invoke("look_at", { cluster }),
  preferences: () => invoke("preferences"),
  prefer: (preferences) => invoke("prefer", { preferences }),
  closePalette: () => invoke("close_palette"),
  nodeLogs: (node, lines) => invoke("node_logs", { node, lines }),
  checkContext: (context, allowPrograms) => invoke("check_context", { context, allowPrograms }),
  listNamespaces: (context, allowPrograms) => invoke("list_namespaces", { context, allowPrograms }),
  kubeconfig: {
    history: () => invoke("kubeconfig_history"),
    diff: (version) => invoke("kubeconfig_diff", { version }),
    undoable: () => invoke("undoable_change"),
    currentBefore: (version) => invoke("current_before_change", { version }),
    undo: (version, confirmed) => invoke("undo_kubeconfig", { version, confirmed }),
    redo: (version, confirmed) => invoke("redo_kubeconfig", { version, confirmed }),
    restore: (version, confirmed) => invoke("restore_kubeconfig", { version, confirmed }),
    breakLock: (lock) => invoke("break_kubeconfig_lock", { lock }),
    rename: (from, to) => invoke("rename_context", { from, to }),
    duplicate: (from, to) => invoke("duplicate_context", { from, to }),
    whatGoesWith: (context) => invoke("what_goes_with", { context }),
    remove: (context, withUnused) => invoke("delete_context", { context, withUnused }),
    setNamespace: (context, namespace) => invoke("set_namespace", { context, namespace }),
    orphans: () => invoke("orphans"),
    cleanUp: (orphans) => invoke("clean_up", { orphans }),
    planImport: (from) => invoke("plan_import", { from }),
    import: (from, seen, choices) => invoke("import", { from, seen, choices }),
    export: (context, path, replace) => invoke("export_context", { context, path, replace }),
  },
};
