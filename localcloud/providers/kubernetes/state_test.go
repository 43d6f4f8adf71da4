package kubernetes

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func unstruct(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	return &unstructured.Unstructured{Object: object(t, text)}
}

func TestASecretIsSecretInTheWholeState(t *testing.T) {
	inputs := unstruct(t, `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"p":"aHVudGVyMg=="}}`)
	state := checkpoint(inputs, inputs.DeepCopy(), resource.PropertyMap{}, "v1", "m")
	if !state["data"].IsSecret() || !state[keyInputs].ObjectValue()["data"].IsSecret() {
		t.Errorf("data is not secret: %v", state)
	}
}

func TestAStateIsReadBack(t *testing.T) {
	inputs := unstruct(t, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1"}}`)
	live := unstruct(t, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","uid":"u"},"data":{"a":"1"}}`)
	from := resource.PropertyMap{"data": resource.MakeSecret(resource.NewObjectProperty(resource.PropertyMap{}))}
	gotInputs, gotLive := parseCheckpoint(checkpoint(inputs, live, from, "v1", "manager"))
	if len(compare(inputs.Object, gotInputs.Object, nil)) != 0 {
		t.Errorf("inputs came back as %v", gotInputs.Object)
	}
	if gotLive.GetUID() != "u" || gotLive.Object[keyFieldManager] != "manager" {
		t.Errorf("the live object came back as %v", gotLive.Object)
	}
}

func TestSchemaExtensionsAreSpelledAsTheSDKDoes(t *testing.T) {
	properties := toSDKProperties(object(t, `{"x-kubernetes-int-or-string":true,"other-key":1}`))
	if !properties.HasValue("x_kubernetes_int_or_string") || !properties.HasValue("other-key") {
		t.Errorf("got %v", properties)
	}
	if back := plainMap(properties); back["x-kubernetes-int-or-string"] != true {
		t.Errorf("went back to %v", back)
	}
}

func TestSecretsDoNotShowInErrors(t *testing.T) {
	properties := resource.PropertyMap{
		"spec": resource.NewObjectProperty(resource.PropertyMap{"token": resource.MakeSecret(resource.NewStringProperty("hunter2"))}),
		"mode": resource.NewStringProperty("visible"),
	}
	said := newRedactor(properties).text(`Invalid value: "hunter2": mode visible`)
	if strings.Contains(said, "hunter2") || !strings.Contains(said, "visible") {
		t.Errorf("got %q", said)
	}
}

func TestNormalizing(t *testing.T) {
	cases := []struct{ name, given, want string }{
		{"quantities and integers", `{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"memory":"1024Mi","cpu":"2000m","pods":10}}}`,
			`{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"memory":"1Gi","cpu":"2","pods":"10"}}}`},
		{"read-only metadata", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","uid":"u","resourceVersion":"1","labels":{"a":"b"}}}`,
			`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","labels":{"a":"b"}}}`},
		{"stringData wins over data", `{"apiVersion":"v1","kind":"Secret","data":{"a":"Yg==","c":"Yw=="},"stringData":{"a":"x"}}`,
			`{"apiVersion":"v1","kind":"Secret","data":{"a":"eA==","c":"Yw=="}}`},
		{"base64 with line ends", `{"apiVersion":"v1","kind":"Secret","data":{"a":"eA\n=="}}`, `{"apiVersion":"v1","kind":"Secret","data":{"a":"eA=="}}`},
		{"a CRD's status", `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"preserveUnknownFields":false,"group":"g"},"status":{"a":1}}`,
			`{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"group":"g"}}`},
		{"custom resources are left alone", `{"apiVersion":"example.com/v1","kind":"Widget","spec":{"memory":"1024Mi"}}`,
			`{"apiVersion":"example.com/v1","kind":"Widget","spec":{"memory":"1024Mi"}}`},
		{"what does not fit the type is left to the server", `{"apiVersion":"v1","kind":"ConfigMap","data":{"a":{"b":1}}}`,
			`{"apiVersion":"v1","kind":"ConfigMap","data":{"a":{"b":1}}}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := normalize(unstruct(t, c.given)).Object
			if different := compare(got, object(t, c.want), nil); len(different) != 0 {
				t.Errorf("got %v, which differs in %v", got, kinds(different))
			}
		})
	}
}

func TestFieldsOfTheCreatorAndOfKubectlAreTakenOver(t *testing.T) {
	entry := func(manager string, operation metav1.ManagedFieldsOperationType, subresource, fields string) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Manager: manager, Operation: operation, Subresource: subresource, APIVersion: "v1",
			FieldsType: "FieldsV1", FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)}}
	}
	entries := []metav1.ManagedFieldsEntry{
		entry("pulumi-kubernetes", "Update", "", `{"f:data":{"f:a":{}}}`),
		entry("kubectl-edit", "Update", "", `{"f:data":{"f:b":{}}}`),
		entry("kube-controller-manager", "Update", "status", `{"f:status":{}}`),
		entry("someone-else", "Apply", "", `{"f:data":{"f:c":{}}}`),
	}
	merged, changed, err := mergedOwnership(entries, "mine", "v1")
	if err != nil || !changed || len(merged) != 3 {
		t.Fatalf("merged to %v (%v, %v)", merged, changed, err)
	}
	own := merged[2]
	if own.Manager != "mine" || own.Operation != "Apply" || string(own.FieldsV1.Raw) != `{"f:data":{"f:a":{},"f:b":{}}}` {
		t.Errorf("own entry: %s %s %s", own.Manager, own.Operation, own.FieldsV1.Raw)
	}
	if again, changed, _ := mergedOwnership(merged, "mine", "v1"); changed || len(again) != 3 {
		t.Errorf("taken over twice: %v", again)
	}
}

func TestIgnoredFieldsStayAsTheyAre(t *testing.T) {
	live := unstruct(t, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"theirs":"live","ours":"live"}}`)
	live.SetManagedFields([]metav1.ManagedFieldsEntry{
		{Manager: "mine", Operation: "Apply", FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:data":{"f:ours":{}}}`)}},
		{Manager: "other", Operation: "Update", FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:data":{"f:theirs":{}}}`)}},
	})
	inputs := unstruct(t, `{"data":{"theirs":"program","ours":"program","free":"program"}}`)
	if err := keepIgnored(inputs, live, "mine", []string{"data.theirs", "data.ours"}); err != nil {
		t.Fatal(err)
	}
	if different := compare(inputs.Object, object(t, `{"data":{"ours":"live","free":"program"}}`), nil); len(different) != 0 {
		t.Errorf("sends %v", inputs.Object)
	}
}

func TestAnImportTakesWhatAProgramCouldHaveSaid(t *testing.T) {
	live := unstruct(t, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n","uid":"u","resourceVersion":"1","creationTimestamp":"t",
		"managedFields":[],"labels":{"kubernetes.io/metadata.name":"n"},"annotations":{"a":"b"}},"spec":{"finalizers":["kubernetes"]},
		"status":{"phase":"Active"}}`)
	want := object(t, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n","annotations":{"a":"b"}}}`)
	if different := compare(importedInputs(live).Object, want, nil); len(different) != 0 {
		t.Errorf("imports %v", importedInputs(live).Object)
	}
}
