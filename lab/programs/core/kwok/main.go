// Command kwok plays nodes, pods and VMIs by KWOK's own controllers. Its own
// command also serves a kubelet, which the lab has already, and for which it
// would need a newer k8s.io than KubeVirt's.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/apis/v1alpha1"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	"sigs.k8s.io/kwok/pkg/utils/client"
)

type stages map[internalversion.StageResourceRef][]*internalversion.Stage

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		slog.Error("kwok ends", "err", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	config := controllers.Config{
		Clock:       clock.RealClock{},
		LocalStages: stages{},
		// KWOK's own defaults.
		PodPlayStageParallelism:       4,
		NodePlayStageParallelism:      4,
		PodsOnNodeSyncParallelism:     1,
		EnablePodsOnNodeSyncListPager: true,
	}
	kubeconfig := flag.String("kubeconfig", "", "file that says how to reach the API server")
	flag.StringVar(&config.ManageNodesWithAnnotationSelector, "nodes", "", "selector of annotations: which nodes are played")
	flag.StringVar(&config.CIDR, "cidr", "", "addresses of pods")
	flag.StringVar(&config.NodeIP, "node-ip", "", "address of all nodes")
	flag.IntVar(&config.NodePort, "node-port", 0, "kubelet's port of all nodes")
	flag.Func("stages", "file of Stages; may be repeated", func(path string) error { return readStages(path, config.LocalStages) })
	flag.Parse()
	if err := connect(&config, *kubeconfig); err != nil {
		return err
	}
	controller, err := controllers.NewController(config)
	if err != nil {
		return err
	}
	if err := controller.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// Adds the Stages of a file to those of their kinds.
func readStages(path string, to stages) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		var stage v1alpha1.Stage
		if err := decoder.Decode(&stage); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if stage.Kind != v1alpha1.StageKind {
			return fmt.Errorf("%s: %q is no Stage", path, stage.Kind)
		}
		internal, err := internalversion.ConvertToInternalStage(&stage)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		to[internal.Spec.ResourceRef] = append(to[internal.Spec.ResourceRef], internal)
	}
}

func connect(config *controllers.Config, kubeconfig string) error {
	clients, err := client.NewClientset("", kubeconfig)
	if err != nil {
		return err
	}
	restConfig, err := clients.ToRESTConfig()
	if err != nil {
		return err
	}
	if config.DynamicClient, err = clients.ToDynamicClient(); err != nil {
		return err
	}
	if config.RESTMapper, err = clients.ToRESTMapper(); err != nil {
		return err
	}
	if config.RESTClient, err = rest.RESTClientFor(restConfig); err != nil {
		return err
	}
	if config.TypedClient, err = kubernetes.NewForConfig(restConfig); err != nil {
		return err
	}
	config.ImpersonatingDynamicClient = clients.ToImpersonatingDynamicClient()
	config.ImpersonatingTypedClient = clients.ToImpersonatingTypedClient()
	config.ID, err = controllers.Identity()
	return err
}
