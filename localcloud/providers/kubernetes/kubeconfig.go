package kubernetes

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"
)

// loadKubeconfig reads a kubeconfig given as its contents or as the path to a file. "" is an empty one.
func loadKubeconfig(pathOrContents string) (*clientapi.Config, error) {
	if pathOrContents == "" {
		return clientapi.NewConfig(), nil
	}
	path := expandHome(pathOrContents)
	if _, err := os.Stat(path); err == nil {
		contents, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return clientcmd.Load(contents)
	}
	if !strings.ContainsAny(pathOrContents, "\n{:") {
		return nil, fmt.Errorf("no file %q, nor is that the contents of a kubeconfig", pathOrContents)
	}
	return clientcmd.Load([]byte(pathOrContents))
}

// kubeconfigOf reads the kubeconfig property, which may be an object, too.
func kubeconfigOf(value resource.PropertyValue) (*clientapi.Config, error) {
	switch {
	case value.IsSecret():
		return kubeconfigOf(value.SecretValue().Element)
	case value.IsNull() || value.IsComputed():
		return clientapi.NewConfig(), nil
	case value.IsString():
		return loadKubeconfig(value.StringValue())
	case value.IsObject():
		contents, err := json.Marshal(value.ObjectValue().Mappable())
		if err != nil {
			return nil, err
		}
		return clientcmd.Load(contents)
	}
	return nil, fmt.Errorf("unexpected kubeconfig format, type: %s", value.TypeString())
}

// activeCluster is the cluster a kubeconfig leads to, with the provider's own context and cluster over it; nil when there is none.
func activeCluster(config *clientapi.Config, overrides resource.PropertyMap) *clientapi.Cluster {
	context := config.CurrentContext
	if override := overrides["context"]; override.IsString() {
		context = override.StringValue()
	}
	chosen := config.Contexts[context]
	if chosen == nil {
		return nil
	}
	cluster := chosen.Cluster
	if override := overrides["cluster"]; override.IsString() {
		cluster = override.StringValue()
	}
	return config.Clusters[cluster]
}

// clientConfig resolves the options to a client configuration and the default namespace.
// problem says why there is none; the provider then counts the cluster as unreachable instead of failing, as the official one does.
func clientConfig(vars map[string]string, namespace string) (config *rest.Config, defaultNamespace, problem string) {
	overrides := &clientcmd.ConfigOverrides{
		Context:        clientapi.Context{Cluster: vars[configPrefix+"cluster"], Namespace: namespace},
		CurrentContext: vars[configPrefix+"context"],
	}
	var loader clientcmd.ClientConfig
	if given := vars[configPrefix+"kubeconfig"]; given != "" {
		parsed, err := loadKubeconfig(given)
		if err != nil {
			return nil, namespace, fmt.Sprintf("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- %v", err)
		}
		loader = clientcmd.NewDefaultClientConfig(*parsed, overrides)
	} else {
		loader = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), overrides)
	}
	if found, _, err := loader.Namespace(); err == nil {
		namespace = found
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, namespace, fmt.Sprintf("unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n"+
			" \t • set up the provider as per "+
			"https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n %v", err)
	}
	return config, namespace, ""
}

// refuseRemote is an error when the API server, or the proxy to it, is not on this machine.
// Names other than localhost are refused without being looked up: the look-up itself would leave the machine.
func refuseRemote(config *rest.Config) error {
	host := config.Host
	if strings.Contains(host, "://") {
		parsed, err := url.Parse(host)
		if err != nil {
			return fmt.Errorf("the kubeconfig's server %q is not a URL: %w", host, err)
		}
		host = parsed.Hostname()
	} else if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if !isLoopback(host) {
		return fmt.Errorf("the API server %s is not on this machine, and localcloud's kubernetes provider talks to loopback addresses only. "+
			"For a real cluster %s", config.Host, officialHint)
	}
	return nil
}

// isLoopback tells whether a host name or address means this machine, without a look-up.
func isLoopback(host string) bool {
	if ip := net.ParseIP(strings.Trim(host, "[]")); ip != nil {
		return ip.IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
