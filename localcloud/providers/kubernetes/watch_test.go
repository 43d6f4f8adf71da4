package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
)

// server is an API server that has ConfigMaps and answers as a test scripts it.
type server struct {
	mu      sync.Mutex
	asked   []string
	watch   func(stream func(string), number int, gone <-chan struct{})
	get     func(number int) (status int, body string)
	remove  string
	watches int
	gets    int
}

func (s *server) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	answer.Header().Set("Content-Type", "application/json")
	watching := request.URL.Query().Get("watch") != ""
	s.mu.Lock()
	s.asked = append(s.asked, request.Method+" "+request.URL.Path)
	if watching {
		s.watches++
	} else if request.Method == http.MethodGet && strings.HasSuffix(request.URL.Path, "/configmaps/c") {
		s.gets++
	}
	watches, gets := s.watches, s.gets
	s.mu.Unlock()
	switch {
	case request.URL.Path == "/version":
		fmt.Fprint(answer, `{"major":"1","minor":"34+"}`)
	case request.URL.Path == "/api/v1":
		fmt.Fprint(answer, `{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"configmaps","kind":"ConfigMap","namespaced":true}]}`)
	case watching:
		answer.WriteHeader(http.StatusOK)
		answer.(http.Flusher).Flush() // as the API server does: the watch is on from here
		s.watch(func(event string) {
			fmt.Fprintln(answer, event)
			answer.(http.Flusher).Flush()
		}, watches, request.Context().Done())
	case request.Method == http.MethodDelete:
		fmt.Fprint(answer, s.remove)
	case request.Method == http.MethodGet && s.get != nil:
		status, body := s.get(gets)
		answer.WriteHeader(status)
		fmt.Fprint(answer, body)
	default:
		answer.WriteHeader(http.StatusNotFound)
		fmt.Fprint(answer, notFound)
	}
}

const notFound = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"not found"}`

func configMapAt(version, step string) string {
	return fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c","namespace":"n","uid":"u","resourceVersion":%q},`+
		`"data":{"step":%q}}`, version, step)
}

func event(kind, object string) string { return fmt.Sprintf(`{"type":%q,"object":%s}`, kind, object) }

func connected(t *testing.T, s *server) *cluster {
	t.Helper()
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	found, err := connect(context.Background(), &rest.Config{Host: listening.URL})
	if err != nil {
		t.Fatal(err)
	}
	if found.version != (serverVersion{1, 34}) {
		t.Errorf("version %v", found.version)
	}
	return found
}

func stepReached(wanted string) judge {
	return func(object *unstructured.Unstructured) verdict {
		return verdict{done: object != nil && text(object, "data", "step") == wanted}
	}
}

func waitFor(t *testing.T, c *cluster, ctx context.Context, judge judge) (*unstructured.Unstructured, error) {
	t.Helper()
	silent := newProgress(ctx, &engine{}, "")
	return c.watchUntil(ctx, unstruct(t, configMapAt("1", "one")), silent, judge)
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, done := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(done)
	return ctx
}

func TestAWaitFollowsEvents(t *testing.T) {
	s := &server{watch: func(stream func(string), _ int, gone <-chan struct{}) {
		stream(event("MODIFIED", configMapAt("2", "two")))
		stream(event("MODIFIED", configMapAt("3", "three")))
		<-gone
	}}
	last, err := waitFor(t, connected(t, s), deadline(t), stepReached("three"))
	if err != nil || last.GetResourceVersion() != "3" || s.gets != 0 {
		t.Errorf("got %v, %v after %v", last, err, s.asked)
	}
}

func TestAWaitSurvivesAWatchThatEnds(t *testing.T) {
	s := &server{
		watch: func(stream func(string), number int, gone <-chan struct{}) {
			if number == 1 {
				return // closed by the server
			}
			stream(event("MODIFIED", configMapAt("5", "two")))
			<-gone
		},
		get: func(int) (int, string) { return http.StatusOK, configMapAt("4", "one") },
	}
	last, err := waitFor(t, connected(t, s), deadline(t), stepReached("two"))
	if err != nil || last.GetResourceVersion() != "5" {
		t.Errorf("got %v, %v after %v", last, err, s.asked)
	}
}

func TestAWaitReadsAfreshWhenItsVersionIsTooOld(t *testing.T) {
	s := &server{
		watch: func(stream func(string), _ int, _ <-chan struct{}) {
			stream(event("ERROR", `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}`))
		},
		get: func(int) (int, string) { return http.StatusOK, configMapAt("9", "two") },
	}
	if last, err := waitFor(t, connected(t, s), deadline(t), stepReached("two")); err != nil || last.GetResourceVersion() != "9" {
		t.Errorf("got %v, %v after %v", last, err, s.asked)
	}
}

func TestAWaitNoticesWhatItsWatchDidNotTell(t *testing.T) {
	s := &server{
		watch: func(_ func(string), _ int, gone <-chan struct{}) { <-gone },
		get:   func(int) (int, string) { return http.StatusNotFound, notFound },
	}
	_, err := waitFor(t, connected(t, s), deadline(t), func(object *unstructured.Unstructured) verdict { return verdict{done: object == nil} })
	if err != nil || s.gets != 1 {
		t.Errorf("got %v after %v", err, s.asked)
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &server{watch: func(_ func(string), _ int, gone <-chan struct{}) {
		cancel()
		<-gone
	}}
	if last, err := waitFor(t, connected(t, s), ctx, stepReached("never")); !errors.Is(err, context.Canceled) || last.GetName() != "c" {
		t.Errorf("got %v, %v", last, err)
	}
}

func TestADeleteTellsWhetherTheObjectIsGone(t *testing.T) {
	held := strings.Replace(configMapAt("2", "one"), `"uid"`, `"deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["x"],"uid"`, 1)
	for answer, remains := range map[string]bool{
		`{"kind":"Status","apiVersion":"v1","status":"Success","details":{"name":"c","kind":"configmaps","uid":"u"}}`: false,
		configMapAt("2", "one"): false,
		held:                    true,
	} {
		s := &server{remove: answer}
		remaining, err := connected(t, s).delete(context.Background(), unstruct(t, configMapAt("1", "one")), metav1.DeletePropagationForeground)
		if err != nil || (remaining != nil) != remains {
			t.Errorf("%s: %v, %v", answer, remaining, err)
		}
	}
}

func TestKindsAreAskedForOnceAndAgainWhenTheyMayHaveCome(t *testing.T) {
	s := &server{}
	c := connected(t, s)
	count := func() (asked int) {
		for _, request := range s.asked {
			if request == "GET /api/v1" {
				asked++
			}
		}
		return asked
	}
	gvk := unstruct(t, configMapAt("1", "")).GroupVersionKind()
	for range 3 {
		if info, err := c.kinds.lookup(context.Background(), gvk); err != nil || !info.namespaced {
			t.Fatalf("got %v, %v", info, err)
		}
	}
	if count() != 1 {
		t.Errorf("asked %d times", count())
	}
	gvk.Kind = "Widget"
	if c.kinds.has(context.Background(), gvk) || count() != 1 {
		t.Errorf("a missing kind: asked %d times", count())
	}
	c.kinds.forget("")
	if c.kinds.has(context.Background(), gvk) || count() != 2 {
		t.Errorf("after a CRD came: asked %d times", count())
	}
}

func TestDependentsAreWaitedForWhereThereMayBeSome(t *testing.T) {
	for object, want := range map[string]metav1.DeletionPropagation{
		`{"apiVersion":"v1","kind":"ConfigMap"}`:                       metav1.DeletePropagationBackground,
		`{"apiVersion":"apps/v1","kind":"Deployment"}`:                 metav1.DeletePropagationForeground,
		`{"apiVersion":"v1","kind":"Namespace"}`:                       metav1.DeletePropagationForeground,
		`{"apiVersion":"v1","kind":"Service"}`:                         metav1.DeletePropagationForeground,
		`{"apiVersion":"example.com/v1","kind":"ConfigMap"}`:           metav1.DeletePropagationForeground,
		`{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy"}`: metav1.DeletePropagationBackground,
	} {
		if got := propagation(unstruct(t, `{}`), unstruct(t, object)); got != want {
			t.Errorf("%s: %s", object, got)
		}
	}
	asked := unstruct(t, `{"metadata":{"annotations":{"pulumi.com/deletionPropagationPolicy":"Foreground"}}}`)
	if got := propagation(asked, unstruct(t, `{"apiVersion":"v1","kind":"ConfigMap"}`)); got != metav1.DeletePropagationForeground {
		t.Errorf("the annotation is not heeded: %s", got)
	}
}
