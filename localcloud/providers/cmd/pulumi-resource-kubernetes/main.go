// Command pulumi-resource-kubernetes is localcloud's own provider for clusters on this machine.
package main

import (
	"fmt"
	"os"

	"tenantplane.dev/localcloud/providers/kubernetes"
)

func main() {
	if err := kubernetes.Serve(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
		os.Exit(1)
	}
}
