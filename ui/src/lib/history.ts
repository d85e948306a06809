// What the history of the kubeconfig says, in words.
import type { Author, Deed } from "./bindings";

/** Whose change it was and what it did: the beginning of a sentence. */
export const authorWords = (by: Author): string =>
  by.kind === "k3tray" ? deedWords(by.deed) : "Changed by another program";

/** What k3tray did. */
export function deedWords(deed: Deed): string {
  switch (deed.kind) {
    case "useContext":
      return `Switched to \`${deed.context}\``;
    case "setNamespace":
      return deed.namespace === null
        ? `Cleared the namespace of \`${deed.context}\``
        : `Set the namespace of \`${deed.context}\` to \`${deed.namespace}\``;
    case "addCluster":
      return `Added the cluster \`${deed.cluster}\``;
    case "removeCluster":
      return `Removed the cluster \`${deed.cluster}\``;
    case "renameContext":
      return `Renamed \`${deed.from}\` to \`${deed.to}\``;
    case "duplicateContext":
      return `Duplicated \`${deed.from}\` as \`${deed.to}\``;
    case "deleteContext":
      return `Deleted the context \`${deed.context}\``;
    case "import":
      return deed.from === null ? "Imported a pasted kubeconfig" : `Imported \`${deed.from}\``;
    case "cleanUp":
      return `Cleaned up ${deed.entries} ${deed.entries === 1 ? "entry" : "entries"}`;
    case "undo":
      return deed.version === null ? "Undid a change" : `Undid change ${deed.version}`;
    case "restore":
      return `Restored the state before change ${deed.version}`;
  }
}
