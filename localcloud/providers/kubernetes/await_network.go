package kubernetes

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	endpointsKind    = schema.GroupVersionKind{Version: "v1", Kind: "Endpoints"}
	serviceKind      = schema.GroupVersionKind{Version: "v1", Kind: "Service"}
	storageClassKind = schema.GroupVersionKind{Group: "storage.k8s.io", Version: "v1", Kind: "StorageClass"}
)

// emptySettles is how long a service's endpoints may stay empty before they count as settled: a service that selects no pods is ready,
// too. The official provider waits ten seconds after any change; ready addresses alone end the wait here.
const emptySettles = 3 * time.Second

const noPodsSelected = "Service does not target any Pods. Selected Pods may not be ready, or " +
	"field '.spec.selector' may not match labels on any Pods"

// waitForClaim waits until a claim is bound, or pending where its class binds it only once a pod uses it.
func waitForClaim(w *waiting, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	var mode string
	var reasons []string
	last, err := w.cluster.watchUntil(w.ctx, live, w.progress, func(object *unstructured.Unstructured) verdict {
		if object == nil {
			return verdict{failed: true}
		}
		if mode == "" {
			mode = bindMode(w.ctx, w.cluster, object)
		}
		phase := text(object, "status", "phase")
		reasons = []string{fmt.Sprintf("PersistentVolumeClaim: [%s] is not ready. status.phase currently at: %s", object.GetName(), phase)}
		if mode == "WaitForFirstConsumer" {
			return verdict{done: phase == "Pending" || phase == "Bound"}
		}
		return verdict{done: phase == "Bound", status: reasons[0]}
	})
	if err != nil {
		return last, w.ended(last, reasons, err)
	}
	return last, nil
}

// bindMode is when a claim's storage class binds volumes; "" while there is no class to ask.
func bindMode(ctx context.Context, cluster *cluster, claim *unstructured.Unstructured) string {
	name := text(claim, "spec", "storageClassName")
	if name == "" {
		return ""
	}
	class, err := cluster.get(ctx, storageClassKind, "", name)
	if err != nil {
		return ""
	}
	return text(class, "volumeBindingMode")
}

// ended turns the end of a wait's context into what happened.
func (w *waiting) ended(last *unstructured.Unstructured, reasons []string, err error) error {
	switch w.ctx.Err() {
	case context.DeadlineExceeded:
		return timedOut(last, reasons)
	case context.Canceled:
		return cancelled(last, reasons)
	}
	return err
}

// needsEndpoints tells whether a service's readiness depends on pods: not when it is external, headless or selects none by itself.
func needsEndpoints(service *unstructured.Unstructured) bool {
	selector, _, _ := unstructured.NestedMap(service.Object, "spec", "selector")
	return text(service, "spec", "type") != "ExternalName" && text(service, "spec", "clusterIP") != "None" && len(selector) > 0
}

// addressed tells whether a load balancer has its address; every other service needs none.
func addressed(service *unstructured.Unstructured) bool {
	ingress, _, _ := unstructured.NestedSlice(service.Object, "status", "loadBalancer", "ingress")
	return text(service, "spec", "type") != "LoadBalancer" || len(ingress) > 0
}

// endpointAddresses tells whether any pod of a service is ready, and whether any is not.
func endpointAddresses(endpoints *unstructured.Unstructured) (ready, pending bool) {
	if endpoints == nil {
		return false, false
	}
	subsets, _, _ := unstructured.NestedSlice(endpoints.Object, "subsets")
	for _, entry := range subsets {
		subset, _ := entry.(map[string]any)
		up, _ := subset["addresses"].([]any)
		down, _ := subset["notReadyAddresses"].([]any)
		ready = ready || len(up) > 0
		pending = pending || len(down) > 0
	}
	return ready, pending
}

// waitForService waits until the pods behind a service are ready, if it has any, and its load balancer has an address.
func waitForService(w *waiting, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if needsEndpoints(live) {
		if err := w.waitForEndpoints(live); err != nil {
			return live, err
		}
	}
	if addressed(live) {
		return live, nil
	}
	w.progress.say(severityInfo, "[2/3] Attempting to allocate IP address to Service")
	last, err := w.cluster.watchUntil(w.ctx, live, w.progress, func(object *unstructured.Unstructured) verdict {
		return verdict{done: object == nil || addressed(object)}
	})
	if err != nil {
		return last, w.ended(last, []string{"Service was not allocated an IP address; does your cloud provider support this?"}, err)
	}
	return last, nil
}

// waitForEndpoints waits until no pod behind a service is unready: at once when some are ready, after emptySettles when there are none.
func (w *waiting) waitForEndpoints(service *unstructured.Unstructured) error {
	endpoints := &unstructured.Unstructured{Object: map[string]any{}}
	endpoints.SetGroupVersionKind(endpointsKind)
	endpoints.SetName(service.GetName())
	endpoints.SetNamespace(service.GetNamespace())
	// From the service's own version on: its endpoints are newer than it, or were there before an update and are read below.
	endpoints.SetResourceVersion(service.GetResourceVersion())
	if w.before != nil {
		if now, err := w.cluster.get(w.ctx, endpointsKind, service.GetNamespace(), service.GetName()); err == nil {
			endpoints = now
		}
	}
	var ready, pending bool
	for {
		round, done := context.WithTimeout(w.ctx, emptySettles)
		_, err := w.cluster.watchUntil(round, endpoints, w.progress, func(object *unstructured.Unstructured) verdict {
			if object != nil {
				endpoints = object
			}
			ready, pending = endpointAddresses(object)
			return verdict{done: ready && !pending, status: "[1/3] Finding Pods to direct traffic to"}
		})
		settled := round.Err() != nil
		done()
		switch {
		case err == nil, settled && w.ctx.Err() == nil && !pending:
			return nil
		case w.ctx.Err() != nil && !pending && addressed(service):
			return nil // as the official provider: on time-out, pods that do not exist are not waited for
		case w.ctx.Err() != nil:
			return w.ended(service, serviceReasons(service, ready), err)
		case !settled:
			return err
		}
	}
}

func serviceReasons(service *unstructured.Unstructured, ready bool) []string {
	var reasons []string
	if !ready {
		reasons = append(reasons, noPodsSelected)
	}
	if !addressed(service) {
		reasons = append(reasons, "Service was not allocated an IP address; does your cloud provider support this?")
	}
	return reasons
}

func readService(w *waiting, live *unstructured.Unstructured) verdict {
	if !needsEndpoints(live) {
		return verdict{done: addressed(live), reasons: serviceReasons(live, true)}
	}
	endpoints, err := w.cluster.get(w.ctx, endpointsKind, live.GetNamespace(), live.GetName())
	if err != nil {
		endpoints = nil
	}
	ready, pending := endpointAddresses(endpoints)
	return verdict{done: addressed(live) && !pending, reasons: serviceReasons(live, ready)}
}

// Ingresses

const noIngressAddress = "Ingress .status.loadBalancer field was not updated with a hostname/IP address. " +
	"\n    for more information about this error, see https://pulumi.io/xdv72s"

// waitForIngress waits until an ingress has an address. Services that its rules name and that do not exist are told, not waited for.
func waitForIngress(w *waiting, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	told := false
	last, err := w.cluster.watchUntil(w.ctx, live, w.progress, func(object *unstructured.Unstructured) verdict {
		if object == nil {
			return verdict{}
		}
		if ingressAddressed(object) {
			return verdict{done: true}
		}
		if !told {
			told = true
			for _, missing := range missingServices(w, object) {
				w.progress.say(severityWarning, "No matching service found for ingress rule: "+missing)
			}
		}
		return verdict{status: "[2/3] Waiting for update of .status.loadBalancer with hostname/IP"}
	})
	if err != nil {
		return last, w.ended(last, []string{noIngressAddress}, err)
	}
	return last, nil
}

func readIngress(_ *waiting, live *unstructured.Unstructured) verdict {
	return verdict{done: ingressAddressed(live), reasons: []string{noIngressAddress}}
}

func ingressAddressed(ingress *unstructured.Unstructured) bool {
	addresses, _, _ := unstructured.NestedSlice(ingress.Object, "status", "loadBalancer", "ingress")
	return len(addresses) > 0
}

// missingServices are the rules of an ingress whose service does not exist, as text.
func missingServices(w *waiting, ingress *unstructured.Unstructured) []string {
	client, err := w.cluster.objects(w.ctx, serviceKind, ingress.GetNamespace())
	if err != nil {
		return nil
	}
	var missing []string
	rules, _, _ := unstructured.NestedSlice(ingress.Object, "spec", "rules")
	for _, entry := range rules {
		rule, _ := entry.(map[string]any)
		host, _ := rule["host"].(string)
		paths, _, _ := unstructured.NestedSlice(rule, "http", "paths")
		for _, entry := range paths {
			path, _ := entry.(map[string]any)
			service, _, _ := unstructured.NestedString(path, "backend", "service", "name")
			if service == "" {
				continue
			}
			if _, err := client.Get(w.ctx, service, metav1.GetOptions{}); err != nil {
				at, _ := path["path"].(string)
				missing = append(missing, fmt.Sprintf("%q -> %q", host+at, service))
			}
		}
	}
	return missing
}
