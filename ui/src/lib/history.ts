// What the history of the kubeconfig says, in words.
import type { Author, Deed, Version } from "./bindings";

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

/** The changes of one day. */
export interface Day {
  title: string;
  versions: Version[];
}

/** Changes by the day on which they were made here, in the order in which they come. */
export function byDay(versions: Version[], now: number): Day[] {
  const days: Day[] = [];
  for (const version of versions) {
    const title = dayTitle(version.at, now);
    const day = days.at(-1);
    if (day?.title === title) day.versions.push(version);
    else days.push({ title, versions: [version] });
  }
  return days;
}

function dayTitle(at: string, now: number): string {
  const day = new Date(at).toDateString();
  const today = new Date(now);
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day === today.toDateString()) return "Today";
  if (day === yesterday.toDateString()) return "Yesterday";
  return new Date(at).toLocaleDateString([], {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  });
}

/** How many changes of the same files came after one; the newest is the first. */
export const changesSince = (version: Version, versions: Version[]): number =>
  versions.filter(({ id, files }) => id > version.id && files.some((file) => version.files.includes(file)))
    .length;
