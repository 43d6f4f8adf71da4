package kubernetes

import (
	"strings"
	"testing"
)

func TestReadiness(t *testing.T) {
	deployment := func(status, revision string) string {
		return `{"metadata":{"name":"d","generation":2,"annotations":{"deployment.kubernetes.io/revision":"` + revision +
			`"}},"spec":{"replicas":2},"status":` + status + `}`
	}
	complete := `{"observedGeneration":2,"updatedReplicas":2,"readyReplicas":2,"conditions":[{"type":"Available","status":"True"},` +
		`{"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable"}]}`
	ofDeployment := func(object string) verdict { return deploymentReady(unstruct(t, object), nil) }
	of := func(judge judge) func(string) verdict {
		return func(object string) verdict { return judge(unstruct(t, object)) }
	}
	cases := []struct {
		name   string
		judge  func(string) verdict
		object string
		done   bool
		failed bool
		reason string
	}{
		{"deployment complete", ofDeployment, deployment(complete, "2"), true, false, ""},
		{"deployment not yet observed", ofDeployment, deployment(strings.Replace(complete, `ion":2`, `ion":1`, 1), "2"), false, false, ""},
		{"deployment rolling out", ofDeployment, deployment(strings.Replace(complete, "NewReplicaSetAvailable", "ReplicaSetUpdated", 1), "2"),
			false, false, "Minimum number of Pods"},
		{"deployment one pod short", ofDeployment, deployment(strings.Replace(complete, `readyReplicas":2`, `readyReplicas":1`, 1), "2"),
			false, false, "Attempted to roll forward"},
		{"deployment over its quota", ofDeployment, deployment(`{"observedGeneration":2,"conditions":[{"type":"Available","status":"False"},`+
			`{"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"exceeded quota"}]}`, "1"),
			false, false, "[FailedCreate] exceeded quota"},
		{"deployment just made", ofDeployment, deployment(`{}`, ""), false, false, "Minimum number of live Pods"},
		{"job done", of(jobReady), `{"metadata":{"name":"j"},"status":{"startTime":"t","conditions":[{"type":"Complete","status":"True"}]}}`,
			true, false, ""},
		{"job out of retries", of(jobReady), `{"metadata":{"name":"j"},"status":{"startTime":"t","conditions":[{"type":"Failed","status":` +
			`"True","reason":"BackoffLimitExceeded","message":"too often"}]}}`, false, true, "[BackoffLimitExceeded] too often"},
		{"job not started", of(jobReady), `{"metadata":{"name":"j"}}`, false, false, ""},
		{"stateful set", of(statefulSetReady), `{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,` +
			`"replicas":1,"readyReplicas":1,"currentReplicas":1,"currentRevision":"a","updateRevision":"a"}}`, true, false, ""},
		{"stateful set rolling", of(statefulSetReady), `{"metadata":{"generation":2},"spec":{"replicas":1},"status":{"observedGeneration":2,` +
			`"replicas":1,"readyReplicas":1,"currentReplicas":1,"currentRevision":"a","updateRevision":"b"}}`, false, false, `from revision "a"`},
		{"stateful set stale", of(statefulSetReady), `{"metadata":{"generation":2},"spec":{"replicas":1},"status":{"observedGeneration":1,` +
			`"replicas":1,"readyReplicas":1,"currentReplicas":1,"currentRevision":"a","updateRevision":"a"}}`, false, false, ""},
		{"daemon set", of(genericReady), `{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"generation":1},"status":{"observedGeneration":1,` +
			`"desiredNumberScheduled":2,"currentNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":2,"numberReady":2}}`, true, false, ""},
		{"daemon set one short", of(genericReady), `{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"generation":1},"status":{` +
			`"observedGeneration":1,"desiredNumberScheduled":2,"currentNumberScheduled":1}}`, false, false, ""},
		{"pod unschedulable", of(podReady), `{"metadata":{"name":"p"},"status":{"conditions":[{"type":"PodScheduled","status":"False",` +
			`"reason":"Unschedulable","message":"0/3 nodes"}]}}`, false, false, "0/3 nodes"},
		{"pod crashing", of(podReady), `{"metadata":{"name":"p"},"status":{"conditions":[{"type":"PodScheduled","status":"True"},` +
			`{"type":"Initialized","status":"True"},{"type":"Ready","status":"False","reason":"X","message":"unready: [a]"}],` +
			`"containerStatuses":[{"name":"a","ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"}}}]}}`,
			false, false, "[CrashLoopBackOff] back-off"},
		{"pod finished", of(podReady), `{"metadata":{"name":"p"},"status":{"phase":"Succeeded","conditions":[{"type":"PodScheduled",` +
			`"status":"True"},{"type":"Initialized","status":"True"},{"type":"Ready","status":"False"}]}}`, true, false, ""},
		{"quota enforced", of(quotaReady), `{"spec":{"hard":{"pods":"1"}},"status":{"hard":{"pods":"1"}}}`, true, false, ""},
		{"quota not yet", of(quotaReady), `{"spec":{"hard":{"pods":"2"}},"status":{"hard":{"pods":"1"}}}`, false, false, ""},
		{"token filled in", of(secretReady), `{"type":"kubernetes.io/service-account-token","data":{"token":"eA=="}}`, true, false, ""},
		{"token empty", of(secretReady), `{"type":"kubernetes.io/service-account-token"}`, false, false, ""},
		{"another secret", of(secretReady), `{"type":"Opaque"}`, true, false, ""},
		{"CRD established", of(crdReady), `{"status":{"conditions":[{"type":"Established","status":"True"}]}}`, true, false, ""},
		{"CRD whose names are taken", of(crdReady), `{"status":{"conditions":[{"type":"NamesAccepted","status":"False","reason":"Taken",` +
			`"message":"m"}]}}`, false, true, "[Taken] m"},
		{"custom, stalled", of(genericReady), `{"status":{"conditions":[{"type":"Stalled","status":"True","reason":"R","message":"m"}]}}`,
			false, false, "[R] m"},
		{"custom, without status", of(genericReady), `{"kind":"Widget"}`, true, false, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := c.judge(c.object)
			if got.done != c.done || got.failed != c.failed || !strings.Contains(strings.Join(got.reasons, "\n"), c.reason) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestWaitForAnnotation(t *testing.T) {
	object := `{"metadata":{"generation":2},"spec":{"replicas":3},"status":{"phase":"Up","observedGeneration":2,` +
		`"conditions":[{"type":"Synced","status":"True"},{"type":"Broken","status":"False"}]}}`
	for expression, done := range map[string]bool{
		"condition=Synced": true, "condition=synced": true, "condition=Broken": false, "condition=Broken=False": true, "condition=None": false,
		"jsonpath={.status.phase}": true, "jsonpath={.status.phase}=Up": true, "jsonpath={.status.phase}=Down": false,
		"jsonpath={.spec.replicas}=3": true, "jsonpath={.status.none}": false,
		`["condition=Synced","jsonpath={.status.phase}=Up"]`: true, `["condition=Synced","condition=Broken"]`: false,
	} {
		live := unstruct(t, object)
		live.SetAnnotations(map[string]string{annotationWaitFor: expression})
		judge, err := waitForAnnotation(live)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := judge(live); got.done != done {
			t.Errorf("%s: %+v", expression, got)
		}
		stale := live.DeepCopy()
		stale.SetGeneration(3)
		if judge(stale).done {
			t.Errorf("%s holds before the controller has seen the object", expression)
		}
	}
	for _, wrong := range []string{"Ready", "jsonpath=.status", "jsonpath={.status}x", "jsonpath={.status}=", "jsonpath={.status[}", "[]"} {
		live := unstruct(t, `{}`)
		live.SetAnnotations(map[string]string{annotationWaitFor: wrong})
		if _, err := waitForAnnotation(live); err == nil {
			t.Errorf("%s is accepted", wrong)
		}
	}
}

func TestServicesWaitForThePodsTheySelect(t *testing.T) {
	for object, needs := range map[string]bool{
		`{"spec":{"selector":{"a":"b"}}}`:                       true,
		`{"spec":{"selector":{"a":"b"},"clusterIP":"None"}}`:    false,
		`{"spec":{"selector":{"a":"b"},"type":"ExternalName"}}`: false,
		`{"spec":{}}`: false,
	} {
		if needsEndpoints(unstruct(t, object)) != needs {
			t.Errorf("%s", object)
		}
	}
	ready, pending := endpointAddresses(unstruct(t, `{"subsets":[{"addresses":[{"ip":"1"}]},{"notReadyAddresses":[{"ip":"2"}]}]}`))
	if !ready || !pending {
		t.Errorf("ready %v, pending %v", ready, pending)
	}
}
