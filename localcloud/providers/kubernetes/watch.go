package kubernetes

import (
	"context"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// verdict is what one look at an object says about a wait.
type verdict struct {
	done     bool
	failed   bool                  // it will not get ready any more
	status   string                // progress to show, "" for none
	severity pulumirpc.LogSeverity // of status; zero (debug) counts as info
	reasons  []string              // what stands in the way, should the wait end now
}

// judge looks at an object; nil means that it is gone.
type judge func(*unstructured.Unstructured) verdict

const (
	// quiet is how long a wait goes on before it is told: most end sooner, and telling costs two calls to the engine.
	quiet = time.Second
	// firstLook and secondLook are how long a watch may stay silent before the object is read again: the first so that a wait is
	// told of, the others as a net under lost events.
	firstLook  = 2 * time.Second
	secondLook = 10 * time.Second
)

// watchUntil waits until judge says that it is enough, and returns the object as last seen. It is one watch of one object, from the
// state given on: no list, no cache, and nothing is missed in between. The error is the last request's or ctx's.
func (c *cluster) watchUntil(
	ctx context.Context, object *unstructured.Unstructured, progress *progress, judge judge,
) (*unstructured.Unstructured, error) {
	client, err := c.objectsOf(ctx, object)
	if err != nil {
		return object, err
	}
	w := &objectWatch{client: client, last: object, progress: progress, judge: judge, since: time.Now()}
	if w.look(object) {
		return w.last, nil
	}
	for {
		done, err := w.follow(ctx)
		if done || err != nil {
			return w.last, err
		}
		if done, err := w.read(ctx); done || err != nil {
			return w.last, err
		}
	}
}

type objectWatch struct {
	client   dynamic.ResourceInterface
	last     *unstructured.Unstructured
	progress *progress
	judge    judge
	since    time.Time
}

// look shows judge an object (nil: gone) and tells whether the wait is over.
func (w *objectWatch) look(object *unstructured.Unstructured) bool {
	if object != nil {
		w.last = object
	}
	found := w.judge(object)
	if !found.done && found.status != "" && time.Since(w.since) > quiet {
		severity := found.severity
		if severity == severityDebug {
			severity = severityInfo
		}
		w.progress.say(severity, found.status)
	}
	return found.done || found.failed
}

// follow watches from the object as last seen. It returns when the wait is over, ctx ends, or the watch needs a fresh start.
func (w *objectWatch) follow(ctx context.Context) (done bool, err error) {
	stream, err := w.client.Watch(ctx, metav1.ListOptions{
		FieldSelector:   "metadata.name=" + w.last.GetName(),
		ResourceVersion: w.last.GetResourceVersion(),
	})
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		// Too old a version (410) or a server that is busy: read afresh, not at once.
		return false, pause(ctx, time.Second)
	}
	defer stream.Stop()
	silence := time.NewTimer(firstLook)
	defer silence.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-silence.C:
			if done, err := w.read(ctx); done || err != nil {
				return done, err
			}
			silence.Reset(secondLook)
		case event, open := <-stream.ResultChan():
			if !open || event.Type == watch.Error {
				return false, nil
			}
			object, ok := event.Object.(*unstructured.Unstructured)
			if !ok {
				continue
			}
			if event.Type == watch.Deleted {
				object = nil
			}
			if w.look(object) {
				return true, nil
			}
		}
	}
}

// read gets the object and looks at it.
func (w *objectWatch) read(ctx context.Context) (done bool, err error) {
	object, err := w.client.Get(ctx, w.last.GetName(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return w.look(nil), nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err != nil:
		return false, pause(ctx, time.Second)
	}
	return w.look(object), nil
}

// pause waits, or returns ctx's error when it ends first.
func pause(ctx context.Context, length time.Duration) error {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
