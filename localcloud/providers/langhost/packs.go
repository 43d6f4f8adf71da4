package langhost

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"os/exec"
	"sync"
	"sync/atomic"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// packProxy stands between the engine and a policy pack, which is started with what the engine's first call says. The SDK has one too, which
// decodes and encodes every resource that it passes on, and passes on the question for remediations as well: a fifth of what a pack of rules
// that only judge takes. This one passes on bytes, and answers that question itself for a pack that never changes anything.
type packProxy struct {
	stack      chan *pulumirpc.AnalyzerStackConfigureRequest // what the engine said of the stack; nil when it asked for something else first
	told       sync.Once
	attached   chan struct{} // closed when the pack answers, or never will
	pack       *grpc.ClientConn
	failure    error
	remediates atomic.Bool
}

// servePack begins to answer the engine, and says at which port. Call stop at the end.
func servePack() (proxy *packProxy, port int, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, nil, err
	}
	proxy = &packProxy{stack: make(chan *pulumirpc.AnalyzerStackConfigureRequest, 1), attached: make(chan struct{})}
	proxy.remediates.Store(true) // until the pack says otherwise
	server := grpc.NewServer(grpc.ForceServerCodec(asBytes{}), grpc.UnknownServiceHandler(proxy.answer), grpc.MaxRecvMsgSize(math.MaxInt32))
	go func() { _ = server.Serve(listener) }()
	return proxy, listener.Addr().(*net.TCPAddr).Port, server.Stop, nil
}

// await returns what the engine says of the stack.
func (p *packProxy) await(ctx context.Context) (*pulumirpc.AnalyzerStackConfigureRequest, error) {
	select {
	case stack := <-p.stack:
		return stack, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// attach waits for the command to end. As soon as it has written its port, it is asked; the rest of its output goes to rest.
func (p *packProxy) attach(ctx context.Context, command *exec.Cmd, output *io.PipeReader, rest io.Writer) error {
	ended := make(chan error, 1)
	go func() {
		ended <- command.Wait()
		_ = output.Close()
	}()
	var port int
	if _, err := fmt.Fscanf(output, "%d\n", &port); err != nil {
		p.fail(fmt.Errorf("the policy pack did not say at which port it listens: %w", err))
	} else {
		defer p.connect(port)()
		go func() { _, _ = io.Copy(rest, output) }()
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// connect asks the pack at a port from here on; call what it returns at the end.
func (p *packProxy) connect(port int) (closed func()) {
	pack, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", port), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(asBytes{}), grpc.MaxCallRecvMsgSize(math.MaxInt32)))
	if err != nil {
		p.fail(err)
		return func() {}
	}
	p.pack = pack
	close(p.attached)
	return func() { _ = pack.Close() }
}

func (p *packProxy) fail(err error) {
	p.failure = err
	close(p.attached)
}

// answer takes one call of the engine.
func (p *packProxy) answer(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	var asked []byte
	if err := stream.RecvMsg(&asked); err != nil {
		return err
	}
	switch method {
	case pulumirpc.Analyzer_Handshake_FullMethodName:
		return stream.SendMsg(&[]byte{})
	case pulumirpc.Analyzer_ConfigureStack_FullMethodName:
		stack := new(pulumirpc.AnalyzerStackConfigureRequest)
		if err := proto.Unmarshal(asked, stack); err != nil {
			return status.Error(codes.InvalidArgument, err.Error())
		}
		p.told.Do(func() { p.stack <- stack })
		return stream.SendMsg(&[]byte{})
	case pulumirpc.Analyzer_Remediate_FullMethodName:
		if !p.remediates.Load() {
			return stream.SendMsg(&[]byte{})
		}
	}
	p.told.Do(func() { p.stack <- nil })
	answered, err := p.ask(stream.Context(), method, asked)
	if err != nil {
		return err
	}
	p.look(method, asked, answered)
	return stream.SendMsg(&answered)
}

func (p *packProxy) ask(ctx context.Context, method string, asked []byte) (answered []byte, err error) {
	select {
	case <-p.attached:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p.failure != nil {
		return nil, status.Error(codes.Unavailable, p.failure.Error())
	}
	err = p.pack.Invoke(ctx, method, &asked, &answered)
	return answered, err
}

// look finds out whether the pack may change resources: by its own word, or as the engine is told to configure it.
func (p *packProxy) look(method string, asked, answered []byte) {
	switch method {
	case pulumirpc.Analyzer_GetAnalyzerInfo_FullMethodName:
		info := new(pulumirpc.AnalyzerInfo)
		remediates := proto.Unmarshal(answered, info) != nil
		for _, policy := range info.GetPolicies() {
			remediates = remediates || policy.GetEnforcementLevel() == pulumirpc.EnforcementLevel_REMEDIATE
		}
		p.remediates.Store(remediates)
	case pulumirpc.Analyzer_Configure_FullMethodName:
		configured := new(pulumirpc.ConfigureAnalyzerRequest)
		if proto.Unmarshal(asked, configured) != nil {
			p.remediates.Store(true)
		}
		for _, policy := range configured.GetPolicyConfig() {
			if policy.GetEnforcementLevel() == pulumirpc.EnforcementLevel_REMEDIATE {
				p.remediates.Store(true)
			}
		}
	}
}

// asBytes hands messages on as they came.
type asBytes struct{}

func (asBytes) Name() string                  { return "proto" }
func (asBytes) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (asBytes) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}
