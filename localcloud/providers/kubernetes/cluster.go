package kubernetes

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

// cluster is one API server: clients over one pooled HTTP/2 connection, and what is known of its kinds.
type cluster struct {
	dynamic dynamic.Interface
	raw     rest.Interface
	kinds   *mapping
	version serverVersion
}

// connect makes the clients and asks the server for its version, which also shows whether it is there and lets us in.
func connect(ctx context.Context, config *rest.Config) (*cluster, error) {
	config = rest.CopyConfig(config)
	config.UserAgent = "tenantplane-localcloud-kubernetes/" + Version
	// The engine's --parallel is the limit; a second one in the client only makes a large update slow.
	config.QPS = -1
	config.WarningHandler = rest.NoWarnings{}
	config.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	// The last guard against leaving the machine: refuses at connect time whatever the name or a redirect led to.
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: loopbackOnly}
	config.Dial = dialer.DialContext
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	disco, err := discovery.NewDiscoveryClientForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	generic := rest.CopyConfig(config)
	generic.GroupVersion = &schema.GroupVersion{}
	generic.APIPath = "/"
	generic.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	raw, err := rest.RESTClientForConfigAndClient(generic, client)
	if err != nil {
		return nil, err
	}
	ctx, done := context.WithTimeout(ctx, 30*time.Second)
	defer done()
	version, err := askVersion(ctx, raw)
	if err != nil {
		return nil, err
	}
	return &cluster{dynamic: objects, raw: raw, kinds: newMapping(disco), version: version}, nil
}

func loopbackOnly(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !isLoopback(host) {
		return fmt.Errorf("%s is not a loopback address: localcloud's kubernetes provider does not leave this machine", address)
	}
	return nil
}

// serverVersion is the API server's, such as 1.34.
type serverVersion struct{ major, minor int }

func (v serverVersion) atLeast(other serverVersion) bool {
	return v.major > other.major || v.major == other.major && v.minor >= other.minor
}

func (v serverVersion) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

var leadingNumber = regexp.MustCompile(`^\d+`)

func askVersion(ctx context.Context, raw rest.Interface) (serverVersion, error) {
	info, err := discovery.NewDiscoveryClient(raw).ServerVersion()
	if err != nil {
		return serverVersion{}, err
	}
	if err := ctx.Err(); err != nil {
		return serverVersion{}, err
	}
	major, errMajor := strconv.Atoi(leadingNumber.FindString(info.Major))
	minor, errMinor := strconv.Atoi(leadingNumber.FindString(info.Minor))
	if errMajor != nil || errMinor != nil {
		// An unstamped build; nothing here depends on more than "recent".
		return serverVersion{major: 1, minor: 34}, nil
	}
	return serverVersion{major: major, minor: minor}, nil
}

// objects is the client for a kind in a namespace ("" means default where the kind has namespaces).
// It fails with a no-match error when the server does not know the kind.
func (c *cluster) objects(ctx context.Context, gvk schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	info, err := c.kinds.lookup(ctx, gvk)
	if err != nil {
		return nil, err
	}
	if !info.namespaced {
		return c.dynamic.Resource(info.resource), nil
	}
	return c.dynamic.Resource(info.resource).Namespace(namespaceOrDefault(namespace)), nil
}

// objectsOf is the client for an object's kind and namespace.
func (c *cluster) objectsOf(ctx context.Context, object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	return c.objects(ctx, object.GroupVersionKind(), object.GetNamespace())
}

// get reads an object by name.
func (c *cluster) get(
	ctx context.Context, gvk schema.GroupVersionKind, namespace, name string,
) (*unstructured.Unstructured, error) {
	client, err := c.objects(ctx, gvk, namespace)
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, name, metav1.GetOptions{})
}

func namespaceOrDefault(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}
