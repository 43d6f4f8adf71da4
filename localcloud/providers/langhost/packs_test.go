package langhost

import (
	"context"
	"fmt"
	"net"
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// pack is a policy pack that says what it was asked.
type pack struct {
	pulumirpc.UnimplementedAnalyzerServer
	level pulumirpc.EnforcementLevel
	asked []string
}

func (p *pack) GetAnalyzerInfo(context.Context, *emptypb.Empty) (*pulumirpc.AnalyzerInfo, error) {
	return &pulumirpc.AnalyzerInfo{Name: "pack", Policies: []*pulumirpc.PolicyInfo{{Name: "one", EnforcementLevel: p.level}}}, nil
}

func (p *pack) Configure(context.Context, *pulumirpc.ConfigureAnalyzerRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (p *pack) Analyze(_ context.Context, request *pulumirpc.AnalyzeRequest) (*pulumirpc.AnalyzeResponse, error) {
	p.asked = append(p.asked, "analyze "+request.GetUrn())
	message := request.GetProperties().GetFields()["length"].String()
	return &pulumirpc.AnalyzeResponse{Diagnostics: []*pulumirpc.AnalyzeDiagnostic{{Message: message}}}, nil
}

func (p *pack) AnalyzeStack(context.Context, *pulumirpc.AnalyzeStackRequest) (*pulumirpc.AnalyzeResponse, error) {
	return nil, status.Error(codes.Unknown, "the rule broke")
}

func (p *pack) Remediate(_ context.Context, request *pulumirpc.AnalyzeRequest) (*pulumirpc.RemediateResponse, error) {
	p.asked = append(p.asked, "remediate "+request.GetUrn())
	return &pulumirpc.RemediateResponse{Remediations: []*pulumirpc.Remediation{{PolicyName: "one"}}}, nil
}

// engine is a client of a proxy in front of the pack.
func engine(t *testing.T, behind *pack) pulumirpc.AnalyzerClient {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	pulumirpc.RegisterAnalyzerServer(server, behind)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	proxy, port, stop, err := servePack()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	t.Cleanup(proxy.connect(listener.Addr().(*net.TCPAddr).Port))
	connection, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	client := pulumirpc.NewAnalyzerClient(connection)
	if _, err := client.Handshake(t.Context(), &pulumirpc.AnalyzerHandshakeRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ConfigureStack(t.Context(), &pulumirpc.AnalyzerStackConfigureRequest{Stack: "dev"}); err != nil {
		t.Fatal(err)
	}
	if stack, err := proxy.await(t.Context()); err != nil || stack.GetStack() != "dev" {
		t.Fatalf("%v, %v", stack, err)
	}
	return client
}

func resource(t *testing.T) *pulumirpc.AnalyzeRequest {
	t.Helper()
	properties, err := structpb.NewStruct(map[string]any{"length": 12})
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.AnalyzeRequest{Urn: "u", Properties: properties}
}

func TestAPackThatOnlyJudgesIsNotAskedForRemediations(t *testing.T) {
	behind := &pack{level: pulumirpc.EnforcementLevel_MANDATORY}
	client := engine(t, behind)
	if _, err := client.GetAnalyzerInfo(t.Context(), &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	if said, err := client.Remediate(t.Context(), resource(t)); err != nil || len(said.GetRemediations()) != 0 {
		t.Fatalf("%v, %v", said, err)
	}
	said, err := client.Analyze(t.Context(), resource(t))
	if err != nil || said.GetDiagnostics()[0].GetMessage() != structpb.NewNumberValue(12).String() {
		t.Fatalf("%v, %v", said, err)
	}
	if !slices.Equal(behind.asked, []string{"analyze u"}) {
		t.Error(behind.asked)
	}
	if _, err := client.AnalyzeStack(t.Context(), &pulumirpc.AnalyzeStackRequest{}); status.Code(err) != codes.Unknown || status.Convert(err).Message() != "the rule broke" {
		t.Error(err)
	}
}

func TestAPackThatMayChangeResourcesIsAskedForThat(t *testing.T) {
	configured := &pulumirpc.ConfigureAnalyzerRequest{
		PolicyConfig: map[string]*pulumirpc.PolicyConfig{"one": {EnforcementLevel: pulumirpc.EnforcementLevel_REMEDIATE}},
	}
	for level, configuration := range map[pulumirpc.EnforcementLevel]*pulumirpc.ConfigureAnalyzerRequest{
		pulumirpc.EnforcementLevel_REMEDIATE: {}, // by its own word
		pulumirpc.EnforcementLevel_ADVISORY:  configured,
	} {
		behind := &pack{level: level}
		client := engine(t, behind)
		if _, err := client.GetAnalyzerInfo(t.Context(), &emptypb.Empty{}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Configure(t.Context(), configuration); err != nil {
			t.Fatal(err)
		}
		said, err := client.Remediate(t.Context(), resource(t))
		if err != nil || len(said.GetRemediations()) != 1 {
			t.Fatalf("%s: %v, %v", level, said, err)
		}
	}
}
