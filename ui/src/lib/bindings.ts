// Generated from the Rust types by `cargo test -p k3tray-core`; not edited by hand.

/**
 * The name of a cluster, without k3d's prefix.
 *
 * A name that is *given* is parsed with [`FromStr`] and must be a DNS label of at most
 * [`NAME_MAX`] characters. A name that is *read* from a label is taken as it stands
 * ([`ClusterName::observed`]), since k3d allows upper case and dots.
 */
export type ClusterName = string;

/**
 * The state of a whole cluster, derived from its containers by [`ClusterState::of`] alone.
 */
export type ClusterState = "running" | "degraded" | "paused" | "stopped" | "partial";

/**
 * Who made the cluster, by the form of its version label.
 */
export type Origin = "k3tray" | "k3d";

/**
 * Where the API of a cluster is published on the host.
 */
export type ApiAddress = { 
/**
 * The host that belongs into a kubeconfig; never `0.0.0.0`.
 */
host: string, 
/**
 * The host port.
 */
port: number, };

/**
 * One cluster, from its containers' labels.
 */
export type Cluster = { 
/**
 * Its name.
 */
name: ClusterName, 
/**
 * Derived from the containers.
 */
state: ClusterState, 
/**
 * Its containers: servers, agents, load balancer, registries, each sort by number.
 */
nodes: Array<Node>, 
/**
 * Where its API is published; none where no server says so.
 */
api: ApiAddress | null, 
/**
 * Its network.
 */
network: string | null, 
/**
 * When its first container was made.
 */
createdAt: string, 
/**
 * Who made it.
 */
origin: Origin, 
/**
 * Whether it has embedded etcd, so that servers can be added.
 */
growable: boolean, };

/**
 * What a container is to its cluster: k3d's words, and k3d's values of the label `k3d.role`.
 */
export type Role = "server" | "agent" | "loadbalancer" | "registry" | "other";

/**
 * What the engine says of the container.
 */
export type NodeState = "created" | "running" | "restarting" | "paused" | "exited" | "dead";

/**
 * What Kubernetes says of the node.
 */
export type Readiness = { "kind": "ready" } | { "kind": "notReady", 
/**
 * The condition's reason, such as `NodeStatusUnknown`.
 */
reason: string, 
/**
 * The condition's message.
 */
message: string, };

/**
 * A Node object in brief.
 */
export type NodeHealth = { 
/**
 * The condition `Ready`.
 */
readiness: Readiness, 
/**
 * Pressure conditions that are true: `MemoryPressure`, `DiskPressure`, `PIDPressure`.
 */
pressures: Array<string>, 
/**
 * Roles from the `node-role.kubernetes.io/` labels, sorted.
 */
roles: Array<string>, 
/**
 * The kubelet's version, such as `v1.31.4+k3s1`.
 */
version: string, 
/**
 * When the Node object was made.
 */
createdAt: string | null, 
/**
 * The addresses Kubernetes knows, internal ones first.
 */
addresses: Array<string>, 
/**
 * Whether it takes no new pods.
 */
cordoned: boolean, };

/**
 * What a container uses at the moment, as the engine measures it.
 */
export type Usage = { 
/**
 * Percent of one core.
 */
cpuPercent: number, 
/**
 * Bytes in use, page cache left out.
 */
memoryBytes: number, };

/**
 * A port of the host that leads to a port of a container.
 */
export type PublishedPort = { 
/**
 * The host address it is bound to.
 */
hostIp: string, 
/**
 * The host port; none while the container is not running and the engine does not say.
 */
hostPort: number | null, 
/**
 * The container's port.
 */
containerPort: number, 
/**
 * `tcp`, `udp` or `sctp`.
 */
protocol: string, };

/**
 * One container of a cluster.
 */
export type Node = { 
/**
 * The container's name, which is also its host name and (lower-cased) its Node's name.
 */
name: string, 
/**
 * The container's id.
 */
id: string, 
/**
 * What it is to the cluster.
 */
role: Role, 
/**
 * What the engine says.
 */
state: NodeState, 
/**
 * What Kubernetes says; none for other roles, and while it is not known.
 */
health: NodeHealth | null, 
/**
 * What it uses; only while somebody looks.
 */
usage: Usage | null, 
/**
 * The image it was made from, as the engine lists it.
 */
image: string, 
/**
 * Its address on the cluster's network.
 */
address: string | null, 
/**
 * Published ports.
 */
ports: Array<PublishedPort>, 
/**
 * When the container was made.
 */
createdAt: string, };

/**
 * The name of a context: free text in Kubernetes.
 */
export type ContextName = string;

/**
 * One context.
 */
export type Context = { 
/**
 * Its name.
 */
name: ContextName, 
/**
 * The cluster entry it names.
 */
cluster: string, 
/**
 * The user entry it names.
 */
user: string, 
/**
 * Its default namespace, where it sets one.
 */
namespace: string | null, 
/**
 * The URL of its cluster entry; none where that entry is missing, or has none.
 */
server: string | null, 
/**
 * The file it was read from.
 */
file: string, 
/**
 * The k3d or k3tray cluster it belongs to, by its names and by where they lead.
 */
localCluster: ClusterName | null, 
/**
 * It is from an extra folder, so kubectl does not know it and it cannot become the current one.
 */
extra?: boolean, 
/**
 * Why it cannot work: it names a cluster or a user that is not there, or a cluster without a server.
 */
problem?: FileProblem, };

/**
 * A file or an entry of one that could not be read, or that cannot work; everything else does.
 */
export type FileProblem = { 
/**
 * The file.
 */
file: string, 
/**
 * The line, counted from 1, where the reader could tell.
 */
line: number | null, 
/**
 * What is wrong.
 */
message: string, 
/**
 * Which entry of its list is left out for it, counted from 1; none where it is about the file.
 */
entry?: number, };

/**
 * Every context of the chain, and the current one.
 */
export type Contexts = { 
/**
 * The current context; it may name one that does not exist.
 */
current: ContextName | null, 
/**
 * All of them, in the order of the files.
 */
all: Array<Context>, 
/**
 * What could not be read.
 */
problems: Array<FileProblem>, };

/**
 * The number of a version; later ones are higher.
 */
export type VersionId = number;

/**
 * What k3tray did.
 */
export type Deed = { "kind": "useContext", 
/**
 * Which.
 */
context: ContextName, } | { "kind": "setNamespace", 
/**
 * Of which context.
 */
context: ContextName, 
/**
 * None where it was cleared.
 */
namespace: string | null, } | { "kind": "addCluster", 
/**
 * Which.
 */
cluster: ClusterName, } | { "kind": "removeCluster", 
/**
 * Which.
 */
cluster: ClusterName, } | { "kind": "renameContext", 
/**
 * Its name before.
 */
from: ContextName, 
/**
 * Its name since.
 */
to: ContextName, } | { "kind": "duplicateContext", 
/**
 * The first.
 */
from: ContextName, 
/**
 * The second.
 */
to: ContextName, } | { "kind": "deleteContext", 
/**
 * Which.
 */
context: ContextName, } | { "kind": "import", 
/**
 * Its file; none for a text that was pasted.
 */
from: string | null, } | { "kind": "cleanUp", 
/**
 * How many.
 */
entries: number, } | { "kind": "undo", 
/**
 * Which.
 */
version: VersionId | null, } | { "kind": "restore", 
/**
 * The state before this version's change.
 */
version: VersionId, };

/**
 * Who changed the files.
 */
export type Author = { "kind": "k3tray", 
/**
 * What for.
 */
deed: Deed, } | { "kind": "anotherProgram" };

/**
 * One change that was made or seen, with what the files held before it.
 */
export type Version = { 
/**
 * Its number.
 */
id: VersionId, 
/**
 * When the change was made, or seen.
 */
at: string, 
/**
 * Whose change it was.
 */
by: Author, 
/**
 * The files it changed, with symlinks followed.
 */
files: Array<string>, 
/**
 * Those of them that were not there before it: putting back what was before removes them.
 */
made?: Array<string>, 
/**
 * It was undone since.
 */
undone: boolean, 
/**
 * The files hold now what they held before it: nothing is left to put back.
 */
putBack: boolean, };

/**
 * What a change did to one file.
 */
export type FileDiff = { 
/**
 * The file, with symlinks followed.
 */
file: string, 
/**
 * Lines of a unified diff, from its first `@@` on. Secrets are replaced by a fixed mask, so a
 * changed secret is two equal lines.
 */
text: string, };

/**
 * The context that is the current one once something was put back.
 */
export type ContextThen = { 
/**
 * Its name; it may name one that does not exist.
 */
name: ContextName, 
/**
 * Why it is protected then; none where it is not.
 */
reason: Reason | null, };

/**
 * What an entry is.
 */
export type EntryKind = "cluster" | "user" | "context";

/**
 * An entry that can go.
 */
export type Orphan = { 
/**
 * What it is.
 */
kind: EntryKind, 
/**
 * Its name.
 */
name: string, 
/**
 * The file it is in.
 */
file: string, 
/**
 * Its line there, counted from 1.
 */
line: number, 
/**
 * Why it can go.
 */
reason: OrphanReason, 
/**
 * Its file is in an extra folder, which is not written unless that is asked for.
 */
extra?: boolean, };

/**
 * Why an entry can go.
 */
export type OrphanReason = { "kind": "unused" } | { "kind": "noCluster" } | { "kind": "noUser" } | { "kind": "clusterGone", 
/**
 * Which.
 */
cluster: ClusterName, };

/**
 * An entry and the file that it is in.
 */
export type PlacedEntry = { 
/**
 * What it is.
 */
kind: EntryKind, 
/**
 * Its name.
 */
name: string, 
/**
 * The file.
 */
file: string, };

/**
 * What an import would do, without secrets.
 */
export type ImportPlan = { 
/**
 * Clusters, users and contexts, in this order and else as they stand there.
 */
entries: Array<ImportEntry>, 
/**
 * What cannot be taken over as it is, or not at all.
 */
problems: Array<FileProblem>, 
/**
 * Every entry that is there now: names that none can be given.
 */
taken: Array<PlacedEntry>, 
/**
 * By what it is known whether this is still so when it is carried out.
 */
seen: string, };

/**
 * One entry that would be taken over.
 */
export type ImportEntry = { 
/**
 * What it is.
 */
kind: EntryKind, 
/**
 * Its name.
 */
name: string, 
/**
 * What is known of it already.
 */
state: ImportState, 
/**
 * The entry as YAML, its secrets masked.
 */
incoming: string, 
/**
 * The entry of that name that is there now, likewise.
 */
existing: string | null, 
/**
 * The file that one is in.
 */
file: string | null, 
/**
 * The command that a user entry signs in with, its secrets masked.
 */
runs: string | null, 
/**
 * Where kubectl's current context would point once this took the place of the one that is there.
 */
currentTo: string | null, };

/**
 * What is known already of an entry that would be taken over.
 */
export type ImportState = "new" | "same" | "conflict";

/**
 * What to do with one entry.
 */
export type Decision = { "kind": "skip" } | { "kind": "replace" } | { "kind": "rename", 
/**
 * The name.
 */
to: string, };

/**
 * A decision about one entry.
 */
export type ImportChoice = { 
/**
 * What it is.
 */
kind: EntryKind, 
/**
 * Its name there.
 */
name: string, 
/**
 * What to do with it.
 */
decision: Decision, };

/**
 * Where a context's cluster is.
 */
export type Place = "local" | "remote";

/**
 * What a rule looks at.
 */
export type Subject = "name" | "server";

/**
 * One rule: contexts that match are protected.
 */
export type Rule = { 
/**
 * What it looks at.
 */
of: Subject, 
/**
 * `*` for any text and `?` for one character; the whole must match, in either case of letters.
 */
pattern: string, };

/**
 * What the user set about protected contexts.
 */
export type ProtectionRules = { 
/**
 * Whether words such as `prod` and `live` mark a context.
 */
usualWords: boolean, 
/**
 * Rules of the user's own.
 */
rules: Array<Rule>, 
/**
 * The user's word about single contexts: protected or not.
 */
contexts: { [key in ContextName]: boolean }, 
/**
 * After this many minutes in a protected context, the one before it becomes the current one
 * again; none for never.
 */
returnAfterMinutes: number | null, };

/**
 * Why a context is protected.
 */
export type Reason = { "kind": "chosen" } | { "kind": "rule", 
/**
 * Its pattern.
 */
pattern: string, } | { "kind": "word", 
/**
 * As it is written there.
 */
word: string, };

/**
 * How a context is to be handled.
 */
export type Protection = { 
/**
 * Where its cluster is.
 */
place: Place, 
/**
 * Why it is protected; none where it is not.
 */
reason: Reason | null, };

/**
 * What a machine may tell a failure by. A variant exists only where some surface acts on it.
 */
export type Code = "engine-away" | "name-taken" | "port-taken" | "not-found" | "busy" | "kubeconfig-locked" | "protected" | "bad-input" | "needs-program" | "cancelled" | "other";

/**
 * What can be done about a failure for the reader, who has to want it.
 */
export type Remedy = { "kind": "removeLock", 
/**
 * The lock file.
 */
lock: string, 
/**
 * When it was made.
 */
made: string, 
/**
 * From then on it may be removed; before, its program may well be at work.
 */
stale: string, };

/**
 * A failure as a person sees it: what, why, and the one thing to do.
 */
export type Problem = { 
/**
 * The operation that failed: "Could not create cluster `dev`".
 */
what: string, 
/**
 * Why, outermost cause first; none repeats another.
 */
causes: Array<string>, 
/**
 * The one thing to do.
 */
hint: string | null, 
/**
 * For machines.
 */
code: Code, 
/**
 * The failing node's last log lines, oldest first; empty where no node was involved.
 */
log: Array<string>, 
/**
 * What can be done about it for the reader.
 */
remedy?: Remedy, };

/**
 * Numbers operations within one process, from 1.
 */
export type OperationId = number;

/**
 * What an operation does to its cluster.
 */
export type Verb = "create" | "start" | "stop" | "restart" | "pause" | "resume" | "delete";

/**
 * Where a step stands.
 */
export type StepState = { "kind": "waiting" } | { "kind": "running", 
/**
 * 0 to 1, where it can be told.
 */
fraction: number | null, 
/**
 * What just happens: "12 of 40 MB", "1/3 ready".
 */
detail: string | null, } | { "kind": "done", 
/**
 * How long it took, in milliseconds.
 */
tookMs: number, } | { "kind": "failed" } | { "kind": "skipped" };

/**
 * One step.
 */
export type Step = { 
/**
 * What it does, such as "Create network".
 */
label: string, 
/**
 * Where it stands.
 */
state: StepState, 
/**
 * When it began.
 */
startedAt: string | null, };

/**
 * How the whole stands.
 */
export type OperationState = { "kind": "running" } | { "kind": "undoing" } | { "kind": "done" } | { "kind": "cancelled" } | { "kind": "failed", 
/**
 * What, why and what to do.
 */
problem: Problem, };

/**
 * One piece of long work on one cluster.
 */
export type Operation = { 
/**
 * Its number.
 */
id: OperationId, 
/**
 * What it does.
 */
verb: Verb, 
/**
 * To which cluster.
 */
cluster: ClusterName, 
/**
 * Its steps, all known from the start but for the undoing.
 */
steps: Array<Step>, 
/**
 * How it stands.
 */
state: OperationState, 
/**
 * When it began.
 */
startedAt: string, 
/**
 * When it ended.
 */
endedAt: string | null, };

/**
 * What is set, as it is typed.
 */
export type Preferences = { 
/**
 * The one kubeconfig to use; empty for those kubectl would find.
 */
kubeconfig: string, 
/**
 * Folders with more kubeconfigs. Empty ones are left out.
 */
folders: Array<string>, 
/**
 * The command line of the terminal for shells; empty to look for one.
 */
terminal: string, 
/**
 * Whether words such as `prod` protect a context.
 */
usualWords: boolean, 
/**
 * Patterns that do.
 */
rules: Array<Rule>, 
/**
 * After how many minutes k3tray goes back from a protected context; none for never.
 */
returnAfterMinutes: number | null, };

/**
 * A field of [`Preferences`].
 */
export type PreferenceField = { "kind": "kubeconfig" } | { "kind": "folder", 
/**
 * Counted from 0.
 */
index: number, } | { "kind": "rule", 
/**
 * Counted from 0.
 */
index: number, } | { "kind": "returnAfterMinutes" };

/**
 * What is wrong with one field.
 */
export type PreferenceProblem = { 
/**
 * Which field.
 */
field: PreferenceField, 
/**
 * What is wrong and what would be right.
 */
message: string, };

/**
 * Why preferences are not kept.
 */
export type PreferencesRefused = { "kind": "fields", 
/**
 * Each with what is wrong.
 */
problems: Array<PreferenceProblem>, } | { "kind": "problem", 
/**
 * Why.
 */
problem: Problem, };

/**
 * The wish as it is typed: every field may be wrong. [`Draft::check`] makes a [`ClusterSpec`] of it.
 */
export type Draft = { 
/**
 * Its name; empty for a proposed one.
 */
name: string, 
/**
 * How many servers.
 */
servers: number, 
/**
 * How many agents.
 */
agents: number, 
/**
 * Whether one server runs etcd, so that servers can be added later. More than one always do.
 */
growable: boolean, 
/**
 * Whether a load balancer stands before the servers.
 */
loadBalancer: boolean, 
/**
 * An image or a k3s version; empty for the default.
 */
image: string, 
/**
 * The host address the API is bound to.
 */
apiHost: string, 
/**
 * The host port of the API; empty for a free one.
 */
apiPort: string, 
/**
 * Further arguments of k3s's servers.
 */
serverArgs: Array<string>, 
/**
 * Further arguments of k3s's agents.
 */
agentArgs: Array<string>, 
/**
 * `KEY=value` for servers and agents.
 */
env: Array<string>, 
/**
 * Whether kubelets report every second, so that a node turns Ready (and not Ready) sooner.
 * Left out wherever the arguments set the same thing.
 */
quickStatus: boolean, 
/**
 * Whether the new context becomes the current one.
 */
switchContext: boolean, };

/**
 * A field of [`Draft`].
 */
export type Field = "name" | "servers" | "agents" | "image" | "apiHost" | "apiPort" | "serverArgs" | "agentArgs" | "env";

/**
 * What is wrong with one field, in words that stand beside it.
 */
export type FieldProblem = { 
/**
 * The field of [`Draft`] as the window spells it, such as `apiPort`.
 */
field: Field, 
/**
 * What is wrong and what would be right.
 */
message: string, };

/**
 * A view of the window.
 */
export type View = { "kind": "clusters" } | { "kind": "cluster", 
/**
 * Which.
 */
name: ClusterName, } | { "kind": "newCluster" } | { "kind": "delete", 
/**
 * What would go.
 */
name: ClusterName, } | { "kind": "contexts" } | { "kind": "history" } | { "kind": "import" } | { "kind": "cleanUp" } | { "kind": "shortcuts" } | { "kind": "settings" } | { "kind": "askContext", 
/**
 * Which.
 */
name: ContextName, } | { "kind": "palette" } | { "kind": "namespace", 
/**
 * Of which context.
 */
context: ContextName, };

/**
 * How many nodes a cluster has.
 */
export type NodeCount = { "kind": "known", 
/**
 * So many of them are Ready.
 */
ready: number, 
/**
 * All of them.
 */
all: number, } | { "kind": "unknown", 
/**
 * Why, as the end of a sentence.
 */
reason: string, };

/**
 * Whether the cluster answered.
 */
export type Outcome = { "kind": "reachable", 
/**
 * The server's version, where it tells it.
 */
version: string | null, 
/**
 * Its nodes.
 */
nodes: NodeCount, 
/**
 * How long its first answer took, the connection included.
 */
latencyMs: number, } | { "kind": "failed", 
/**
 * Why, and what to do.
 */
problem: Problem, };

/**
 * How the cluster behind a context is.
 */
export type ContextHealth = { 
/**
 * Which context was asked for.
 */
context: ContextName, 
/**
 * When.
 */
checkedAt: string, 
/**
 * What came of it.
 */
outcome: Outcome, 
/**
 * Until when its credentials are good, where they say so.
 */
expires: string | null, 
/**
 * The program that it signs in with, if it does.
 */
program: string | null, };

/**
 * The namespaces of a cluster.
 */
export type Namespaces = { 
/**
 * The context they were asked for.
 */
context: ContextName, 
/**
 * Their names in alphabetical order.
 */
names: Array<string>, 
/**
 * The one that the context uses; it need not be among them.
 */
current: string, 
/**
 * Whether there are more than are told.
 */
more: boolean, };

/**
 * Which engine, and why that one.
 */
export type EndpointView = { 
/**
 * Its address, such as `unix:///var/run/docker.sock`.
 */
address: string, 
/**
 * Why it was chosen, as a phrase: "from `DOCKER_HOST`", "docker context `colima`".
 */
reason: string, };

/**
 * What is known of the engine.
 */
export type EngineDetails = { 
/**
 * The engine's version, such as `28.5.2`.
 */
version: string, 
/**
 * The API version that was agreed on, such as `1.41`.
 */
apiVersion: string, 
/**
 * What it runs on, such as "Docker Desktop" or "Debian GNU/Linux 12 (bookworm)".
 */
operatingSystem: string, 
/**
 * 1 or 2.
 */
cgroupVersion: number, 
/**
 * Whether it is Podman behind Docker's API.
 */
podman: boolean, };

/**
 * Whether the engine answers.
 */
export type EngineStatus = { "kind": "connecting" } | { "kind": "ready", 
/**
 * What it is.
 */
details: EngineDetails, } | { "kind": "away", 
/**
 * Why, and what to do.
 */
problem: Problem, };

/**
 * The engine in the snapshot.
 */
export type EngineView = { 
/**
 * Which; none until it was looked for.
 */
endpoint: EndpointView | null, 
/**
 * How it is.
 */
status: EngineStatus, };

/**
 * What became of a global shortcut.
 */
export type ShortcutState = { "kind": "registered" } | { "kind": "refused", 
/**
 * Why: taken by another program, or not possible on this desktop.
 */
reason: string, };

/**
 * A global shortcut.
 */
export type Shortcut = { 
/**
 * The action it speaks, in its spelling.
 */
action: string, 
/**
 * What that does, for a person.
 */
label: string, 
/**
 * The keys, such as `Ctrl+Super+K`.
 */
keys: string, 
/**
 * What became of it.
 */
state: ShortcutState, };

/**
 * When the current context becomes another one by itself.
 */
export type WayBack = { 
/**
 * When.
 */
at: string, 
/**
 * Which one.
 */
to: ContextName, };

/**
 * Everything shown.
 */
export type Snapshot = { 
/**
 * Grows with every change; of two snapshots the greater is newer.
 */
revision: number, 
/**
 * The engine.
 */
engine: EngineView, 
/**
 * The clusters, by name. While the engine is away, the last ones known.
 */
clusters: Array<Cluster>, 
/**
 * The contexts.
 */
contexts: Contexts, 
/**
 * Those that were current before and still exist, the latest first; never the current one.
 */
recentContexts: Array<ContextName>, 
/**
 * Those that are to be handled with care, and why.
 */
protected: { [key in ContextName]: Reason }, 
/**
 * Those whose clusters are asked how they are whenever contexts are shown.
 */
checkedContexts: Array<ContextName>, 
/**
 * The first namespaces of the current context, if its cluster was asked for them.
 */
namespaces: Namespaces | null, 
/**
 * When a protected context stops being the current one by itself.
 */
wayBack: WayBack | null, 
/**
 * Running operations and those that ended lately, oldest first.
 */
operations: Array<Operation>, 
/**
 * Things that are wrong and belong to no operation.
 */
problems: Array<Problem>, 
/**
 * Global shortcuts.
 */
shortcuts: Array<Shortcut>, 
/**
 * Whether a tray shows the app; without one the window is the only way to it.
 */
tray: boolean, 
/**
 * The last settings a cluster was made with: what "New cluster" uses, its name left empty.
 */
lastDraft: Draft, 
/**
 * Whether the user wants to quit while operations run.
 */
quitting: boolean, };

/**
 * A node image with its tag.
 */
export type NodeImage = string;

/**
 * Where entries to import come from, as a person says it. It may hold secrets, so it cannot be printed.
 */
export type ImportFrom = { "kind": "file", 
/**
 * As it was typed.
 */
path: string, } | { "kind": "text", 
/**
 * As it was pasted.
 */
text: string, };

/**
 * What can be said of a draft before anything is made.
 */
export type Check = { 
/**
 * What is wrong, field by field; empty if it can be created.
 */
problems: Array<FieldProblem>, 
/**
 * A free name, for when none is typed.
 */
proposedName: ClusterName, 
/**
 * The image that is used when none is typed.
 */
defaultImage: NodeImage, 
/**
 * Images of k3s that the engine has already, newest first.
 */
localImages: Array<NodeImage>, };

/**
 * Why no cluster is created.
 */
export type Refusal = { "kind": "fields", 
/**
 * Each with what is wrong.
 */
problems: Array<FieldProblem>, } | { "kind": "problem", 
/**
 * What.
 */
problem: Problem, };
