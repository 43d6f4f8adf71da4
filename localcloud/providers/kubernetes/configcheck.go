package kubernetes

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// CheckConfig refuses options that only the official plugin has, and, in strict mode, providers that leave open which cluster they mean.
func (p *Provider) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	options, err := decode(req.GetNews())
	if err != nil {
		return nil, err
	}
	var failures []*pulumirpc.CheckFailure
	fail := func(property, reason string) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: property, Reason: reason})
	}
	if value := options["enableServerSideApply"]; isFalse(value) {
		fail("enableServerSideApply", "localcloud's kubernetes provider applies on the server only; "+officialHint)
	}
	if value, _ := plain(options["renderYamlToDirectory"]).(string); value != "" {
		fail("renderYamlToDirectory", "localcloud's kubernetes provider renders no YAML; "+officialHint)
	}
	if strictMode(options) {
		if name := resource.URN(req.GetUrn()).Name(); name == "default" || len(name) > 7 && name[:8] == "default_" {
			fail("", "strict mode prohibits default provider")
		}
		for _, option := range []resource.PropertyKey{"kubeconfig", "context"} {
			if value := options[option]; !value.IsComputed() && plain(value) == nil || plain(value) == "" {
				fail(string(option), `strict mode requires Provider "`+string(option)+`" argument`)
			}
		}
	}
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
}

func isFalse(value resource.PropertyValue) bool {
	given := plain(value)
	return given == false || given == "false"
}

func strictMode(options resource.PropertyMap) bool {
	if given := plain(options["strictMode"]); given != nil {
		return given == true || given == "true"
	}
	// The engine passes the stack's kubernetes:... configuration here.
	var config map[string]any
	if err := json.Unmarshal([]byte(os.Getenv("PULUMI_CONFIG")), &config); err != nil {
		return false
	}
	return config["strictMode"] == "true"
}

// DiffConfig replaces the provider, and with it every object, only when it leads to another cluster: by clusterIdentifier when that is
// set before and after, else by the kubeconfig's active cluster. Everything else is an update.
func (p *Provider) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := decode(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := decode(req.GetNews())
	if err != nil {
		return nil, err
	}
	diff := olds.Diff(news)
	if diff == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME}
	if diff.Updated("clusterIdentifier") {
		response.Replaces = append(response.Replaces, "clusterIdentifier")
	}
	sameCluster := diff.Same("clusterIdentifier") && news.HasValue("clusterIdentifier")
	for _, option := range clusterOptions {
		if news[option].IsComputed() {
			// What is not known may lead elsewhere.
			response.Diffs = []string{string(option)}
			if !sameCluster {
				response.Replaces = append(response.Replaces, string(option))
			}
			return response, nil
		}
	}
	for _, key := range diff.ChangedKeys() {
		response.Diffs = append(response.Diffs, string(key))
	}
	if sameCluster {
		return response, nil
	}
	before, err := kubeconfigOf(olds["kubeconfig"])
	if err != nil {
		return nil, err
	}
	after, err := kubeconfigOf(news["kubeconfig"])
	if err != nil {
		return nil, err
	}
	from, to := activeCluster(before, olds), activeCluster(after, news)
	if from != nil && to != nil && !reflect.DeepEqual(from, to) {
		for _, option := range clusterOptions {
			if slices.Contains(response.Diffs, string(option)) {
				response.Replaces = append(response.Replaces, string(option))
			}
		}
	}
	return response, nil
}

// clusterOptions are what the active cluster follows from.
var clusterOptions = []resource.PropertyKey{"kubeconfig", "context", "cluster"}
