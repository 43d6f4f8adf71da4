package kubernetes

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const configMapURN = "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::settings"

func check(t *testing.T, provider *Provider, req *pulumirpc.CheckRequest, olds, news resource.PropertyMap) (resource.PropertyMap, error) {
	t.Helper()
	var err error
	if olds != nil {
		if req.Olds, err = encode(olds); err != nil {
			t.Fatal(err)
		}
	}
	if req.News, err = encode(news); err != nil {
		t.Fatal(err)
	}
	answer, err := provider.Check(context.Background(), req)
	if err != nil {
		return nil, err
	}
	if len(answer.GetFailures()) > 0 {
		return nil, &checkFailed{answer.GetFailures()[0].GetReason()}
	}
	checked, err := decode(answer.GetInputs())
	if err != nil {
		t.Fatal(err)
	}
	return checked, nil
}

type checkFailed struct{ reason string }

func (c *checkFailed) Error() string { return c.reason }

func configMap(t *testing.T, metadata string) resource.PropertyMap {
	t.Helper()
	return toProperties(object(t, `{"apiVersion":"v1","kind":"ConfigMap","metadata":`+metadata+`}`))
}

func TestAnUnnamedObjectIsNamedAndKeepsItsName(t *testing.T) {
	first, err := check(t, New(), &pulumirpc.CheckRequest{Urn: configMapURN, RandomSeed: []byte("seed")}, nil, configMap(t, `{"labels":{"a":"b"}}`))
	if err != nil {
		t.Fatal(err)
	}
	made := toObject(first)
	if !regexp.MustCompile(`^settings-[0-9a-f]{8}$`).MatchString(made.GetName()) || !annotated(made, annotationAutonamed) {
		t.Fatalf("named %q, annotated %v", made.GetName(), made.GetAnnotations())
	}
	again, err := check(t, New(), &pulumirpc.CheckRequest{Urn: configMapURN}, first, configMap(t, `{}`))
	if err != nil || toObject(again).GetName() != made.GetName() {
		t.Errorf("then %v, %v", again, err)
	}
	renamed, err := check(t, New(), &pulumirpc.CheckRequest{Urn: configMapURN}, first, configMap(t, `{"name":"given"}`))
	if err != nil || toObject(renamed).GetName() != "given" || annotated(toObject(renamed), annotationAutonamed) {
		t.Errorf("with a name given %v, %v", renamed, err)
	}
}

func TestAutonamingFollowsTheEngine(t *testing.T) {
	propose := &pulumirpc.CheckRequest_AutonamingOptions{ProposedName: "proposed", Mode: pulumirpc.CheckRequest_AutonamingOptions_ENFORCE}
	named, err := check(t, New(), &pulumirpc.CheckRequest{Urn: configMapURN, Autonaming: propose}, nil, configMap(t, `{}`))
	if err != nil || toObject(named).GetName() != "proposed" {
		t.Errorf("got %v, %v", named, err)
	}
	off := &pulumirpc.CheckRequest_AutonamingOptions{Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE}
	_, err = check(t, New(), &pulumirpc.CheckRequest{Urn: configMapURN, Autonaming: off}, nil, configMap(t, `{}`))
	if err == nil || !strings.Contains(err.Error(), "autonaming is disabled") {
		t.Errorf("got %v", err)
	}
}

func TestTheProvidersNamespaceIsForNamespacedObjectsThatNameNone(t *testing.T) {
	provider := New()
	provider.settings.namespace = "tenant-acme"
	for _, c := range []struct{ urn, metadata, want string }{
		{configMapURN, `{"name":"a"}`, "tenant-acme"},
		{configMapURN, `{"name":"a","namespace":"b"}`, "b"},
		{"urn:pulumi:s::p::kubernetes:core/v1:Namespace::n", `{"name":"a"}`, ""},
		{"urn:pulumi:s::p::kubernetes:rbac.authorization.k8s.io/v1:ClusterRolePatch::n", `{"name":"a"}`, ""},
	} {
		checked, err := check(t, provider, &pulumirpc.CheckRequest{Urn: c.urn}, nil, configMap(t, c.metadata))
		if err != nil || toObject(checked).GetNamespace() != c.want {
			t.Errorf("%s %s: %v, %v", c.urn, c.metadata, checked, err)
		}
	}
}

func TestUnknownsAndSecretsGoThroughCheck(t *testing.T) {
	unknown := resource.MakeComputed(resource.NewStringProperty(""))
	given := configMap(t, `{"name":"a"}`)
	given["metadata"].ObjectValue()["namespace"] = unknown
	given["data"] = resource.NewObjectProperty(resource.PropertyMap{"k": resource.MakeSecret(resource.NewStringProperty("hunter2"))})
	provider := New()
	provider.settings.namespace = "other"
	checked, err := check(t, provider, &pulumirpc.CheckRequest{Urn: configMapURN}, nil, given)
	if err != nil {
		t.Fatal(err)
	}
	if !checked["metadata"].ObjectValue()["namespace"].IsComputed() {
		t.Errorf("the namespace became %v", checked["metadata"])
	}
	if !checked["data"].ObjectValue()["k"].IsSecret() {
		t.Errorf("the secret became %v", checked["data"])
	}
	for _, field := range []resource.PropertyKey{"metadata", "data"} {
		given := configMap(t, `{"name":"a"}`)
		given[field] = unknown
		if checked, err := check(t, provider, &pulumirpc.CheckRequest{Urn: configMapURN}, nil, given); err != nil || !checked[field].IsComputed() {
			t.Errorf("unknown %s: %v, %v", field, checked, err)
		}
	}
}

func TestMalformedMetadataIsRefusedByField(t *testing.T) {
	for metadata, want := range map[string]string{
		`{"name":5}`:                                "metadata.name must be a string",
		`{"name":"a","labels":["x"]}`:               "metadata.labels must be an object",
		`{"name":"a","annotations":{"x":{"y":1}}}`:  `metadata.annotations["x"] must be a string`,
		`{"name":"a","labels":{"replicas":3}}`:      `metadata.labels["replicas"] must be a string`,
		`{"generateName":"a-"}`:                     "generateName` field is not supported",
		`{"name":"a","namespace":{"not":"a name"}}`: "metadata.namespace must be a string",
		`"text"`: "metadata must be an object",
	} {
		if _, err := check(t, New(), &pulumirpc.CheckRequest{Urn: configMapURN}, nil, configMap(t, metadata)); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", metadata, err)
		}
	}
}
