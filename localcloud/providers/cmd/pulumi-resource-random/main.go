// pulumi-resource-random serves the `random` provider where the official one is absent.
package main

import (
	"fmt"
	"os"

	"tenantplane.dev/localcloud/providers/random"
)

func main() {
	if err := random.Main(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-random:", err)
		os.Exit(1)
	}
}
