package kubernetes

import (
	"context"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
)

// kindInfo is what a request needs to know of a kind.
type kindInfo struct {
	resource   schema.GroupVersionResource
	namespaced bool
}

// mapping knows the server's kinds. It asks for one group and version at a time, when first needed, and asks again for a kind it
// does not find, since a CRD may have appeared.
type mapping struct {
	disco discovery.DiscoveryInterface
	mu    sync.Mutex
	known map[schema.GroupVersion]*groupKinds
}

type groupKinds struct {
	mu    sync.Mutex // held while the server is asked, so that it is asked once
	kinds map[string]kindInfo
	asked time.Time
}

// askAgainAfter bounds how often the server is asked for a kind that it does not have: a stack whose CRDs are not there yet may hold
// a thousand objects of them.
const askAgainAfter = 500 * time.Millisecond

func newMapping(disco discovery.DiscoveryInterface) *mapping {
	return &mapping{disco: disco, known: map[schema.GroupVersion]*groupKinds{}}
}

// lookup finds a kind; a meta.NoKindMatchError when the server does not have it.
func (m *mapping) lookup(ctx context.Context, gvk schema.GroupVersionKind) (kindInfo, error) {
	if gvk.Group == coreGroup {
		gvk.Group = ""
	}
	m.mu.Lock()
	group := m.known[gvk.GroupVersion()]
	if group == nil {
		group = &groupKinds{}
		m.known[gvk.GroupVersion()] = group
	}
	m.mu.Unlock()

	group.mu.Lock()
	defer group.mu.Unlock()
	if info, found := group.kinds[gvk.Kind]; found {
		return info, nil
	}
	if time.Since(group.asked) > askAgainAfter {
		if err := ctx.Err(); err != nil {
			return kindInfo{}, err
		}
		kinds, err := m.ask(gvk.GroupVersion())
		if err != nil {
			return kindInfo{}, err
		}
		group.kinds, group.asked = kinds, time.Now()
	}
	if info, found := group.kinds[gvk.Kind]; found {
		return info, nil
	}
	return kindInfo{}, &meta.NoKindMatchError{GroupKind: gvk.GroupKind(), SearchedVersions: []string{gvk.Version}}
}

// ask lists the kinds of a group and version; none when the server does not have it.
func (m *mapping) ask(version schema.GroupVersion) (map[string]kindInfo, error) {
	list, err := m.disco.ServerResourcesForGroupVersion(version.String())
	if errors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	kinds := make(map[string]kindInfo, len(list.APIResources))
	for _, entry := range list.APIResources {
		if strings.Contains(entry.Name, "/") {
			continue // a subresource
		}
		kinds[entry.Kind] = kindInfo{resource: version.WithResource(entry.Name), namespaced: entry.Namespaced}
	}
	return kinds, nil
}

// has tells whether the server knows a kind; a server that cannot be asked counts as not.
func (m *mapping) has(ctx context.Context, gvk schema.GroupVersionKind) bool {
	_, err := m.lookup(ctx, gvk)
	return err == nil
}

// forget drops what is known of a group, whose CRD changed.
func (m *mapping) forget(group string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for version := range m.known {
		if version.Group == group {
			delete(m.known, version)
		}
	}
}
