// How clusters and nodes are, derived from snapshots.
import { expect, test } from "vitest";

import { away, cluster, creating, failed, full, local, node, started, stopping } from "../fixtures/snapshots";
import type { Cluster, ClusterState, Snapshot } from "./bindings";
import {
  apiUrl,
  clusterStatus,
  contextsOf,
  isCurrent,
  nodeStatus,
  operationsOf,
  readyWords,
  rows,
  verbs,
  version,
} from "./cluster";

const status = (one: Cluster, snapshot: Snapshot = full): string => {
  const { tone, word } = clusterStatus(one, snapshot);
  return `${tone}: ${word}`;
};

test("a cluster is as ready as its nodes", () => {
  const running = cluster("a");
  const unheard = cluster("a", { nodes: [node("a", "server", 0, { health: null })] });
  const [, , agent] = full.clusters[0]?.nodes ?? [];
  const unready = cluster("a", { nodes: [node("a", "server", 0), ...(agent ? [agent] : [])] });
  expect([running, unheard, unready].map((one) => status(one))).toEqual([
    "ready: Running",
    "busy: Starting",
    "degraded: Not ready",
  ]);
});

test("ready nodes are counted where some could be ready", () => {
  const states: ClusterState[] = ["running", "degraded", "paused", "stopped", "partial"];
  const words = states.map((state) => readyWords(cluster("a", { state }), full));
  expect(words).toEqual(["1/1 ready", "1/1 ready", null, null, null]);
  expect(readyWords(cluster("a"), away(full))).toBeNull();
});

test("every state has a word of its own", () => {
  const states: ClusterState[] = ["degraded", "paused", "stopped", "partial"];
  expect(states.map((state) => status(cluster("a", { state })))).toEqual([
    "degraded: Partly running",
    "paused: Paused",
    "off: Stopped",
    "degraded: Half made",
  ]);
});

test("work on a cluster outshines its state", () => {
  expect(status(cluster("merry-finch"), { ...full, operations: [stopping] })).toBe("busy: Stopping");
});

test("of a cluster whose engine is away only the past is told", () => {
  expect(status(cluster("dev"), away(full))).toBe("off: Was running");
  expect(nodeStatus(node("dev", "server", 0), true)).toEqual({ tone: "off", word: "Was running" });
});

test("pressure is shown though every node is ready", () => {
  const server = node("a", "server", 0);
  const pressed = { ...server, health: server.health && { ...server.health, pressures: ["DiskPressure"] } };
  expect(status(cluster("a", { nodes: [pressed] }))).toBe("degraded: Under pressure");
  expect(nodeStatus(pressed)).toEqual({ tone: "degraded", word: "Ready" });
});

test("of several contexts of a cluster the usual name comes first", () => {
  const contexts = { ...full.contexts, all: [{ ...local("dev"), name: "mine" }, local("dev")] };
  expect(contextsOf("dev", { ...full, contexts }).map(({ name }) => name)).toEqual(["k3d-dev", "mine"]);
});

test("a stopped node is stopped whatever Kubernetes still says of it", () => {
  expect(nodeStatus(node("a", "server", 0, { state: "exited" }))).toEqual({ tone: "off", word: "Stopped" });
});

test("a load balancer needs no Kubernetes to be well", () => {
  expect(nodeStatus(node("a", "loadbalancer", 0))).toEqual({ tone: "ready", word: "Running" });
});

test("what can be asked fits the state", () => {
  const states: ClusterState[] = ["running", "degraded", "paused", "stopped", "partial"];
  expect(states.map((state) => verbs(cluster("a", { state })))).toEqual([
    ["stop", "restart", "pause"],
    ["start", "stop", "restart", "pause"],
    ["resume", "stop"],
    ["start"],
    ["start"],
  ]);
});

test("the version is what the nodes report, else what the image says", () => {
  const silent = (image: string): Cluster =>
    cluster("a", { nodes: [node("a", "server", 0, { health: null, image })] });
  expect([
    version(cluster("a")),
    version(silent("rancher/k3s:v1.30.8-k3s1")),
    version(silent("registry:5000/k3s:v1.29.0-k3s2@sha256:ab")),
    version(silent("sha256:abcdef")),
    version(cluster("a", { nodes: [] })),
  ]).toEqual(["v1.31.4+k3s1", "v1.30.8+k3s1", "v1.29.0+k3s2", null, null]);
});

test("an IPv6 address is bracketed in a URL", () => {
  expect(apiUrl(cluster("a", { api: { host: "::1", port: 6443 } }))).toBe("https://[::1]:6443");
  expect(apiUrl(cluster("a", { api: null }))).toBeNull();
});

test("the current cluster is the one the current context leads to, by whatever name", () => {
  const renamed = { ...local("dev"), name: "mine" };
  const contexts = { current: "mine", all: [renamed], problems: [] };
  expect(isCurrent("dev", { ...full, contexts })).toBe(true);
  expect(isCurrent("dev", { ...full, contexts: { ...contexts, current: "k3d-dev" } })).toBe(false);
});

test("a cluster being made has a row before its first container exists", () => {
  const made = rows({ ...full, operations: [creating, started] });
  expect(made.map(({ name, cluster: one, operations }) => [name, one !== null, operations.length])).toEqual([
    ["calm-otter", false, 1],
    ["dev", true, 1],
    ["merry-finch", true, 0],
    ["old-demo", true, 0],
    ["parked", true, 0],
  ]);
});

test("a failure stays in sight when something else follows it", () => {
  const later = { ...started, cluster: failed.cluster };
  const latest = { ...later, id: 10 };
  const shown = operationsOf(failed.cluster, { ...full, operations: [failed, later, latest] });
  expect(shown.map(({ id }) => id)).toEqual([failed.id, latest.id]);
});
