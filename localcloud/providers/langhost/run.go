package langhost

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// alreadyReported is the exit code by which the runner says that the user has seen an error message.
const alreadyReported = 32

// runner runs the user's program on the Pulumi SDK of the user's environment.
//
//go:embed runner.py
var runner string

// bootstrap reads the runner's text and then the request from file descriptor 3. That way the runner needs no file on disk, the process
// list stays readable, and neither configuration nor secrets are limited in size or visible in the process's arguments.
//
// Where TENANTPLANE_PROGRAM_SERVER names a socket, fleet keeps a process there that has imported everything already (fleet/program_server.py):
// the bootstrap hands all it has over to a fork of that one and ends as it ends.
const bootstrap = `import json, os
server = os.environ.get("TENANTPLANE_PROGRAM_SERVER")
if server:
    import socket
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(server)
        except OSError:
            server = None
        else:
            place = os.memfd_create("place")
            os.write(place, json.dumps([os.getcwd(), dict(os.environ)]).encode())
            socket.send_fds(line, [b"run"], [1, 2, 3, place])
            try:
                os._exit(int(line.recv(16) or 1))
            except KeyboardInterrupt:
                os._exit(130)
with os.fdopen(3, encoding="utf-8") as pipe:
    name, source, request = json.load(pipe)
exec(compile(source, name, "exec"), {"__name__": name, "__file__": name, "REQUEST": request})`

// runnerName is the runner's file name in tracebacks.
const runnerName = "<pulumi-language-python>"

// runnerRequest is what runner.py needs to know; its docstring explains the fields.
type runnerRequest struct {
	Monitor       string            `json:"monitor"`
	Engine        string            `json:"engine"`
	Project       string            `json:"project"`
	Stack         string            `json:"stack"`
	Organization  string            `json:"organization"`
	RootDirectory string            `json:"root_directory"`
	Directory     string            `json:"directory"`
	Program       string            `json:"program"`
	Arguments     []string          `json:"arguments"`
	DryRun        bool              `json:"dry_run"`
	Parallel      int32             `json:"parallel"`
	Config        map[string]string `json:"config"`
	SecretKeys    []string          `json:"secret_keys"`
}

// Run runs a program to its end. What it prints goes to the host's own stdout and stderr, which the engine shows.
func (h *Host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if request.GetAttachDebugger() {
		return nil, unsupported("attaching a debugger")
	}
	options, err := ParseOptions(request.GetInfo())
	if err != nil {
		return nil, err
	}
	python, err := options.Python()
	if err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	if err := options.checkTypes(ctx, python); err != nil {
		return nil, err
	}

	command := exec.Command(python, "-c", bootstrap)
	command.Dir = request.GetPwd()
	command.Env = options.Environment(os.Environ())
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	feed, err := h.feedRunner(command, request)
	if err != nil {
		return nil, err
	}
	defer feed.Close()
	return runResponse(runGroup(ctx, command))
}

// feedRunner gives the command a pipe with the runner and the request in it, as file descriptor 3.
func (h *Host) feedRunner(command *exec.Cmd, request *pulumirpc.RunRequest) (*os.File, error) {
	message, err := json.Marshal([]any{runnerName, runner, runnerRequest{
		Monitor:       request.GetMonitorAddress(),
		Engine:        h.engine,
		Project:       request.GetProject(),
		Stack:         request.GetStack(),
		Organization:  request.GetOrganization(),
		RootDirectory: request.GetInfo().GetRootDirectory(),
		Directory:     request.GetPwd(),
		Program:       request.GetInfo().GetEntryPoint(),
		Arguments:     append([]string{}, request.GetArgs()...),
		DryRun:        request.GetDryRun(),
		Parallel:      request.GetParallel(),
		Config:        request.GetConfig(),
		SecretKeys:    append([]string{}, request.GetConfigSecretKeys()...),
	}})
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be passed on: %w", err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command.ExtraFiles = []*os.File{reader}
	go func() {
		_, _ = writer.Write(message) // fails when the child dies early, and then its exit code says so
		_ = writer.Close()
	}()
	return reader, nil
}

// runResponse turns the end of the program's process into what the engine shows.
func runResponse(err error) (*pulumirpc.RunResponse, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil, status.FromContextError(err).Err()
	case errors.As(err, &exit) && exit.ExitCode() == alreadyReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit) && exit.Exited():
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program exited with non-zero exit code: %d", exit.ExitCode())}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program ended by %s", exit.ProcessState)}, nil
	default:
		return nil, status.Errorf(codes.FailedPrecondition, "the program could not be started: %v", err)
	}
}

// checkTypes runs the type checker that the options ask for over the program's directory.
func (o Options) checkTypes(ctx context.Context, python string) error {
	if o.TypeChecker == "" {
		return nil
	}
	packages, err := o.installed(ctx)
	if err != nil {
		return err
	}
	if _, found := packages.find(o.TypeChecker); !found {
		return status.Errorf(codes.FailedPrecondition, "the 'typechecker' option is set to %s, but %s is not installed; "+
			"add it to requirements.txt and run `pulumi install`", o.TypeChecker, o.TypeChecker)
	}
	command := exec.Command(python, "-m", o.TypeChecker, o.Program)
	command.Dir = o.Program
	command.Env = o.Environment(os.Environ())
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := runGroup(ctx, command); err != nil {
		return status.Errorf(codes.FailedPrecondition, "%s found mistakes in the program: %s", o.TypeChecker, strings.TrimSpace(err.Error()))
	}
	return nil
}
