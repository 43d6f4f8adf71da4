package kubernetes

import (
	"context"
	"fmt"
	"net"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
)

const (
	severityDebug   = pulumirpc.LogSeverity_DEBUG
	severityInfo    = pulumirpc.LogSeverity_INFO
	severityWarning = pulumirpc.LogSeverity_WARNING
	severityError   = pulumirpc.LogSeverity_ERROR
)

// engine is the Pulumi engine as seen from a plugin: where messages and progress go. Without a connection they are dropped.
type engine struct {
	mu     sync.RWMutex
	client pulumirpc.EngineClient
	conn   *grpc.ClientConn
}

// connect dials the engine, which must be on this machine.
func (e *engine) connect(address string) error {
	if host, _, err := net.SplitHostPort(address); err != nil || !isLoopback(host) {
		return fmt.Errorf("the engine's address %q is not a loopback address", address)
	}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("cannot reach the engine at %s: %w", address, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.client = pulumirpc.NewEngineClient(conn)
	e.conn = conn
	return nil
}

// gone blocks until the engine's end of the connection is closed for good, or ctx ends. An engine that was killed cannot stop its
// plugins; on loopback a refused connection is proof enough.
func (e *engine) gone(ctx context.Context) {
	e.mu.RLock()
	conn := e.conn
	e.mu.RUnlock()
	if conn == nil {
		<-ctx.Done()
		return
	}
	conn.Connect()
	for state := conn.GetState(); state != connectivity.TransientFailure; state = conn.GetState() {
		if state == connectivity.Idle {
			conn.Connect()
		}
		if !conn.WaitForStateChange(ctx, state) {
			return
		}
	}
}

// log leaves a message in the operation's diagnostics.
func (e *engine) log(ctx context.Context, severity pulumirpc.LogSeverity, urn, message string) {
	e.send(ctx, severity, urn, message, false)
}

// status shows a message beside the resource while the operation runs; "" clears it.
func (e *engine) status(ctx context.Context, severity pulumirpc.LogSeverity, urn, message string) {
	e.send(ctx, severity, urn, message, true)
}

func (e *engine) send(ctx context.Context, severity pulumirpc.LogSeverity, urn, message string, ephemeral bool) {
	e.mu.RLock()
	client := e.client
	e.mu.RUnlock()
	if client == nil {
		return
	}
	// A message that cannot be delivered must not fail the operation it tells of.
	_, _ = client.Log(ctx, &pulumirpc.LogRequest{Severity: severity, Urn: urn, Message: message, Ephemeral: ephemeral})
}

// progress tells one resource's progress, each message once.
type progress struct {
	ctx    context.Context
	engine *engine
	urn    string
	said   map[string]bool
}

func newProgress(ctx context.Context, e *engine, urn string) *progress {
	return &progress{ctx: ctx, engine: e, urn: urn}
}

func (p *progress) say(severity pulumirpc.LogSeverity, message string) {
	if message == "" || p.said[message] {
		return
	}
	if p.said == nil {
		p.said = map[string]bool{}
	}
	p.said[message] = true
	p.engine.status(p.ctx, severity, p.urn, message)
}

// clear removes what was shown; silent when nothing was, since most objects need no wait.
func (p *progress) clear() {
	if len(p.said) > 0 {
		p.engine.status(p.ctx, severityInfo, p.urn, "")
	}
}
