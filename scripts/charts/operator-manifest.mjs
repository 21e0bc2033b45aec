const namespace = 'edge-vm-system';

const head = `# The operator of edge-vm with its CRDs: the chart edge-vm with its default values. scripts/charts.mjs writes this file.
#
#   kubectl apply --server-side -f edge-vm-operator.yaml
#   kubectl create secret generic edge-vm-hub -n ${namespace} --from-file=connectionString=hub.txt
#
# hub.txt holds a service connection string of the hub; the pods start when the Secret exists. Write the name of your image into
# the Deployment: there is no public one yet. To remove the operator, delete the EdgeDevices first if their devices should go:
# nobody removes them later.
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels:
    app.kubernetes.io/name: edge-vm
    pod-security.kubernetes.io/enforce: restricted
---
`;

/** What \`helm template\` makes of the chart, without what only Helm has a use for. */
export function operatorManifest(helm) {
  const text = helm(['template', 'edge-vm', 'charts/edge-vm', '--namespace', namespace, '--include-crds'])
    .replace(/^# Source: .*\n/gm, '')
    .replace(/^ +(app\.kubernetes\.io\/managed-by: Helm|helm\.sh\/chart: .*)\n/gm, '')
    .replace(/\n{2,}(?=---)/g, '\n');
  return `${head}${text.replace(/^---\n/, '').trimEnd()}\n`;
}
