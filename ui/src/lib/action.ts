// The words in which the window asks for things; the app reads them in `action.rs`.

/** Verbs that work on one cluster. */
export type ClusterVerb = "start" | "stop" | "restart" | "pause" | "resume" | "delete";

/** Asks for a verb on a cluster; `delete` does not ask back. */
export const onCluster = (verb: ClusterVerb, cluster: string): string => `${verb}:${cluster}`;

/** Starts or stops the container of one node. */
export const onNode = (verb: "start" | "stop", node: string): string => `${verb}-node:${node}`;

/** Makes a context the current one. */
export const useContext = (context: string): string => `use-context:${context}`;

/** Makes a context the current one, protected or not: the asking is done. */
export const useProtected = (context: string): string => `use-protected:${context}`;

/** Has a context handled with care, or as any other. */
export const protect = (context: string, care: boolean): string =>
  `${care ? "protect" : "unprotect"}:${context}`;

/** Has a context in a namespace; an empty one is none of its own. */
export const useNamespace = (context: string, namespace: string): string =>
  `use-namespace:${context}/${namespace}`;

/** Has the cluster of a context asked how it is whenever contexts are shown, or only on request. */
export const checkWhenShown = (context: string, always: boolean): string =>
  `${always ? "check-when-shown" : "check-on-request"}:${context}`;

/** Cancels a running operation. */
export const cancel = (operation: number): string => `cancel:${operation}`;

/** Forgets an ended operation. */
export const dismiss = (operation: number): string => `dismiss:${operation}`;

/** Puts the line `export KUBECONFIG=…` on the clipboard. */
export const copyExport = (cluster: string): string => `copy-export:${cluster}`;

/** Puts the line `export KUBECONFIG=…` for one context alone on the clipboard. */
export const copyScoped = (context: string): string => `copy-scoped:${context}`;

/** Opens a terminal in which kubectl knows one context alone. */
export const openShell = (context: string): string => `open-shell:${context}`;

/** Ends the app when what runs is done; asked a second time, cancels that first. */
export const quit = "quit";

/** Shortcuts whose actions these are belong beside the button that does the same. */
export const newClusterForm = "new-cluster-form";
