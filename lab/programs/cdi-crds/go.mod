module edge-vm.io/lab/cdi-crds

go 1.25

require kubevirt.io/containerized-data-importer v1.65.0
