import assert from 'node:assert/strict';
import { gatewayService } from '../../../../src/render/objects/service.js';
import { assertMatchesSchema } from '../helpers/crd-schema.js';
import { exampleDevice } from '../helpers/device.js';

describe('gatewayService', () => {
  it('is there for a gateway only', () => {
    assert.equal(gatewayService(exampleDevice()), undefined);
  });

  it('selects the machine by labels and names its ports', () => {
    const service = gatewayService(exampleDevice({ metadata: { labels: { site: 'a' } }, gateway: { type: 'NodePort', ports: [443, 8883], annotations: { b: '2', a: '1' } } }))!;
    assertMatchesSchema(service);
    assert.deepEqual(service['spec'], {
      type: 'NodePort',
      selector: { 'app.kubernetes.io/instance': 'gw-01', 'app.kubernetes.io/managed-by': 'edge-vm', 'app.kubernetes.io/name': 'edge-vm' },
      ports: [
        { name: 'https', port: 443, protocol: 'TCP', targetPort: 443 },
        { name: 'mqtts', port: 8883, protocol: 'TCP', targetPort: 8883 },
      ],
    });
    assert.deepEqual(service.metadata.annotations, { a: '1', b: '2' });
    assert.equal(service.metadata.namespace, 'site-a');
    assert.equal(service.metadata.labels?.['site'], 'a');
  });
});
