// Package kubernetes is a Pulumi resource provider for Kubernetes clusters on this machine.
//
// To the engine it behaves as pulumi-kubernetes 4.32.0 does with server-side apply: the same inputs, plans, replacements, state
// and objects on the API server. A stack made by one can be refreshed, previewed and updated by the other without a difference.
// The official provider's source was read for behaviour; this code is our own.
//
// It differs on purpose in three ways. It talks to loopback addresses only. It says what it does not do (Helm, Kustomize, YAML
// components, client-side apply) and names the official plugin instead of guessing. And it does less per object: discovery is lazy
// and per API group, nothing is validated against the OpenAPI document, and a wait is one watch of one object.
//
// Where to look: rpc.go (the services that need no cluster), configure.go, check.go, diff.go, create.go, update.go, read.go, delete.go
// (one RPC each), state.go (what is stored), normalize.go and prune.go (what is compared), patchdiff.go and immutable.go (how),
// cluster.go and mapping.go (the API server), await*.go (readiness).
package kubernetes
