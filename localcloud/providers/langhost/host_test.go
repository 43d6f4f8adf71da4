package langhost

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func TestVersionsOfPackagesBecomeVersionsOfPlugins(t *testing.T) {
	for version, want := range map[string]string{
		"1": "1.0.0", "1.2": "1.2.0", "1.2.3": "1.2.3", "1.2.3a4": "1.2.3-alpha.4", "1.2b1": "1.2.0-beta.1", "1.2.3rc4": "1.2.3-rc.4",
		"1.2.3.post4": "1.2.3+post4", "1.2.3.dev5": "1.2.3+dev5", "1.2.3rc1.post4.dev5": "1.2.3-rc.1+post4dev5",
		"": "", "1!2.3": "", "1.2.3.4": "", "1.2.3+local": "", "v1": "", "1.2.x": "", "1.2.3é": "",
	} {
		got, err := pluginVersion(version)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", version, got, err, want)
		}
	}
}

func program(t *testing.T, root string, options map[string]any) *pulumirpc.ProgramInfo {
	t.Helper()
	encoded, err := structpb.NewStruct(options)
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.ProgramInfo{RootDirectory: root, ProgramDirectory: root, EntryPoint: ".", Options: encoded}
}

func TestEveryMistakeInTheOptionsIsNamed(t *testing.T) {
	_, err := ParseOptions(program(t, "/p", map[string]any{"virtualenv": 3, "toolchain": "uv", "typechecker": "flow", "other": 1}))
	for _, part := range []string{`"virtualenv": expected a string, got 3`, `"uv" is not supported`, `unknown type checker "flow"; allowed: mypy, pyright, none`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
	options, err := ParseOptions(program(t, "/p", map[string]any{"virtualenv": "../v", "toolchain": "pip", "typechecker": "none", "other": 1}))
	if err != nil || options.Virtualenv != "/v" || options.TypeChecker != "" {
		t.Errorf("%+v, %v", options, err)
	}
}

func TestTheEnvironmentIsThatOfAnActivatedVirtualenv(t *testing.T) {
	base := []string{"PATH=/old", "A=b=c", "PYTHONHOME=/h", "VIRTUAL_ENV=/other", "PATH=/usr/bin:/bin"}
	got := Options{Virtualenv: "/v"}.Environment(base)
	if want := []string{"A=b=c", "PATH=/v/bin:/usr/bin:/bin", "VIRTUAL_ENV=/v"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (Options{}).Environment(base); !slices.Equal(got, base) {
		t.Errorf("without a virtual environment nothing changes; got %q", got)
	}
}

// environment makes a virtual environment with the files given, relative to its site-packages.
func environment(t *testing.T, files map[string]string) Options {
	t.Helper()
	root := t.TempDir()
	site := filepath.Join(root, "lib", "python3.11", "site-packages")
	files["../../../pyvenv.cfg"] = "include-system-site-packages = false\n"
	files["../../../bin/python"] = ""
	for name, content := range files {
		path := filepath.Join(site, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Options{Virtualenv: root, Root: root, Program: root}
}

func TestTheProvidersOfInstalledSDKsAreRequired(t *testing.T) {
	linked := t.TempDir()
	if err := os.MkdirAll(filepath.Join(linked, "Pulumi_Linked-2.0.0.dist-info"), 0o755); err != nil {
		t.Fatal(err)
	}
	options := environment(t, map[string]string{
		"pulumi-3.259.0.dist-info/METADATA":         "",
		"pulumi_policy-1.21.0.dist-info/METADATA":   "",
		"pulumi_random-4.21.4.dist-info/METADATA":   "",
		"pulumi_random/pulumi-plugin.json":          `{"resource": true, "name": "random", "version": "4.21.4"}`,
		"acme_cloud-1.2rc3.dist-info/METADATA":      "",
		"acme_cloud/pulumi-plugin.json":             `{"resource": true, "name": "acme", "server": "https://example.com"}`,
		"pulumi_old-0.9.dist-info/METADATA":         "",
		"pulumi_components-1.0.0.dist-info/RECORD":  "",
		"pulumi_components/pulumi-plugin.json":      `{"resource": false}`,
		"pulumi_tf-1.0.0.dist-info/METADATA":        "",
		"pulumi_tf/pulumi-plugin.json":              `{"resource": true, "name": "terraform", "version": "1.1.0", "parameterization": {"name": "tf", "version": "1.0.0", "value": "eA=="}}`,
		"yaml-6.0.dist-info/METADATA":               "",
		"link.pth":                                  "# a comment\nimport os\n" + linked + "\n/no/such/place\n",
		"../site-packages/pulumi_x-1.dist-info.txt": "",
	})
	packages, err := options.requiredPackages(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range packages {
		got = append(got, strings.Join([]string{one.GetKind(), one.GetName(), one.GetVersion(), one.GetServer(),
			one.GetParameterization().GetName(), string(one.GetParameterization().GetValue())}, " "))
	}
	want := []string{
		"resource acme v1.2.0-rc.3 https://example.com  ", "resource linked v2.0.0   ", "resource old v0.9.0   ",
		"resource random v4.21.4   ", "resource terraform v1.1.0  tf x",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestABrokenPluginFileIsNamed(t *testing.T) {
	options := environment(t, map[string]string{
		"pulumi_a-1.0.dist-info/METADATA": "", "pulumi_a/pulumi-plugin.json": "{", "pulumi_b-1.0.dist-info/METADATA": "", "pulumi_b/pulumi-plugin.json": "[]",
	})
	_, err := options.requiredPackages(context.Background())
	if err == nil || !strings.Contains(err.Error(), "pulumi_a/pulumi-plugin.json") || !strings.Contains(err.Error(), "pulumi_b/pulumi-plugin.json") {
		t.Errorf("both files are broken; got %v", err)
	}
}

func TestPackagesThatOthersRequireAreLeftOutOfTheShortList(t *testing.T) {
	options := environment(t, map[string]string{
		"top-1.0.dist-info/METADATA":         "Name: top\nRequires-Dist: Under_Neath>=1\nRequires-Dist: extra-only; extra == 'all'\n",
		"under.neath-2.0.dist-info/METADATA": "",
		"extra_only-3.0.dist-info/METADATA":  "",
	})
	info := program(t, options.Root, map[string]any{"virtualenv": "."})
	for transitive, want := range map[bool][]string{false: {"extra-only 3.0", "top 1.0"}, true: {"extra-only 3.0", "top 1.0", "under-neath 2.0"}} {
		response, err := NewHost("").GetProgramDependencies(context.Background(),
			&pulumirpc.GetProgramDependenciesRequest{Info: info, TransitiveDependencies: transitive})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range response.GetDependencies() {
			got = append(got, one.GetName()+" "+one.GetVersion())
		}
		if !slices.Equal(got, want) {
			t.Errorf("transitive %t: got %q, want %q", transitive, got, want)
		}
	}
}

func TestACancelledCommandTakesItsChildrenAlongEvenWhenItIgnoresTheInterrupt(t *testing.T) {
	notes := filepath.Join(t.TempDir(), "child")
	command := exec.Command("sh", "-c", `trap "" INT; sleep 600 & echo $! > "$0.new" && mv "$0.new" "$0"; wait; sleep 600`, notes)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- runGroup(ctx, command) }()

	deadline := time.Now().Add(time.Minute)
	for _, err := os.Stat(notes); err != nil; _, err = os.Stat(notes) {
		if time.Now().After(deadline) {
			t.Fatal("the command did not start")
		}
		time.Sleep(10 * time.Millisecond)
	}
	group := command.Process.Pid
	cancel()
	if err := <-done; err != context.Canceled {
		t.Errorf("got %v", err)
	}
	for syscall.Kill(-group, 0) == nil { // until the last of the group is gone and collected
		if time.Now().After(deadline) {
			t.Fatal("something of the group is left")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAPackOfAStackWithoutConfigurationReadsAnEmptyObject(t *testing.T) {
	variables, err := policyVariables(&pulumirpc.AnalyzerStackConfigureRequest{Stack: "dev", Project: "p"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(variables, "PULUMI_CONFIG={}") || !slices.Contains(variables, "PULUMI_CONFIG_SECRET_KEYS=[]") {
		t.Fatalf("the SDK cannot read %q", variables)
	}
}
