package kubernetes

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/client-go/rest"
)

func kubeconfig(server string) string {
	return `{"apiVersion":"v1","kind":"Config","current-context":"a","contexts":[{"name":"a","context":{"cluster":"a","user":"u"}},` +
		`{"name":"b","context":{"cluster":"b","user":"u"}}],"users":[{"name":"u","user":{"token":"t"}}],` +
		`"clusters":[{"name":"a","cluster":{"server":"` + server + `"}},{"name":"b","cluster":{"server":"https://127.0.0.1:2"}}]}`
}

func TestOnlyThisMachineIsTalkedTo(t *testing.T) {
	for host, here := range map[string]bool{
		"https://127.0.0.1:6443": true, "https://localhost:1": true, "https://[::1]:6443": true, "127.0.0.5:80": true, "a.localhost": true,
		"https://10.0.0.1:6443": false, "https://example.com": false, "https://localhost.example.com": false, "0.0.0.0:1": false,
		"https://127.0.0.1.nip.io": false,
	} {
		err := refuseRemote(&rest.Config{Host: host})
		if (err == nil) != here {
			t.Errorf("%s: %v", host, err)
		}
		if err != nil && !strings.Contains(err.Error(), "official plugin") {
			t.Errorf("%s: does not say what to do: %v", host, err)
		}
	}
	if loopbackOnly("tcp", "192.0.2.1:443", nil) == nil || loopbackOnly("tcp", "127.0.0.1:443", nil) != nil {
		t.Error("the dialer does not tell loopback from elsewhere")
	}
}

func TestConfigureRefusesARemoteCluster(t *testing.T) {
	_, err := New().Configure(context.Background(), &pulumirpc.ConfigureRequest{Variables: map[string]string{
		"kubernetes:config:kubeconfig": kubeconfig("https://192.0.2.1:6443")}})
	if err == nil || !strings.Contains(err.Error(), "not on this machine") {
		t.Errorf("got %v", err)
	}
}

func TestAClusterThatDoesNotAnswerIsUnreachable(t *testing.T) {
	provider := New()
	_, err := provider.Configure(context.Background(), &pulumirpc.ConfigureRequest{Variables: map[string]string{
		"kubernetes:config:kubeconfig": kubeconfig("https://127.0.0.1:1")}})
	if err != nil || provider.cluster != nil || !strings.Contains(provider.unreachable, "127.0.0.1:1") {
		t.Errorf("got %v, %q", err, provider.unreachable)
	}
	urn := "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::c"
	if _, err := provider.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn}); err == nil {
		t.Error("created on no cluster")
	}
	if _, err := provider.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn, Preview: true}); err != nil {
		t.Errorf("no preview without a cluster: %v", err)
	}
	if _, err := provider.Delete(context.Background(), &pulumirpc.DeleteRequest{Urn: urn, Id: "a/b"}); err == nil ||
		!strings.Contains(err.Error(), "PULUMI_K8S_DELETE_UNREACHABLE") {
		t.Errorf("delete says %v", err)
	}
	provider.settings.deleteUnreachable = true
	if _, err := provider.Delete(context.Background(), &pulumirpc.DeleteRequest{Urn: urn, Id: "a/b"}); err != nil {
		t.Errorf("deleteUnreachable does not delete: %v", err)
	}
	if answer, err := provider.Read(context.Background(), &pulumirpc.ReadRequest{Urn: urn, Id: "a/b"}); err != nil || answer.GetId() != "" {
		t.Errorf("deleteUnreachable does not drop on refresh: %v %v", answer, err)
	}
}

func TestWhatOnlyTheOfficialPluginDoesIsRefused(t *testing.T) {
	for _, vars := range []map[string]string{
		{"kubernetes:config:enableServerSideApply": "false"}, {"kubernetes:config:renderYamlToDirectory": "out"},
	} {
		if _, err := readSettings(vars); err == nil || !strings.Contains(err.Error(), "official plugin") {
			t.Errorf("%v: %v", vars, err)
		}
	}
	provider := New()
	for _, token := range []string{"kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart", "kubernetes:kustomize/v2:Directory",
		"kubernetes:yaml/v2:ConfigGroup"} {
		urn := "urn:pulumi:s::p::" + token + "::x"
		if _, err := provider.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn}); err == nil ||
			!strings.Contains(err.Error(), "official plugin") {
			t.Errorf("Check of %s: %v", token, err)
		}
		if _, err := provider.Construct(context.Background(), &pulumirpc.ConstructRequest{Type: token}); err == nil {
			t.Errorf("%s constructed", token)
		}
	}
	_, err := provider.Check(context.Background(), &pulumirpc.CheckRequest{Urn: "urn:pulumi:s::p::kubernetes:core/v1:ConfigMapList::x"})
	if err == nil || !strings.Contains(err.Error(), "Use the underlying resource type") {
		t.Errorf("a list: %v", err)
	}
}

func TestAProviderIsReplacedOnlyForAnotherCluster(t *testing.T) {
	here, elsewhere := kubeconfig("https://127.0.0.1:1"), kubeconfig("https://127.0.0.1:9")
	retoken := strings.Replace(here, `"token":"t"`, `"token":"u"`, 1)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name      string
		old, news map[string]any
		replaces  []string
	}{
		{"other credentials", map[string]any{"kubeconfig": here}, map[string]any{"kubeconfig": retoken}, nil},
		{"a path for its contents", map[string]any{"kubeconfig": here}, map[string]any{"kubeconfig": file}, nil},
		{"another server", map[string]any{"kubeconfig": here}, map[string]any{"kubeconfig": elsewhere}, []string{"kubeconfig"}},
		{"another context", map[string]any{"kubeconfig": here}, map[string]any{"kubeconfig": here, "context": "b"}, []string{"context"}},
		{"same identifier", map[string]any{"kubeconfig": here, "clusterIdentifier": "x"},
			map[string]any{"kubeconfig": elsewhere, "clusterIdentifier": "x"}, nil},
		{"another identifier", map[string]any{"kubeconfig": here, "clusterIdentifier": "x"},
			map[string]any{"kubeconfig": here, "clusterIdentifier": "y"}, []string{"clusterIdentifier"}},
		{"an identifier given", map[string]any{"kubeconfig": here}, map[string]any{"kubeconfig": here, "clusterIdentifier": "x"}, nil},
		{"a namespace", map[string]any{"kubeconfig": here}, map[string]any{"kubeconfig": here, "namespace": "n"}, nil},
		{"not known yet", map[string]any{"kubeconfig": here},
			map[string]any{"kubeconfig": resource.MakeComputed(resource.NewStringProperty(""))}, []string{"kubeconfig"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			old, err := encode(resource.NewPropertyMapFromMap(c.old))
			if err != nil {
				t.Fatal(err)
			}
			news, err := encode(resource.NewPropertyMapFromMap(c.news))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := New().DiffConfig(context.Background(), &pulumirpc.DiffRequest{Olds: old, News: news})
			if err != nil || answer.GetChanges() != pulumirpc.DiffResponse_DIFF_SOME || !reflect.DeepEqual(answer.GetReplaces(), c.replaces) {
				t.Errorf("got %v, %v; want replacement for %v", answer, err, c.replaces)
			}
		})
	}
}
