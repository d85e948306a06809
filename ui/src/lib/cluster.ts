// What is shown of a cluster, derived from the snapshot and never stored.
import type { ClusterVerb } from "./action";
import type { Cluster, ClusterState, Context, Node, NodeState, Operation, Role, Snapshot } from "./bindings";
import { isRunning, word } from "./operation";

/** How something is, at a glance. Each has a colour, a shape and a word. */
export type Tone = "ready" | "busy" | "degraded" | "paused" | "off";

/** A tone and the words for it. */
export interface Status {
  tone: Tone;
  word: string;
}

/** One row of the list: a cluster, what is being done to it, or both. */
export interface Row {
  name: string;
  /** None before its first container exists and after its last is gone. */
  cluster: Cluster | null;
  /** Its operations worth showing, oldest first. */
  operations: Operation[];
}

/** Servers and agents: the containers that Kubernetes has a Node for. */
export function kubernetesNodes(cluster: Cluster): Node[] {
  return cluster.nodes.filter((node) => node.role === "server" || node.role === "agent");
}

/** Whether the container runs and Kubernetes calls the node Ready. */
export function isReady(node: Node): boolean {
  return node.state === "running" && node.health?.readiness.kind === "ready";
}

/** "2/3 ready"; none where that is no question, since nothing runs or nothing is known. */
export function readyWords(cluster: Cluster, snapshot: Snapshot): string | null {
  const runs = cluster.state === "running" || cluster.state === "degraded";
  if (!runs || isStale(snapshot)) return null;
  const { ready, all } = readyCount(cluster);
  return `${ready}/${all} ready`;
}

function readyCount(cluster: Cluster): { ready: number; all: number } {
  const nodes = kubernetesNodes(cluster);
  return { ready: nodes.filter(isReady).length, all: nodes.length };
}

/** The operation at work on a cluster. */
export function running(snapshot: Snapshot, cluster: string): Operation | null {
  return (
    snapshot.operations.find((operation) => operation.cluster === cluster && isRunning(operation)) ?? null
  );
}

/** Whether what is shown of clusters is only what was last heard. */
export const isStale = (snapshot: Snapshot): boolean => snapshot.engine.status.kind !== "ready";

/** How a cluster is. The tray tells the same by the rules of `condition.rs`. */
export function clusterStatus(cluster: Cluster, snapshot: Snapshot): Status {
  if (isStale(snapshot)) return past(STATES[cluster.state].word);
  const operation = running(snapshot, cluster.name);
  if (operation) return { tone: "busy", word: word(operation) };
  if (cluster.state !== "running") return STATES[cluster.state];
  const health = kubernetesNodes(cluster).flatMap((node) => node.health ?? []);
  if (health.some(({ readiness }) => readiness.kind === "notReady")) {
    return { tone: "degraded", word: "Not ready" };
  }
  if (health.some(({ pressures }) => pressures.length > 0)) {
    return { tone: "degraded", word: "Under pressure" };
  }
  const { ready, all } = readyCount(cluster);
  return ready < all ? { tone: "busy", word: "Starting" } : STATES.running;
}

/** How one of its containers is; `stale` if it is only what was last heard. */
export function nodeStatus(node: Node, stale = false): Status {
  if (stale) return past(CONTAINERS[node.state].word);
  const inKubernetes = node.role === "server" || node.role === "agent";
  if (node.state !== "running" || !inKubernetes) return CONTAINERS[node.state];
  if (node.health === null) return { tone: "busy", word: "Starting" };
  if (!isReady(node)) return { tone: "degraded", word: "Not ready" };
  return { tone: node.health.pressures.length > 0 ? "degraded" : "ready", word: "Ready" };
}

const STATES: Record<ClusterState, Status> = {
  running: { tone: "ready", word: "Running" },
  degraded: { tone: "degraded", word: "Partly running" },
  paused: { tone: "paused", word: "Paused" },
  stopped: { tone: "off", word: "Stopped" },
  partial: { tone: "degraded", word: "Half made" },
};

const CONTAINERS: Record<NodeState, Status> = {
  running: { tone: "ready", word: "Running" },
  restarting: { tone: "degraded", word: "Restarting" },
  paused: { tone: "paused", word: "Paused" },
  created: { tone: "off", word: "Not started" },
  exited: { tone: "off", word: "Stopped" },
  dead: { tone: "degraded", word: "Broken" },
};

function past(state: string): Status {
  return { tone: "off", word: `Was ${state.toLowerCase()}` };
}

/** What can be asked of a cluster in its state, the likeliest first, beside deleting it. */
export function verbs(cluster: Cluster): Exclude<ClusterVerb, "delete">[] {
  switch (cluster.state) {
    case "running":
      return ["stop", "restart", "pause"];
    case "degraded":
      return ["start", "stop", "restart", "pause"];
    case "paused":
      return ["resume", "stop"];
    case "stopped":
      return ["start"];
    case "partial":
      return ["start"];
  }
}

/** The role in words. */
export function roleName(role: Role): string {
  return role === "loadbalancer" ? "load balancer" : role;
}

/** A container's name without what every container of the cluster begins with: "server-0". */
export function shortName(node: Node, cluster: Cluster): string {
  const prefix = `k3d-${cluster.name}-`;
  return node.name.startsWith(prefix) ? node.name.slice(prefix.length) : node.name;
}

/** The version of Kubernetes: what the nodes report, else what the image's tag says. */
export function version(cluster: Cluster): string | null {
  const nodes = kubernetesNodes(cluster);
  const reported = nodes.find((node) => node.health?.version)?.health?.version;
  if (reported) return reported;
  // An image whose tag has moved on is listed by its digest, which says nothing to a person.
  const tag = /^(?!sha256:)[^@]*:([^/@:]+)(@|$)/.exec(nodes[0]?.image ?? "")?.[1];
  return tag ? tag.replace(/-k3s/, "+k3s") : null;
}

/** The address of its API as a URL. */
export function apiUrl(cluster: Cluster): string | null {
  if (!cluster.api) return null;
  const { host, port } = cluster.api;
  return `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The context of a cluster, as k3d names it. */
export const usualContext = (cluster: string): string => `k3d-${cluster}`;

/** The contexts that lead to a cluster, the one named as k3d names it first. */
export function contextsOf(cluster: string, snapshot: Snapshot): Context[] {
  const usual = (context: Context): number => (context.name === usualContext(cluster) ? 0 : 1);
  return snapshot.contexts.all
    .filter((context) => context.localCluster === cluster)
    .sort((one, other) => usual(one) - usual(other));
}

/** Whether the current context leads to a cluster. */
export function isCurrent(cluster: string, snapshot: Snapshot): boolean {
  return contextsOf(cluster, snapshot).some((context) => context.name === snapshot.contexts.current);
}

/** All rows, by name: every cluster, and every operation whose cluster is not there (yet, or any more). */
export function rows(snapshot: Snapshot): Row[] {
  const names = new Set([
    ...snapshot.clusters.map((cluster) => cluster.name),
    ...snapshot.operations.map((operation) => operation.cluster),
  ]);
  return [...names].sort().map((name) => ({
    name,
    cluster: snapshot.clusters.find((cluster) => cluster.name === name) ?? null,
    operations: operationsOf(name, snapshot),
  }));
}

/** The operations of a cluster worth showing: running and failed ones, and the last if it ended well. */
export function operationsOf(cluster: string, snapshot: Snapshot): Operation[] {
  const all = snapshot.operations.filter((operation) => operation.cluster === cluster);
  return all.filter(
    (operation, index) =>
      isRunning(operation) || operation.state.kind === "failed" || index === all.length - 1,
  );
}
