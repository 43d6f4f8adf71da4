package kubernetes

import (
	"context"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// readiness is how one kind gets ready.
type readiness struct {
	// ready judges the object by itself. before is the object before an update, nil on creation.
	ready func(object, before *unstructured.Unstructured) verdict
	// wait replaces ready where other objects matter as well.
	wait func(w *waiting, live *unstructured.Unstructured) (*unstructured.Unstructured, error)
	// read judges the object once, for refresh; nil when a refresh does not judge this kind.
	read func(w *waiting, live *unstructured.Unstructured) verdict
	// reasons explains a wait that failed, beyond the last verdict's reasons: what is wrong with the pods, say.
	reasons func(w *waiting, live *unstructured.Unstructured) []string
	// timedOut tells of a wait that took too long; nil for timedOut.
	timedOut func(object *unstructured.Unstructured, reasons []string) *notReady
	// limit bounds the wait whatever the timeout; 0 for none.
	limit time.Duration
}

// waiting is one wait: where it looks and whom it tells.
type waiting struct {
	ctx      context.Context
	cluster  *cluster
	progress *progress
	before   *unstructured.Unstructured
}

// awaitReady waits until an object is ready and returns it as last seen, with a *notReady error if it did not become so.
func (p *Provider) awaitReady(
	c *change, inputs, live, before *unstructured.Unstructured, timeout time.Duration,
) (*unstructured.Unstructured, error) {
	if annotated(inputs, annotationSkipAwait) {
		return live, nil
	}
	kind, known := readinessOf(live.GroupVersionKind())
	custom, err := waitForAnnotation(live)
	if err != nil {
		return live, err
	}
	switch {
	case custom != nil:
		kind = readiness{timedOut: conditionTimedOut,
			ready: func(object, _ *unstructured.Unstructured) verdict { return custom(object) }}
	case !known && os.Getenv("PULUMI_K8S_AWAIT_ALL") == "true":
		kind = readiness{timedOut: conditionTimedOut,
			ready: func(object, _ *unstructured.Unstructured) verdict { return genericReady(object) }}
	case !known:
		return live, nil
	}
	if kind.limit > 0 && kind.limit < timeout {
		timeout = kind.limit
	}
	ctx, done := context.WithTimeout(p.ctx, timeout)
	defer done()
	w := &waiting{ctx: ctx, cluster: p.cluster, progress: c.progress, before: before}
	if kind.wait != nil {
		last, err := kind.wait(w, live)
		return last, p.explain(w, kind, last, err)
	}
	var latest verdict
	last, err := p.cluster.watchUntil(ctx, live, c.progress, func(object *unstructured.Unstructured) verdict {
		if object == nil {
			latest = verdict{failed: true, reasons: []string{"the object was deleted while it was waited for"}}
		} else {
			latest = kind.ready(object, before)
		}
		return latest
	})
	if latest.done {
		return last, nil
	}
	if latest.failed {
		return last, failedToInitialize(last, latest.reasons)
	}
	err = w.ended(last, latest.reasons, err)
	if kind.timedOut != nil && w.ctx.Err() == context.DeadlineExceeded {
		err = kind.timedOut(last, latest.reasons)
	}
	return last, p.explain(w, kind, last, err)
}

// explain adds a kind's own reasons to a failed wait.
func (p *Provider) explain(w *waiting, kind readiness, last *unstructured.Unstructured, err error) error {
	unready, ok := err.(*notReady)
	if !ok || kind.reasons == nil {
		return err
	}
	ctx, done := context.WithTimeout(context.WithoutCancel(w.ctx), 10*time.Second)
	defer done()
	w.ctx = ctx
	unready.reasons = append(unready.reasons, kind.reasons(w, last)...)
	return unready
}

// checkReady judges an object once, for refresh: a *notReady error puts it among the resources to be waited for again.
func (p *Provider) checkReady(progress *progress, live *unstructured.Unstructured) error {
	kind, known := readinessOf(live.GroupVersionKind())
	if !known || kind.read == nil {
		return nil
	}
	w := &waiting{ctx: p.ctx, cluster: p.cluster, progress: progress}
	found := kind.read(w, live)
	if found.done {
		return nil
	}
	reasons := found.reasons
	if kind.reasons != nil {
		reasons = append(reasons, kind.reasons(w, live)...)
	}
	return failedToInitialize(live, reasons)
}

// readinessOf is the way a kind gets ready; false for kinds that are ready once they exist.
func readinessOf(gvk schema.GroupVersionKind) (readiness, bool) {
	way, known := waysToReady[gvk.Group+"/"+gvk.Kind]
	return way, known
}

// waysToReady has the kinds that are waited for, as the official provider does, and CustomResourceDefinitions, whose objects would be
// refused before they are established.
var waysToReady map[string]readiness

func init() { // a variable of functions that use it in turn
	bare := func(ready func(*unstructured.Unstructured) verdict) func(_, _ *unstructured.Unstructured) verdict {
		return func(object, _ *unstructured.Unstructured) verdict { return ready(object) }
	}
	once := func(ready func(*unstructured.Unstructured) verdict) func(*waiting, *unstructured.Unstructured) verdict {
		return func(_ *waiting, object *unstructured.Unstructured) verdict { return ready(object) }
	}
	waysToReady = map[string]readiness{
		"apps/Deployment": {
			ready: deploymentReady, reasons: podReasons,
			read: func(_ *waiting, object *unstructured.Unstructured) verdict { return deploymentReady(object, nil) },
		},
		"apps/StatefulSet":       {ready: bare(statefulSetReady), read: once(statefulSetReady), reasons: podReasons},
		"apps/DaemonSet":         {ready: bare(genericReady), read: once(genericReady), reasons: podReasons, timedOut: conditionTimedOut},
		"batch/Job":              {ready: bare(jobReady), read: once(jobReady), reasons: podReasons},
		"/Pod":                   {ready: bare(podReady), read: once(podReady)},
		"/PersistentVolume":      {ready: bare(volumeReady), limit: 5 * time.Minute},
		"/PersistentVolumeClaim": {wait: waitForClaim, limit: 5 * time.Minute},
		"/ReplicationController": {ready: bare(replicationControllerReady)},
		"/ResourceQuota":         {ready: bare(quotaReady), limit: time.Minute},
		"/Secret":                {ready: bare(secretReady), limit: 5 * time.Second},
		"/Service":               {wait: waitForService, read: readService},

		"networking.k8s.io/Ingress": {wait: waitForIngress, read: readIngress},

		"apiextensions.k8s.io/CustomResourceDefinition": {ready: bare(crdReady), limit: time.Minute},
	}
}
