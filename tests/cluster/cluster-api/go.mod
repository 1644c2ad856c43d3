// Cluster API's CRDs, read from the downloaded module; nothing of it is compiled, so go.sum has this module alone.
module aiautoscaler.io/tests/cluster/cluster-api

go 1.26.0

require sigs.k8s.io/cluster-api v1.14.2
