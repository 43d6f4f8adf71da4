package kubernetes

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// The API types of k8s.io/api carry their own life cycle, generated upstream.
type (
	introduced interface{ APILifecycleIntroduced() (major, minor int) }
	removed    interface{ APILifecycleRemoved() (major, minor int) }
	replaced   interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}
)

// warnOfVersion warns of an API version that the server no longer has, or that has a successor which the server has.
func (p *Provider) warnOfVersion(ctx context.Context, urn string, gvk schema.GroupVersionKind) {
	if message := versionWarning(gvk, p.cluster.version, p.settings.quietDeprecations); message != "" {
		p.engine.log(ctx, severityWarning, urn, message)
	}
}

// versionWarning is the warning about an API version on a server, "" when there is nothing to say.
// Deprecations can be silenced, removals not.
func versionWarning(gvk schema.GroupVersionKind, server serverVersion, quiet bool) string {
	typed, err := scheme.Scheme.New(gvk)
	if err != nil {
		return ""
	}
	next, hasNext := successor(gvk)
	end, hasEnd := typed.(removed)
	if hasEnd {
		major, minor := end.APILifecycleRemoved()
		if gone := (serverVersion{major, minor}); server.atLeast(gone) {
			return fmt.Sprintf("apiVersion %q was removed in Kubernetes %s. Use %q instead.\n"+
				"See https://git.k8s.io/kubernetes/CHANGELOG/CHANGELOG-%s.md#deprecation for more information.",
				spelled(gvk), gone, spelled(next), gone)
		}
	}
	if !hasNext || quiet || !exists(next, server) {
		return ""
	}
	message := fmt.Sprintf("%s is deprecated by %s", spelled(gvk), spelled(next))
	if hasEnd {
		major, minor := end.APILifecycleRemoved()
		return message + fmt.Sprintf(" and not supported by Kubernetes v%d.%d+ clusters.", major, minor)
	}
	return message + "."
}

// successor is the kind that replaces one, itself when none does.
func successor(gvk schema.GroupVersionKind) (schema.GroupVersionKind, bool) {
	if typed, err := scheme.Scheme.New(gvk); err == nil {
		if next, ok := typed.(replaced); ok {
			return next.APILifecycleReplacement(), true
		}
	}
	return gvk, false
}

func exists(gvk schema.GroupVersionKind, server serverVersion) bool {
	typed, err := scheme.Scheme.New(gvk)
	if err != nil {
		return false
	}
	if since, ok := typed.(introduced); ok {
		major, minor := since.APILifecycleIntroduced()
		return server.atLeast(serverVersion{major, minor})
	}
	return true
}

func spelled(gvk schema.GroupVersionKind) string {
	group := gvk.Group
	if group == "" {
		group = coreGroup
	}
	return group + "/" + gvk.Version + "/" + gvk.Kind
}
