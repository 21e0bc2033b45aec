// Command cdi-crds prints the CustomResourceDefinitions of the Containerized
// Data Importer as a stream of YAML documents. Only these come from CDI: its
// work, filling volumes, is played by the lab's importer.
package main

import (
	"fmt"
	"maps"
	"slices"

	"kubevirt.io/containerized-data-importer/pkg/operator/resources"
)

func main() {
	for _, name := range slices.Sorted(maps.Keys(resources.CDICRDs)) {
		fmt.Printf("---\n%s\n", resources.CDICRDs[name])
	}
}
