package langhost

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// runPolicyPack runs a policy pack. A pack in Python learns the stack it judges from environment variables, while the engine tells it in a call
// after the start: that call is answered here, and the pack starts with what it said.
func runPolicyPack(ctx context.Context, command *exec.Cmd) error {
	proxy, port, stop, err := servePack()
	if err != nil {
		return status.Errorf(codes.Internal, "the policy pack cannot be given a port: %v", err)
	}
	defer stop()
	fmt.Fprintln(command.Stdout, port)
	stack, err := proxy.await(ctx)
	if err != nil {
		return err
	}
	variables, err := policyVariables(stack)
	if err != nil {
		return err
	}
	command.Env = append(command.Env, variables...)
	output, written := io.Pipe()
	rest := command.Stdout
	command.Stdout = written
	exited, err := startGroup(ctx, command)
	if err != nil {
		return status.Errorf(codes.FailedPrecondition, "the policy pack could not be started: %v", err)
	}
	defer exited()
	return proxy.attach(ctx, command, output, rest) // waits for the command
}

// policyVariables describes the stack to a pack; nil, for a pack that is not run on a stack, gives none.
func policyVariables(stack *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if stack == nil {
		return nil, nil
	}
	values := stack.GetConfig()
	if values == nil {
		values = map[string]string{} // the SDK reads the variable as an object; null ends a pack with a traceback
	}
	config, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	secretKeys, err := json.Marshal(append([]string{}, stack.GetConfigSecretKeys()...))
	if err != nil {
		return nil, err
	}
	return []string{
		"PULUMI_CONFIG=" + string(config),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(secretKeys),
		"PULUMI_ORGANIZATION=" + stack.GetOrganization(),
		"PULUMI_PROJECT=" + stack.GetProject(),
		"PULUMI_STACK=" + stack.GetStack(),
		"PULUMI_DRY_RUN=" + strconv.FormatBool(stack.GetDryRun()),
	}, nil
}
