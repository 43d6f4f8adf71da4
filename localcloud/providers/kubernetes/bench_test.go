package kubernetes

import (
	"context"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const workload = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"tenant-acme","labels":{"tenant":"acme",
"app.kubernetes.io/part-of":"tenantplane","app.kubernetes.io/managed-by":"pulumi"}},"spec":{"replicas":2,"selector":{"matchLabels":
{"app":"web"}},"template":{"metadata":{"labels":{"app":"web","tenant":"acme"}},"spec":{"automountServiceAccountToken":false,"containers":
[{"name":"web","image":"registry.invalid/web","ports":[{"containerPort":8080}],"resources":{"requests":{"cpu":"100m","memory":"64Mi"},
"limits":{"cpu":"500m","memory":"128Mi"}},"securityContext":{"runAsNonRoot":true,"capabilities":{"drop":["ALL"]}}}]}}}}`

// BenchmarkUnchanged is what an object costs a preview without changes: Check and Diff.
func BenchmarkUnchanged(b *testing.B) {
	t := &testing.T{}
	inputs := unstruct(t, workload)
	news, err := encode(toProperties(inputs.Object))
	if err != nil {
		b.Fatal(err)
	}
	state, err := encode(checkpoint(inputs, inputs.DeepCopy(), nil, "apps/v1", "m"))
	if err != nil {
		b.Fatal(err)
	}
	provider, urn := New(), "urn:pulumi:s::p::kubernetes:apps/v1:Deployment::web"
	b.ReportAllocs()
	for b.Loop() {
		checked, err := provider.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn, Olds: news, News: news})
		if err != nil {
			b.Fatal(err)
		}
		diff, err := provider.Diff(context.Background(), &pulumirpc.DiffRequest{Urn: urn, Olds: state, OldInputs: news, News: checked.GetInputs()})
		if err != nil || diff.GetChanges() != pulumirpc.DiffResponse_DIFF_NONE {
			b.Fatal(diff, err)
		}
	}
}
